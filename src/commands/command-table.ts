/**
 * The command table: finds a command by the bytes of its name, in any case, without making a string.
 * Each server builds its own from the specs, since the counters of INFO commandstats live here.
 */

import { equalsIgnoreCase } from "../base/ascii.ts";
import type { Args } from "./args.ts";
import type { LatencyHistogram } from "./latency-histogram.ts";
import type { CommandFlag, CommandSpec, KeyPositions } from "./spec.ts";

/** A spec made ready for execution. */
export class Command {
  /** Lower case, with the container's: `config|get`. */
  readonly fullName: string;
  readonly subcommands: CommandTable | null;
  readonly write: boolean;
  /** CLIENT PAUSE WRITE holds it back. */
  readonly mayReplicate: boolean;
  readonly denyOom: boolean;
  readonly noAuth: boolean;
  /** It runs at once even between MULTI and EXEC. */
  readonly immediate: boolean;
  /** EXEC, whose refusal ends the transaction. */
  readonly isExec: boolean;
  /** Requests in a row of it may be executed together. */
  readonly handlesRuns: boolean;
  /** The argument that names an element, or 0. */
  readonly memberAt: number;
  /** Positions of the keys of a command that takes any number of them; otherwise null. */
  readonly manyKeys: KeyPositions | null;
  calls = 0;
  /** Calls that ended in an error reply. */
  failed = 0;
  /** Calls refused before the handler ran. */
  rejected = 0;
  /** Time taken in µs, see CommandTimes. */
  microseconds = 0;
  /** Times of single calls; null before the first one. */
  latencies: LatencyHistogram | null = null;
  /** Calls in the present batch. */
  untimedCalls = 0;

  constructor(
    readonly spec: CommandSpec,
    container: Command | null = null,
  ) {
    const name = spec.name.toLowerCase();
    this.fullName = container === null ? name : `${container.fullName}|${name}`;
    this.write = this.has("write");
    this.mayReplicate = this.write || spec.mayReplicate === true;
    this.denyOom = this.has("denyoom");
    this.noAuth = this.has("no_auth");
    this.immediate = spec.immediate !== undefined;
    this.isExec = spec.name === "EXEC";
    this.handlesRuns = spec.handleRun !== undefined;
    this.memberAt = spec.memberAt ?? 0;
    this.manyKeys = spec.keys !== undefined && spec.keys.last < 0 ? spec.keys : null;
    this.subcommands =
      spec.subcommands === undefined
        ? null
        : new CommandTable(spec.subcommands.map((sub) => new Command(sub, this)));
  }

  has(flag: CommandFlag): boolean {
    return this.spec.flags.includes(flag);
  }

  /** Whether a request of `count` arguments is complete. */
  accepts(count: number): boolean {
    const { arity } = this.spec;
    return arity >= 0 ? count === arity : count >= -arity;
  }

  resetStatistics(): void {
    this.calls = this.failed = this.rejected = this.microseconds = 0;
    this.latencies = null;
    for (const sub of this.subcommands?.all ?? []) sub.resetStatistics();
  }
}

export class CommandTable {
  readonly all: readonly Command[];
  private readonly slots: (Command | null)[];
  private readonly mask: number;

  constructor(commands: readonly Command[]) {
    this.all = commands;
    let size = 8;
    while (size < commands.length * 4) size *= 2;
    this.mask = size - 1;
    this.slots = new Array<Command | null>(size).fill(null);
    for (const command of commands) this.place(command);
  }

  /** The command that argument `i` names, or null. */
  find(args: Args, i: number): Command | null {
    return this.lookUp(args.bytes, args.start(i), args.end(i));
  }

  /** The command of this name, or null. */
  named(name: string): Command | null {
    const bytes = Buffer.from(name, "latin1");
    return this.lookUp(bytes, 0, bytes.length);
  }

  /** The command named `bytes[start, end)`, or null. */
  lookUp(bytes: Buffer, start: number, end: number): Command | null {
    const { slots, mask } = this;
    if (start === end) return null;
    for (let slot = nameHash(bytes, start, end) & mask; ; slot = (slot + 1) & mask) {
      const command = slots[slot];
      if (command === null || equalsIgnoreCase(bytes, start, end, command.spec.name)) return command;
    }
  }

  private place(command: Command): void {
    const name = Buffer.from(command.spec.name, "latin1");
    let slot = nameHash(name, 0, name.length) & this.mask;
    while (this.slots[slot] !== null) slot = (slot + 1) & this.mask;
    this.slots[slot] = command;
  }
}

/** Length and four letters tell all of Redis' commands apart well enough; the case bit is left out. */
function nameHash(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  const first = bytes[start] & 0xdf;
  const second = bytes[start + (length >> 1)] & 0xdf;
  const third = bytes[end - 1] & 0xdf;
  const fourth = bytes[start + (length >> 2)] & 0xdf;
  return (
    Math.imul(
      first + Math.imul(second, 31) + Math.imul(third, 961) + Math.imul(fourth, 29791) + length,
      0x9e3779b1,
    ) >>> 20
  );
}
