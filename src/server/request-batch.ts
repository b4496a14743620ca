/**
 * Requests of one chunk, or of several, that are executed in a row: their offsets and the hashes of their keys, so that
 * the memory they will need can be asked for before the first of them runs.
 */

import { equalBytes } from "../base/bytes.ts";
import { type Args, REQUEST_WORDS } from "../commands/args.ts";
import type { Command, CommandTable } from "../commands/command-table.ts";
import type { Context } from "../commands/context.ts";
import type { RequestParser } from "../protocol/request-parser.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { PREFETCH_MAX } from "../store/prefetch.ts";

/** Enough for waits to overlap, few enough for what was fetched to be still there when it is used. */
const REQUESTS_MAX = PREFETCH_MAX;
/** Fewer requests at a time have too few waits to overlap. */
const PREFETCH_MIN = 4;
/** A request with more arguments is executed by itself. */
const ARGUMENTS_MAX = REQUEST_WORDS / 2;

export class RequestBatch {
  count = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private readonly offsets = new Int32Array(REQUESTS_MAX * REQUEST_WORDS);
  private readonly argcs = new Int32Array(REQUESTS_MAX);
  private readonly ends = new Int32Array(REQUESTS_MAX);
  private readonly hashes = new Int32Array(REQUESTS_MAX);
  /** What the first word of each request names, or null. */
  private readonly commands = new Array<Command | null>(REQUESTS_MAX).fill(null);
  /** For each request the argument that names an element, or 0, and the hash of it. */
  private readonly memberAt = new Int32Array(REQUESTS_MAX);
  private readonly memberHashes = new Int32Array(REQUESTS_MAX);
  /** 1 for each request that may be executed together with the one before it: same command, key and number of arguments. */
  private readonly repeats = new Uint8Array(REQUESTS_MAX);
  /** The parser's number of command and key of the request added last, or 0. */
  private keyNumber = 0;
  /** Some of the present requests may be executed together, see {@link runLength}. */
  hasRuns = false;
  /** Some command of the present requests may name an element. */
  private namesMembers = false;
  /** What requests whose head has this number name. */
  private headNumber = 0;
  private headCommand: Command | null = null;
  /** `hashes` are those of the present requests. */
  private hashed = false;
  /** The memory of all keys was asked for. */
  private prefetched = false;

  get full(): boolean {
    return this.count === REQUESTS_MAX;
  }

  clear(): void {
    this.count = 0;
    this.namesMembers = false;
    this.hasRuns = false;
    this.hashed = false;
    this.prefetched = false;
  }

  /** Whether the parser's present request may join. */
  static takes(parser: RequestParser): boolean {
    return !parser.inline && parser.argc <= ARGUMENTS_MAX;
  }

  /** Adds the parser's present request. */
  add(parser: RequestParser, table: CommandTable): void {
    const { offsets } = this;
    const source = parser.offsets;
    const words = parser.argc * 2;
    const base = this.count * REQUEST_WORDS;
    for (let i = 0; i < words; i++) offsets[base + i] = source[i];
    this.bytes = parser.bytes;
    const command = this.commandNamed(parser, table);
    this.commands[this.count] = command;
    this.argcs[this.count] = parser.argc;
    this.ends[this.count] = parser.next;
    this.repeats[this.count] = 0;
    if (command !== null) {
      if (command.memberAt !== 0) this.namesMembers = true;
      if (command.handlesRuns) this.noteRepeat(this.count, command, parser.keyNumber);
    }
    this.count++;
  }

  /** Looks whether request `i` has command, key and number of arguments of the one before it. */
  private noteRepeat(i: number, command: Command, keyNumber: number): void {
    const before = this.keyNumber;
    this.keyNumber = keyNumber;
    if (i === 0 || this.commands[i - 1] !== command || this.argcs[i - 1] !== this.argcs[i]) return;
    // The number spares the comparison.
    const isSame =
      (keyNumber !== 0 && keyNumber === before) || this.argcs[i] === 1 || this.hasKeyOfPrevious(i);
    if (!isSame) return;
    this.repeats[i] = 1;
    this.hasRuns = true;
  }

  /** What the parser's present request names, or null. */
  private commandNamed(parser: RequestParser, table: CommandTable): Command | null {
    const { bytes, headNumber, offsets } = parser;
    if (headNumber !== 0 && headNumber === this.headNumber) return this.headCommand;
    const command = table.lookUp(bytes, offsets[0], offsets[1]);
    if (headNumber !== 0) {
      this.headNumber = headNumber;
      this.headCommand = command;
    }
    return command;
  }

