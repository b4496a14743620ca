/** Requests as bytes, and bytes as text that can be pasted into `redis-cli` or `nc`. */

import { encodeCommand } from "../../support/raw-client.ts";

/** The arguments of one request, the command's name first. */
export type Argv = Buffer[];

/** A request as a RESP array of bulk strings. */
export const encodeRequest = (args: Argv): Buffer => encodeCommand(args);

/** A request as an inline line, quoted where needed. `args` must not be empty. */
export function encodeInline(args: Argv, lineEnd: string): Buffer {
  return Buffer.from(args.map(quote).join(" ") + lineEnd, "latin1");
}

const NAMED: Record<number, string> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/** One argument as redis-cli and inline requests read it back, byte for byte. */
export function quote(bytes: Buffer): string {
  if (bytes.length > 0 && /^[\w:.+*?^()[\]{}<>=,;!@%&|/~-]+$/.test(bytes.toString("latin1")))
    return bytes.toString("latin1");
  let text = '"';
  for (const byte of bytes) {
    if (NAMED[byte] !== undefined) text += NAMED[byte];
    else if (byte < 32 || byte > 126) text += `\\x${byte.toString(16).padStart(2, "0")}`;
    else text += String.fromCharCode(byte);
  }
  return `${text}"`;
}

/** Bytes for a message: quoted, and shortened in the middle when they are many. */
export function show(bytes: Buffer, limit = 300): string {
  if (bytes.length <= limit) return quote(bytes);
  const half = limit >> 1;
  const cut = `… ${bytes.length - 2 * half} bytes …`;
  return `${quote(bytes.subarray(0, half))} ${cut} ${quote(bytes.subarray(bytes.length - half))}`;
}
