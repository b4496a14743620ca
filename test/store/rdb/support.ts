/** Values and their dumps in a dataset of its own, for the tests of this folder. */

import { checkKeyspace } from "../../../src/store/check.ts";
import { adopt } from "../../../src/store/detached.ts";
import { digestValue } from "../../../src/store/digest.ts";
import type { Entry } from "../../../src/store/entry.ts";
import { type Keyspace, NO_EXPIRE } from "../../../src/store/keyspace.ts";
import { DumpCodec } from "../../../src/store/rdb/dump.ts";
import { RdbFormatError } from "../../../src/store/rdb/rdb-format.ts";
import { Engine, type EngineOptions } from "../../support/engine.ts";

export const KEY = Buffer.from("key");
const COPY = Buffer.from("copy of the key");

export class DumpRig {
  readonly engine: Engine;
  readonly keyspace: Keyspace;
  readonly codec: DumpCodec;

  constructor(options: EngineOptions = {}) {
    this.engine = new Engine({ shards: 2, arenaBytes: 16 << 20, ...options });
    this.keyspace = this.engine.keyspace;
    this.codec = new DumpCodec(this.keyspace);
  }

  /** Runs commands on the key; the first argument of each is its name, the key comes next. */
  run(...commands: (string | Buffer | number)[][]): void {
    for (const [name, ...args] of commands) {
      const reply = this.engine.run(name, KEY, ...args);
      if (reply.startsWith("-")) throw new Error(`${name}: ${reply}`);
    }
  }

  find(key = KEY): Entry {
    const entry = this.keyspace.find(0, key, 0, key.length);
    if (entry === null) throw new Error("the key is missing");
    return entry;
  }

  dump(key = KEY): Buffer {
    const { bytes, length } = this.codec.dump(this.find(key));
    return Buffer.from(bytes.subarray(0, length));
  }

  /** Reads a dump into the key. Throws what reading it throws. */
  restore(dump: Buffer, key = KEY): void {
    const bytes = Buffer.concat([key, dump]);
    if (!this.codec.isIntact(bytes, key.length, bytes.length)) throw new Error("the checksum is wrong");
    const value = this.codec.read(0, bytes, 0, key.length, key.length, bytes.length);
    adopt(this.keyspace, value, 0, bytes, 0, key.length, NO_EXPIRE);
  }

  /** Whether a dump is refused as malformed; otherwise it is read into the key. Either way the dataset is whole. */
  refuses(dump: Buffer, key = KEY): boolean {
    const used = this.keyspace.usedBytes;
    try {
      this.restore(dump, key);
      return false;
    } catch (error) {
      if (!(error instanceof RdbFormatError)) throw error;
      while (this.keyspace.collectGarbage(1 << 20));
      if (this.keyspace.usedBytes !== used) throw new Error("a refused dump has left something behind");
      return true;
    } finally {
      checkKeyspace(this.keyspace);
    }
  }

  /** Restores a dump of the key under another name; returns digest and form of both. */
  copied(): [before: unknown, after: unknown] {
    const before = this.valueOf(KEY);
    this.restore(this.dump(), COPY);
    checkKeyspace(this.keyspace);
    return [before, this.valueOf(COPY)];
  }

  private valueOf(key: typeof KEY): unknown {
    const entry = this.find(key);
    const { type, encoding } = entry;
    return { type, encoding, digest: digestValue(this.keyspace, entry).toString("hex") };
  }
}
