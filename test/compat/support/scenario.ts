/**
 * Scenarios: what several clients do one after the other, played to a server; the outcome is what each of them
 * received. Played to two servers, the outcomes must be the same.
 *
 * A step is `client: WORD WORD ...`; a word may be quoted and have bytes as `\xff` then, and `$name` stands for the
 * id of a client. The reply is awaited before the next step, unless the line ends in
 *
 *     &    The request is one that waits: the next step begins when the server says that it does.
 *     ~    Nothing is awaited: the reply comes behind one that is waited for.
 *     &! ~!   The same, and there will be no reply.
 *
 * `client: (reads)` awaits the replies that are owed, and `client: (goes)` closes the connection.
 */

import { eventually } from "./eventually.ts";
import { Link } from "./link.ts";
import { encodeRequest } from "./quote.ts";

/** Shorter than the time of a test, so that it tells what did come. */
const SILENCE_MS = 3000;

/** What each client received, in order; a frame that came while it waited stands at its place. */
export type Outcome = Record<string, string[]>;

class Player {
  private readonly links = new Map<string, Link>();
  private readonly outcome: Outcome = {};
  /** Requests of each client whose replies are still to come. */
  private readonly owed = new Map<string, number>();
  private readonly ids = new Map<string, string>();
  /** Clients that waited when last asked. */
  private blocked = 0;
  private control!: Link;

  constructor(private readonly port: number) {}

  async play(steps: readonly string[]): Promise<Outcome> {
    this.control = await Link.open(this.port);
    await this.ask("FLUSHALL");
    for (const step of steps) await this.step(step);
    for (const name of this.links.keys()) await this.collect(name);
    for (const link of [...this.links.values(), this.control]) link.close();
    return this.outcome;
  }

  private async step(step: string): Promise<void> {
    const [, name, words] = /^(\w+): (.*)$/.exec(step) as unknown as [string, string, string];
    if (words === "(goes)") return this.leave(name);
    if (words === "(reads)") return this.collect(name);
    const [, request, ending, mute] = /^(.*?)(?: ([&~])(!?))?$/.exec(words) as unknown as string[];
    const link = this.links.get(name) ?? (await this.connect(name));
    link.send(encodeRequest(splitWords(this.withIds(request))));
    if (mute !== "!") this.owed.set(name, (this.owed.get(name) ?? 0) + 1);
    if (ending === undefined) return this.collect(name);
    if (ending === "~") return;
    await eventually(async () => (await this.blockedClients()) > this.blocked, SILENCE_MS);
    this.blocked = await this.blockedClients();
  }

  private async connect(name: string): Promise<Link> {
    const link = await Link.open(this.port);
    this.links.set(name, link);
    this.outcome[name] ??= [];
    this.ids.set(name, (await ask(link, "CLIENT ID")).slice(1).trim());
    return link;
  }

  private withIds(words: string): string {
    return words.replace(/\$(\w+)/g, (_, name) => this.ids.get(name) as string);
  }

  /** Closes a client's connection; one that waits is gone when the server has noticed it. */
  private async leave(name: string): Promise<void> {
    this.links.get(name)?.close();
    this.links.delete(name);
    if ((this.owed.get(name) ?? 0) === 0) return;
    await eventually(async () => (await this.blockedClients()) < this.blocked, SILENCE_MS);
    this.blocked = await this.blockedClients();
  }

  /** Reads the replies that a client has asked for and not read. */
  private async collect(name: string): Promise<void> {
    const count = this.owed.get(name) ?? 0;
    if (count === 0) return;
    this.owed.set(name, 0);
    const result = await (this.links.get(name) as Link).read(count, SILENCE_MS);
    this.outcome[name]?.push(...result.frames.map((frame) => frame.toString("latin1")));
    if (result.end !== "complete") this.outcome[name]?.push(result.end);
    this.blocked = await this.blockedClients();
  }

  private async blockedClients(): Promise<number> {
    const info = await this.ask("INFO clients");
    return Number(/blocked_clients:(\d+)/.exec(info)?.[1]);
  }

  private ask(words: string): Promise<string> {
    return ask(this.control, words);
  }
}

async function ask(link: Link, words: string): Promise<string> {
  link.send(encodeRequest(splitWords(words)));
  const { frames } = await link.read(1, SILENCE_MS);
  return frames[0]?.toString("latin1") ?? "";
}

/** Plays the steps to the server on `port`. */
export function play(port: number, steps: readonly string[]): Promise<Outcome> {
  return new Player(port).play(steps);
}

function splitWords(line: string): Buffer[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => bytesOf(quoted ?? bare ?? ""));
}

function bytesOf(word: string): Buffer {
  const bytes = word.replace(/\\x(..)/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, "latin1");
}
