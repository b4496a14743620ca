/** The subcommands of DEBUG. */

import { printable } from "../base/ascii.ts";
import { globMatch } from "../base/glob.ts";
import { parseMemory } from "../base/memory-size.ts";
import {
  DEBUG_PACKED_THRESHOLD,
  NO_SUCH_KEY,
  NOT_INTEGER,
  NOT_POSITIVE,
  outOfRange,
  STRING_TOO_LONG,
} from "../protocol/errors.ts";
import { digest, digestValue } from "../store/digest.ts";
import { NO_EXPIRE } from "../store/keyspace.ts";
import { set } from "../store/string.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { describeEntry } from "./debug-object.ts";
import { replyOfType } from "./debug-protocol.ts";

/** How much of a message DEBUG LOG writes. */
const LOG_BYTES_MAX = 4096;
/** From here on Redis does not sleep at all, as the time does not fit 64 bits in µs. */
const SLEEP_SECONDS_LIMIT = 2 ** 63 / 1e6;
/** Some 24 days: longer times, which nobody waits for, are cut to it. */
const SLEEP_MS_MAX = 2 ** 31 - 1;
/** DEBUG POPULATE would hold the server up for minutes with more keys. */
const POPULATE_KEYS_MAX = 2 ** 28;
/** Longer keys are cut, as Redis does. */
const POPULATE_KEY_BYTES_MAX = 127;
/** Somewhat below 4 GiB. */
const PACKED_THRESHOLD_MAX = 2 ** 32 - 2 ** 20;

/** In place of the digest of a missing key. */
const NO_DIGEST = "0".repeat(40);

interface DebugSubcommand {
  /** Upper case. */
  readonly name: string;
  /** Number of arguments, DEBUG and the name included. */
  readonly countMin: number;
  readonly countMax: number;
  readonly syntax: string;
  readonly summary: string;
  run(ctx: Context, args: Args): void;
}

export const DEBUG_SUBCOMMANDS: readonly DebugSubcommand[] = [
  {
    name: "SLEEP",
    countMin: 3,
    countMax: 3,
    syntax: "<seconds>",
    summary: "Stops the whole server for a time, which may be a fraction",
    run(ctx, args) {
      const seconds = Number.parseFloat(args.latin1(2));
      if (seconds > 0 && seconds < SLEEP_SECONDS_LIMIT)
        ctx.server.sleep(Math.min(seconds * 1000, SLEEP_MS_MAX));
      ctx.reply.ok();
    },
  },
  {
    name: "SET-ACTIVE-EXPIRE",
    countMin: 3,
    countMax: 3,
    syntax: "<0|1>",
    summary: "With 0, expired keys are freed only when somebody asks for them",
    run(ctx, args) {
      ctx.server.setActiveExpire(leadingInteger(args.latin1(2)) !== 0);
      ctx.reply.ok();
    },
  },
  {
    name: "OBJECT",
    countMin: 3,
    countMax: 3,
    syntax: "<key>",
    summary: "Encoding, serialized length and last access of a value",
    run(ctx, args) {
      const entry = ctx.find(args, 2);
      if (entry === null) throw NO_SUCH_KEY;
      ctx.reply.simpleString(describeEntry(ctx, entry));
    },
  },
  {
    name: "DIGEST",
    countMin: 2,
    countMax: 2,
    syntax: "",
    summary: "A digest of the whole dataset: equal for equal data, but another one than Redis'",
    run(ctx) {
      ctx.reply.simpleString(digest(ctx.keyspace));
    },
  },
  {
    name: "DIGEST-VALUE",
    countMin: 2,
    countMax: Number.POSITIVE_INFINITY,
    syntax: "<key> [<key> ...]",
    summary: "A digest of the value of each key, zeros for a missing one",
    run(ctx, args) {
      ctx.reply.array(args.count - 2);
      for (let i = 2; i < args.count; i++) {
        const entry = ctx.find(args, i);
        ctx.reply.simpleString(entry === null ? NO_DIGEST : digestValue(ctx.keyspace, entry).toString("hex"));
      }
    },
  },
  {
    name: "STRINGMATCH-LEN",
    countMin: 4,
    countMax: 4,
    syntax: "<pattern> <string>",
    summary: "1 when the string matches the glob, else 0",
    run(ctx, args) {
      const { bytes } = args;
      const matches = globMatch(bytes, args.start(2), args.end(2), bytes, args.start(3), args.end(3), false);
      ctx.reply.integer(matches ? 1 : 0);
    },
  },
  {
    name: "POPULATE",
    countMin: 3,
    countMax: 5,
    syntax: "<count> [<prefix>] [<size>]",
    summary: "Creates string keys named key:<number>, where they are missing",
    run(ctx, args) {
      populate(ctx, args);
      ctx.reply.ok();
    },
  },
  {
    name: "QUICKLIST-PACKED-THRESHOLD",
    countMin: 3,
    countMax: 3,
    syntax: "<size>",
    summary: "From this size on an element of a list is kept by itself; 0 for the default",
    run(ctx, args) {
      const bytes = parseMemory(args.latin1(2));
      if (bytes === null || bytes > PACKED_THRESHOLD_MAX) throw DEBUG_PACKED_THRESHOLD;
      ctx.keyspace.limits.listAlone = Number(bytes);
      ctx.reply.ok();
    },
  },
  {
    name: "PROTOCOL",
    countMin: 3,
    countMax: 3,
    syntax: "<type>",
    summary: "A reply of a type: string, integer, double, bignum, null, array, set, map and others",
    run(ctx, args) {
      replyOfType(ctx.reply, args.latin1(2).toLowerCase());
    },
  },
  {
    name: "ERROR",
    countMin: 3,
    countMax: 3,
    syntax: "<text>",
    summary: "Replies an error with this text",
    run(ctx, args) {
      ctx.reply.error(args.latin1(2));
    },
  },
  {
    name: "LOG",
    countMin: 3,
    countMax: 3,
    syntax: "<message>",
    summary: "Writes a line to the log",
    run(ctx, args) {
      ctx.server.log(`DEBUG LOG: ${printable(args.bytes, args.start(2), args.end(2), LOG_BYTES_MAX)}`);
      ctx.reply.ok();
    },
  },
];

