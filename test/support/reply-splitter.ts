/**
 * Finds where a reply ends, in RESP2 and RESP3. Written on its own, apart from the product's reply reader,
 * so that a mistake there cannot hide from the tests that look at raw bytes.
 *
 *   +text\r\n  -error\r\n  :1\r\n  _\r\n  #t\r\n  ,1.5\r\n  (123\r\n          one line
 *   $3\r\nabc\r\n   =7\r\ntxt:abc\r\n   !3\r\nERR\r\n   $-1\r\n              length, then bytes
 *   *2\r\n…   ~2\r\n…   >2\r\n…   %1\r\n… (two replies per entry)   *-1\r\n   count, then replies
 *   |1\r\n… followed by the reply it describes                                attribute
 */

/** Bytes that are no reply at all. */
export class MalformedReply extends Error {}

/**
 * Where the reply that begins at `start` ends.
 *
 * @returns the position after its last byte, or -1 while it is not complete.
 * @throws MalformedReply when the bytes cannot become a reply.
 */
export function replyEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  // Replies still to be read; an aggregate adds its elements, so nesting needs no recursion.
  let remaining = 1;
  while (remaining > 0) {
    const lineEnd = findCrlf(bytes, at);
    if (lineEnd < 0) return -1;
    const type = String.fromCharCode(bytes[at] ?? 0);
    const next = lineEnd + 2;
    remaining--;
    if ("+-:_#,(".includes(type)) {
      at = next;
    } else if ("$=!".includes(type)) {
      const length = readLength(bytes, at + 1, lineEnd);
      at = length < 0 ? next : next + length + 2;
      if (at > bytes.length) return -1;
      if (length >= 0 && (bytes[at - 2] !== 13 || bytes[at - 1] !== 10)) {
        throw new MalformedReply(`no CRLF after the ${length} bytes announced at ${start}`);
      }
    } else if ("*~>".includes(type)) {
      remaining += Math.max(0, readLength(bytes, at + 1, lineEnd));
      at = next;
    } else if (type === "%") {
      remaining += 2 * readLength(bytes, at + 1, lineEnd);
      at = next;
    } else if (type === "|") {
      remaining += 2 * readLength(bytes, at + 1, lineEnd) + 1;
      at = next;
    } else {
      throw new MalformedReply(`unknown reply type ${JSON.stringify(type)} at ${at}`);
    }
  }
  return at;
}

function findCrlf(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(13, from);
  if (end < 0 || end + 1 >= bytes.length) return -1;
  if (bytes[end + 1] !== 10) throw new MalformedReply(`carriage return alone at ${end}`);
  return end;
}

function readLength(bytes: Uint8Array, from: number, to: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
  if (!/^(-1|\d+)$/.test(text)) throw new MalformedReply(`bad length ${JSON.stringify(text)}`);
  return Number(text);
}
