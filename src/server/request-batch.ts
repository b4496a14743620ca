/**
 * Requests of one chunk, or of several, that are executed in a row: their offsets and the hashes of their keys, so that
 * the memory they will need can be asked for before the first of them runs.
 */

import { equalBytes } from "../base/bytes.ts";
import type { Args } from "../commands/args.ts";
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
const ARGUMENTS_MAX = 8;

export class RequestBatch {
  count = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private readonly offsets = new Int32Array(REQUESTS_MAX * ARGUMENTS_MAX * 2);
  private readonly argcs = new Int32Array(REQUESTS_MAX);
  private readonly ends = new Int32Array(REQUESTS_MAX);
  private readonly hashes = new Int32Array(REQUESTS_MAX);
  /** What the first word of each request names, or null. */
  private readonly commands = new Array<Command | null>(REQUESTS_MAX).fill(null);
  /** For each request the argument that names an element, or 0, and the hash of it. */
  private readonly memberAt = new Int32Array(REQUESTS_MAX);
  private readonly memberHashes = new Int32Array(REQUESTS_MAX);
  /** What requests of this parser whose head has this number name. */
  private headParser: RequestParser | null = null;
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
    const base = this.count * ARGUMENTS_MAX * 2;
    for (let i = 0; i < words; i++) offsets[base + i] = source[i];
    this.bytes = parser.bytes;
    this.commands[this.count] = this.commandNamed(parser, table);
    this.argcs[this.count] = parser.argc;
    this.ends[this.count] = parser.next;
    this.count++;
  }

  /** What the parser's present request names, or null. */
  private commandNamed(parser: RequestParser, table: CommandTable): Command | null {
    const { bytes, headNumber, offsets } = parser;
    if (headNumber !== 0 && headNumber === this.headNumber && parser === this.headParser)
      return this.headCommand;
    const command = table.lookUp(bytes, offsets[0], offsets[1]);
    if (headNumber !== 0) {
      this.headParser = parser;
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
    const namesMembers = this.hashMembers(keyspace);
    this.prefetched = keys >= PREFETCH_MIN || namesMembers;
    if (this.prefetched) keyspace.prefetch(db, hashes, count);
    if (namesMembers) keyspace.prefetchMembers(this.memberHashes, count);
    this.hashed = true;
  }

  /** The hash of the first argument of request `i`; 0 when there is none. Memory asked for in vain does not matter. */
  private hashKey(i: number, keyspace: Keyspace): number {
    const { bytes, offsets, argcs } = this;
    if (argcs[i] === 1) return 0;
    const at = i * ARGUMENTS_MAX * 2 + 2;
    const start = offsets[at];
    const length = offsets[at + 1] - start;
    if (i > 0 && argcs[i - 1] > 1) {
      // Requests in a row are often about the same key. Other keys often start alike and differ at the end.
      const before = offsets[at - ARGUMENTS_MAX * 2];
      const isSame =
        offsets[at - ARGUMENTS_MAX * 2 + 1] - before === length &&
        bytes[before + length - 1] === bytes[start + length - 1] &&
        equalBytes(bytes, before, bytes, start, length);
      if (isSame) return this.hashes[i - 1];
    }
    return keyspace.hashes.ofKey(bytes, start, start + length);
  }

  /** Hashes the elements that commands name. Returns whether there are any. */
  private hashMembers(keyspace: Keyspace): boolean {
    const { bytes, offsets, argcs, commands, memberAt, memberHashes, count } = this;
    let any = false;
    for (let i = 0; i < count; i++) {
      const base = i * ARGUMENTS_MAX * 2;
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

  /** Points `args` to request `i`, and tells the keyspace the hashes of its arguments, if they are known. */
  select(i: number, args: Args, keyspace: Keyspace): void {
    const { bytes, offsets } = this;
    const base = i * ARGUMENTS_MAX * 2;
    args.set(bytes, offsets, base, this.argcs[i]);
    if (!this.hashed) return;
    if (this.argcs[i] === 1) keyspace.hashes.expectNothing();
    else keyspace.hashes.expectKey(bytes, offsets[base + 2], offsets[base + 3], this.hashes[i]);
    if (this.prefetched) keyspace.expectSearch(i, this.hashes[i]);
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
