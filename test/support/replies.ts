/** Reads replies as `Engine.run` gives them: text with one char per byte. */

/**
 * The bulk strings of a flat aggregate, which must be complete and say its length right.
 * @param type its type byte: `*`, or `~` for a set of RESP3
 */
export function elements(reply: string, type = "*"): string[] {
  const found: string[] = [];
  let at = reply.indexOf("\r\n") + 2;
  const count = Number(reply.slice(1, at - 2));
  while (at < reply.length) {
    const start = reply.indexOf("\r\n", at) + 2;
    const end = start + Number(reply.slice(at + 1, start - 2));
    if (reply[at] !== "$" || reply.slice(end, end + 2) !== "\r\n")
      throw new Error(`no bulk strings: ${reply}`);
    found.push(reply.slice(start, end));
    at = end + 2;
  }
  if (reply[0] !== type || found.length !== count)
    throw new Error(`not ${count} elements of a ${type}: ${reply}`);
  return found;
}

/** Cursor and elements of a reply of SCAN or one of its relatives. */
export function scanReply(reply: string): { cursor: string; found: string[] } {
  const match = /^\*2\r\n\$(\d+)\r\n(\d+)\r\n/.exec(reply);
  if (match === null || Number(match[1]) !== match[2].length)
    throw new Error(`not a reply of SCAN: ${reply}`);
  return { cursor: match[2], found: elements(reply.slice(match[0].length)) };
}

/** All elements of a whole scan, in the order they come in; `scan` is asked again with each cursor. */
export function scanAll(scan: (cursor: string) => string): string[] {
  const all: string[] = [];
  let cursor = "0";
  do {
    const reply = scanReply(scan(cursor));
    all.push(...reply.found);
    cursor = reply.cursor;
  } while (cursor !== "0");
  return all;
}
