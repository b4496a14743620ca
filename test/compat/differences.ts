/**
 * Where OpenKV answers differently from Redis 7.0.15 on purpose. Each entry carries an example that a test
 * runs against both servers, so an entry that has become wrong is found.
 */

import { quote } from "./support/quote.ts";

/** One known difference. It covers a request when the name and both replies match. */
export interface KnownDifference {
  name: string;
  why: string;
  /** Matches the request: its arguments quoted and joined with blanks. */
  command: RegExp;
  /** Matches the whole reply of Redis, as latin1 text. */
  redis: RegExp;
  /** Matches the whole reply of OpenKV. A function gets the arguments. */
  ours: RegExp | ((argv: Buffer[]) => string);
  /** Requests, one per line; the last one shows the difference. */
  example: string[];
  /** Random requests never lead there, so it explains nothing: it would hide too much. */
  avoided?: true;
}

/** At most so many bytes of a key are repeated in an error. */
const SHOWN_KEY_BYTES = 128;

/** A key inside an error line: bytes that are not printable ASCII as \xHH, and dots for what is left out. */
function shownKey(key: Buffer): string {
  let text = "";
  for (const byte of key.subarray(0, SHOWN_KEY_BYTES)) {
    const isPrintable = byte >= 32 && byte <= 126;
    text += isPrintable
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return key.length > SHOWN_KEY_BYTES ? `${text}...` : text;
}

export const DIFFERENCES: KnownDifference[] = [
  {
    name: "INCR of a stored text names the key",
    why: "The product has said so from its start; the texts about arguments are Redis' own.",
    command: /^(incr|decr) |^(incrby|decrby) .* (0|-?[1-9]\d*)$/i,
    redis: /^-ERR value is not an integer or out of range\r\n$/,
    ours: (argv) => `-ERR Value for key '${shownKey(argv[1])}' is not an integer.\r\n`,
    example: ["SET name Saboor", "INCR name"],
  },
  {
    name: "every small integer counts as shared",
    why: "Redis answers so for its table of shared numbers, but not for a COPY of one; OpenKV has no such table.",
    command: /^object refcount /i,
    redis: /^:1\r\n$/,
    ours: /^:2147483647\r\n$/,
    example: ["SET number 5", "COPY number copied", "OBJECT REFCOUNT copied"],
  },
  {
    name: "CLIENT SETINFO exists",
    why: "Client libraries send it first; Redis has it from 7.2 on, the version OpenKV reports.",
    command: /^client setinfo/i,
    redis: /^-ERR unknown subcommand '.*'\. Try CLIENT HELP\.\r\n$/,
    ours: /^\+OK\r\n$/,
    example: ["CLIENT SETINFO LIB-NAME lib"],
  },
  {
    name: "CLIENT NO-TOUCH exists",
    why: "Redis has it from 7.2 on, the version OpenKV reports.",
    command: /^client no-touch/i,
    redis: /^-ERR unknown subcommand '.*'\. Try CLIENT HELP\.\r\n$/,
    ours: /^\+OK\r\n$/,
    example: ["CLIENT NO-TOUCH on"],
  },
  {
    name: "BITFIELD refuses the number of a field so far away that its offset overflows",
    why: "Redis takes the offset modulo 2^64 and reads or writes a field that nobody has asked for.",
    command: /^bitfield.* #[1-9]\d{16,18}\b/i,
    redis: /^\*/,
    ours: /^-ERR bit offset is not an integer or out of range\r\n$/,
    example: ["BITFIELD k GET u8 #2305843009213693952"],
  },
  {
    name: "SORT leaves a sorted set as it is",
    why: "Redis makes it a skiplist first, for ever, even when it is only read.",
    command: /^object encoding /i,
    redis: /^\$8\r\nskiplist\r\n$/,
    ours: /^\$8\r\nlistpack\r\n$/,
    example: ["ZADD zset 1 one", "SORT_RO zset BY nosort", "OBJECT ENCODING zset"],
    avoided: true,
  },
  {
    name: "WATCH notices that PFDEBUG makes a HyperLogLog dense",
    why: "GET shows other bytes than before. Redis does not tell those who watch the key.",
    command: /^exec$/i,
    redis: /^\*1\r\n\+PONG\r\n$/,
    ours: /^\*-1\r\n$/,
    example: ["PFADD hll a", "WATCH hll", "PFDEBUG TODENSE hll", "MULTI", "PING", "EXEC"],
    avoided: true,
  },
  {
    name: "WATCH notices that BITFIELD has made a string longer although its operations failed",
    why: "The string is there, or has more zeros; Redis neither tells those who watch nor its replicas.",
    command: /^exec$/i,
    redis: /^\*1\r\n:1\r\n$/,
    ours: /^\*-1\r\n$/,
    example: ["WATCH bits", "BITFIELD bits OVERFLOW FAIL SET u8 0 300", "MULTI", "STRLEN bits", "EXEC"],
    avoided: true,
  },
];

/** The entry that explains the two replies to the request, or null. */
export function explain(argv: Buffer[], redis: Buffer, ours: Buffer): KnownDifference | null {
  const command = argv.map(quote).join(" ");
  const known = DIFFERENCES.find((entry) => {
    if (entry.avoided) return false;
    if (!entry.command.test(command) || !entry.redis.test(redis.toString("latin1"))) return false;
    return typeof entry.ours === "function"
      ? entry.ours(argv) === ours.toString("latin1")
      : entry.ours.test(ours.toString("latin1"));
  });
  return known ?? null;
}
