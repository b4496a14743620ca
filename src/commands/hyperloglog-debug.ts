/** PFDEBUG and PFSELFTEST: what tests look at. As in Redis, PFDEBUG is one command, not a container. */

import {
  CORRUPT_HYPERLOGLOG,
  HYPERLOGLOG_NOT_SPARSE,
  NO_SPECIFIED_KEY,
  selfTestFailed,
  unknownPfdebugSubcommand,
} from "../protocol/errors.ts";
import { ENCODING_RAW, type Entry } from "../store/entry.ts";
import { denseRegister, HLL_REGISTERS } from "../store/hyperloglog-dense.ts";
import { HLL_CHANGED, HLL_CORRUPT } from "../store/hyperloglog-draft.ts";
import { HLL_HEADER_BYTES } from "../store/hyperloglog-header.ts";
import { hyperLogLogSelfTest } from "../store/hyperloglog-self-test.ts";
import { describeRuns, SPARSE_RUN_BYTES_MAX } from "../store/hyperloglog-sparse.ts";
import type { Context } from "./context.ts";
import { checkHyperLogLog } from "./hyperloglog-check.ts";
import { type CommandSpec, SUBCOMMAND_KEY } from "./spec.ts";

export const pfdebug = {
  name: "PFDEBUG",
  arity: 3,
  flags: ["write", "denyoom", "admin"],
  keys: { ...SUBCOMMAND_KEY, access: ["RW access"] },
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Shows the form or the registers of a HyperLogLog, or gives it the dense form",
  complexity: "O(1), with a high constant",
  syntax: "subcommand key",
  handler(ctx, args) {
    const entry = checkHyperLogLog(ctx, ctx.findString(args, 2));
    if (entry === null) throw NO_SPECIFIED_KEY;
    // As in Redis, which unshares the value before it looks at the subcommand.
    entry.encoding = ENCODING_RAW;
    if (args.is(1, "GETREG")) replyRegisters(ctx, entry);
    else if (args.is(1, "DECODE")) replyRuns(ctx, entry);
    else if (args.is(1, "ENCODING"))
      ctx.reply.simpleString(ctx.hyperloglogs.isDense(entry) ? "dense" : "sparse");
    else if (args.is(1, "TODENSE")) ctx.reply.integer(toDense(ctx, entry) ? 1 : 0);
    else throw unknownPfdebugSubcommand(args.bytes, args.start(1), args.end(1));
  },
} as const satisfies CommandSpec;

export const pfselftest = {
  name: "PFSELFTEST",
  arity: 1,
  flags: ["admin"],
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Counts known elements and compares; takes some 50 ms",
  complexity: "O(1), with a very high constant",
  handler({ hyperloglogs, keyspace, reply }) {
    const fault = hyperLogLogSelfTest(keyspace.random, hyperloglogs.sparseBytesMax);
    if (fault !== null) throw selfTestFailed(fault);
    reply.ok();
  },
} as const satisfies CommandSpec;

/** Gives a HyperLogLog the dense form; false when it has it already. @throws CORRUPT_HYPERLOGLOG */
function toDense({ hyperloglogs }: Context, entry: Entry): boolean {
  const outcome = hyperloglogs.toDense(entry);
  if (outcome === HLL_CORRUPT) throw CORRUPT_HYPERLOGLOG;
  return outcome === HLL_CHANGED;
}

/** All registers of a HyperLogLog, which becomes dense, as in Redis. */
function replyRegisters(ctx: Context, entry: Entry): void {
  toDense(ctx, entry);
  const at = entry.valueStart + HLL_HEADER_BYTES;
  ctx.reply.array(HLL_REGISTERS);
  for (let i = 0; i < HLL_REGISTERS; i++) ctx.reply.integer(denseRegister(entry.bytes, at, i));
}

/** The runs of a sparse one, even if they are damaged, but not when they are more than there can be. */
function replyRuns({ hyperloglogs, reply }: Context, entry: Entry): void {
  if (hyperloglogs.isDense(entry)) throw HYPERLOGLOG_NOT_SPARSE;
  const start = entry.valueStart + HLL_HEADER_BYTES;
  if (entry.valueEnd - start > SPARSE_RUN_BYTES_MAX) throw CORRUPT_HYPERLOGLOG;
  reply.bulkText(describeRuns(entry.bytes, start, entry.valueEnd));
}