  /**
   * Asks for the memory that the requests are likely to need, if that is worth it: that of the keys in their first
   * arguments, and that of the elements that their commands work on.
   */
  prefetch({ keyspace, prefetching }: Context, db: number): void {
    const { hashes, count } = this;
    if (!prefetching || count < PREFETCH_MIN) return;
    // Of a few keys all memory is near after the first requests.
    let keys = 1;
    hashes[0] = this.hashKey(0, keyspace);
    for (let i = 1; i < count; i++) {
      hashes[i] = this.hashKey(i, keyspace);
      if (hashes[i] !== hashes[i - 1]) keys++;
    }
    const namesMembers = this.namesMembers && this.hashMembers(keyspace);
    this.prefetched = keys >= PREFETCH_MIN || namesMembers;
    if (this.prefetched) keyspace.prefetch(db, hashes, count);
    if (namesMembers) keyspace.prefetchMembers(this.memberHashes, count);
    this.hashed = true;
  }

  /** The hash of the first argument of request `i`; 0 when there is none. Memory asked for in vain does not matter. */
  private hashKey(i: number, keyspace: Keyspace): number {
    const { bytes, offsets, argcs } = this;
    if (this.repeats[i] === 1) return this.hashes[i - 1];
    if (argcs[i] === 1) return 0;
    // Requests in a row are often about the same key.
    if (i > 0 && argcs[i - 1] > 1 && this.hasKeyOfPrevious(i)) return this.hashes[i - 1];
    const at = i * REQUEST_WORDS + 2;
    return keyspace.hashes.ofKey(bytes, offsets[at], offsets[at + 1]);
  }

  /** Whether request `i` has the first argument of the one before it; both have one. */
  private hasKeyOfPrevious(i: number): boolean {
    const { bytes, offsets } = this;
    const at = i * REQUEST_WORDS + 2;
    const start = offsets[at];
    const length = offsets[at + 1] - start;
    const before = offsets[at - REQUEST_WORDS];
    // Other keys often start alike and differ at the end.
    return (
      offsets[at - REQUEST_WORDS + 1] - before === length &&
      bytes[before + length - 1] === bytes[start + length - 1] &&
      equalBytes(bytes, before, bytes, start, length)
    );
  }

  /** Hashes the elements that commands name. Returns whether there are any. */
  private hashMembers(keyspace: Keyspace): boolean {
    const { bytes, offsets, argcs, commands, memberAt, memberHashes, count } = this;
    let any = false;
    for (let i = 0; i < count; i++) {
      const base = i * REQUEST_WORDS;
      const at = commands[i]?.memberAt ?? 0;
      const exists = at !== 0 && at < argcs[i];
      memberAt[i] = exists ? at : 0;
      memberHashes[i] = exists
        ? keyspace.hashOf(bytes, offsets[base + at * 2], offsets[base + at * 2 + 1])
        : 0;
      any ||= exists;
    }
    return any;
  }

  /** How many of the requests `[i, last)` have the command, the key and the number of arguments of the first one. */
  runLength(i: number, last: number): number {
    let end = i + 1;
    while (end < last && this.repeats[end] === 1) end++;
    return end - i;
  }

  /** Points `args` to request `i`, and tells the keyspace the hashes of its arguments, if they are known. */
  select(i: number, args: Args, keyspace: Keyspace): void {
    const { bytes, offsets } = this;
    const base = i * REQUEST_WORDS;
    args.set(bytes, offsets, base, this.argcs[i]);
    if (!this.hashed) return;
    if (this.argcs[i] === 1) keyspace.hashes.expectNothing();
    else keyspace.hashes.expectKey(bytes, offsets[base + 2], offsets[base + 3], this.hashes[i]);
    if (this.prefetched) keyspace.expectSearch(i, this.hashes[i]);
    if (!this.namesMembers) return;
    const member = base + this.memberAt[i] * 2;
    if (member !== base)
      keyspace.hashes.expectMember(bytes, offsets[member], offsets[member + 1], this.memberHashes[i]);
  }

  /** The command that the first word of request `i` names, or null. */
  commandOf(i: number): Command | null {
    return this.commands[i];
  }

  /** Where in its bytes request `i` ends. */
  endOf(i: number): number {
    return this.ends[i];
  }
}
