/**
 * Sorted sets in the RDB format: packed ones as a listpack in which a score is an integer or a text, others as a
 * number of members and then, from the highest on, member and score in turn.
 */

import { copyBytes } from "../../base/bytes.ts";
import { formatDouble } from "../../base/double.ts";
import type { Int64 } from "../../base/int.ts";
import { parseDouble } from "../../base/parse-double.ts";
import { nextPacked, writePackedInteger, writePackedString } from "../../memory/packed.ts";
import { packedCount, packedStart } from "../collection.ts";
import type { Entry } from "../entry.ts";
import type { Keyspace } from "../keyspace.ts";
import * as zsets from "../zset.ts";
import { ZsetCursor } from "../zset-cursor.ts";
import { PAIR } from "../zset-packed.ts";
import { packedScoreAt } from "../zset-score.ts";
import type { ElementReader } from "./element-reader.ts";
import { finishListpack, LISTPACK_HEAD_BYTES, LISTPACK_OVERHEAD } from "./listpack.ts";
import { expectFormat } from "./rdb-format.ts";
import type { RdbReader } from "./rdb-reader.ts";
import type { RdbWriter } from "./rdb-writer.ts";

/** A score as text and the lengths around it. */
const SCORE_BYTES_MAX = 26;
/** Redis keeps integers up to here as such, beyond the exact ones. */
const INTEGER_MAX = 2 ** 62;

export function writeZset(writer: RdbWriter, entry: Entry): void {
  if (!entry.linked) {
    writeListpack(writer, entry);
    return;
  }
  writer.number(zsets.length(entry));
  const cursor = new ZsetCursor();
  for (cursor.open(entry, 0, true); cursor.valid; cursor.next()) {
    const { bytes, start, end } = cursor.member;
    writer.string(bytes, start, end);
    writer.double(cursor.score);
  }
}

function writeListpack(writer: RdbWriter, entry: Entry): void {
  const { bytes, valueEnd } = entry;
  const count = packedCount(entry);
  const sizeMax = LISTPACK_OVERHEAD + entry.valueLength + (count / PAIR) * SCORE_BYTES_MAX;
  const listpack = Buffer.allocUnsafe(sizeMax);
  let to = LISTPACK_HEAD_BYTES;
  for (let at = packedStart(entry); at < valueEnd; ) {
    const scoreAt = nextPacked(bytes, at);
    copyBytes(bytes, at, listpack, to, scoreAt - at);
    to = writeScore(listpack, to + scoreAt - at, packedScoreAt(bytes, scoreAt));
    at = nextPacked(bytes, scoreAt);
  }
  finishListpack(listpack, to + 1, count);
  writer.string(listpack, 0, to + 1);
}

/** Writes a score as Redis keeps it in a listpack, where the sign of a zero is lost; returns where it ends. */
function writeScore(listpack: Buffer, at: number, score: number): number {
  if (Number.isInteger(score) && Math.abs(score) <= INTEGER_MAX) {
    const integer: Int64 = Number.isSafeInteger(score) ? score + 0 : BigInt(score);
    return writePackedInteger(listpack, at, integer);
  }
  const text = Buffer.from(formatDouble(score), "latin1");
  return writePackedString(listpack, at, text, 0, text.length);
}

/** Adds members and scores as text, which `elements` gives in turn, to an empty sorted set. */
export function fillZset(
  keyspace: Keyspace,
  entry: Entry,
  elements: ElementReader,
  { first: member, second: score }: RdbReader,
): void {
  while (elements.next(member)) {
    expectFormat(elements.next(score), "a member without a score");
    const { bytes, start, end } = member;
    addMember(keyspace, entry, bytes, start, end, parseDouble(score.bytes, score.start, score.end));
  }
}

/** Reads a number of members, each followed by a score that `readScore` reads, into an empty sorted set. */
export function fillZsetFromDoubles(readScore: (reader: RdbReader) => number) {
  return (keyspace: Keyspace, entry: Entry, reader: RdbReader): void => {
    for (let left = reader.number(); left > 0; left--) {
      reader.string(reader.first);
      const { bytes, start, end } = reader.first;
      addMember(keyspace, entry, bytes, start, end, readScore(reader));
    }
  };
}

function addMember(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  score: number,
): void {
  expectFormat(!Number.isNaN(score), "a score that is no number");
  expectFormat(zsets.add(keyspace, entry, bytes, start, end, score), "a member that is there twice");
}