/** What C's `atoi` makes of a text: its leading integer, or 0. */
function leadingInteger(text: string): number {
  return Number.parseInt(text, 10) || 0;
}

/**
 * Creates the keys `prefix:0` to `prefix:count-1`; the values are padded with NUL bytes, or cut, to the size.
 * The first ones stay when there is no room for all.
 */
function populate({ keyspace, client, stringLengthMax }: Context, args: Args): void {
  const count = positive(args, 2);
  if (count > POPULATE_KEYS_MAX) throw outOfRange(0, POPULATE_KEYS_MAX);
  const prefix = args.count > 3 ? keyPrefix(args, 3) : "key";
  const size = args.count > 4 ? positive(args, 4) : 0;
  if (size > stringLengthMax) throw STRING_TOO_LONG;
  // The key, and the value behind the room for it. Texts do not get shorter, so that the padding stays zero.
  const valueStart = POPULATE_KEY_BYTES_MAX;
  const bytes = Buffer.alloc(valueStart + Math.max(size, `value:${count}`.length));
  for (let i = 0; i < count; i++) {
    const keyEnd = bytes.write(`${prefix}:${i}`, 0, POPULATE_KEY_BYTES_MAX, "latin1");
    if (keyspace.find(client.db, bytes, 0, keyEnd) !== null) continue;
    const textLength = bytes.write(`value:${i}`, valueStart, "latin1");
    const valueEnd = valueStart + (size === 0 ? textLength : size);
    set(keyspace, client.db, bytes, 0, keyEnd, valueStart, valueEnd, NO_EXPIRE);
  }
}

/** As much of argument `i` as a key can begin with, up to the first NUL, where C's text ends. */
function keyPrefix(args: Args, i: number): string {
  const end = Math.min(args.end(i), args.start(i) + POPULATE_KEY_BYTES_MAX);
  return args.bytes.toString("latin1", args.start(i), end).split("\0", 1)[0];
}

/** An integer that is not negative. @throws NOT_INTEGER, NOT_POSITIVE */
function positive(args: Args, i: number): number {
  const value = args.int64(i, NOT_INTEGER);
  if (value < 0) throw NOT_POSITIVE;
  return Number(value);
}
