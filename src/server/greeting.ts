/**
 * The greeting: a line for people who type, which must never reach a client library, since it would take it
 * for the reply to its first request. With `banner auto` the first byte tells who is there; a connection that
 * stays silent is taken for a person only where nobody but local users can connect.
 */

import type { Banner } from "./config/fields.ts";

export const GREETING = Buffer.from("+OK OpenKV connected\r\n");

/** Sent to a client library that kept silent so long that it was greeted. */
export const GREETED_BY_MISTAKE =
  "ERR this connection was greeted as a person's because it sent nothing at first; connect again, or start the server with --banner never";

/** How long a connection must be silent to be greeted unasked. */
export const SILENCE_MS = 400;

const STAR = 0x2a;

/** The first byte has not come and nothing was sent. */
const UNDECIDED = 0;
/** Greeted before its first byte came. */
const GREETED_UNASKED = 1;
/** Speaks lines and is still to be greeted, before its first reply. */
const DUE = 2;
const DONE = 3;

/** What the first bytes of a connection call for. */
export type FirstBytes = "go-on" | "refuse";

export class Greeting {
  private state: number;

  /** @param banner `always` has greeted at once, which is the caller's to do */
  constructor(private readonly banner: Banner) {
    this.state = banner === "auto" ? UNDECIDED : DONE;
  }

  /** Whether the connection may still be greeted for its silence. */
  get undecided(): boolean {
    return this.state === UNDECIDED;
  }

  /** Whether what comes is of no interest any more. */
  get done(): boolean {
    return this.state === DONE;
  }

  /** The connection has been greeted for its silence. */
  greetedUnasked(): void {
    this.state = GREETED_UNASKED;
  }

  /** Looks at the first byte that has come; later calls change nothing. */
  arrived(first: number): FirstBytes {
    const speaksResp = first === STAR;
    if (this.state === GREETED_UNASKED && speaksResp) return "refuse";
    if (this.state === UNDECIDED && !speaksResp && this.banner === "auto") this.state = DUE;
    else if (this.state !== DUE) this.state = DONE;
    return "go-on";
  }

  /** Whether the greeting has to go out before the reply that is about to; true at most once. */
  takeDue(): boolean {
    if (this.state !== DUE) return false;
    this.state = DONE;
    return true;
  }
}
