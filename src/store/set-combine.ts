/**
 * Intersection, union and difference of sets. Members are read straight from the blocks of their sets; what
 * is made of them goes to a reply or into a detached set (`detached.ts`), whose blocks are others.
 */

import type { PackedView } from "../memory/packed.ts";
import { buildDetached, discard } from "./detached.ts";
import { type Entry, TYPE_SET } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import * as sets from "./set.ts";

/** Members that are visited before it is asked whether enough were found. */
const SLICE_MEMBERS = 256;

/**
 * Visits the members that all of the sets have, `limit` of them at most, and returns how many they are.
 * O(members of the smallest · sets)
 */
export function intersect(
  keyspace: Keyspace,
  sources: readonly Entry[],
  limit: number,
  visit: sets.MemberVisitor,
): number {
  const [smallest, ...others] = sources.toSorted((a, b) => sets.length(a) - sets.length(b));
  let found = 0;
  let cursor = 0;
  do {
    cursor = sets.scan(keyspace, smallest, cursor, SLICE_MEMBERS, (member) => {
      if (found === limit || !isInAll(keyspace, others, member)) return;
      found++;
      visit(member);
    });
  } while (cursor !== 0 && found < limit);
  return found;
}

/** Visits the members of all sets; one that several of them have is visited more than once. O(members) */
export function unite(keyspace: Keyspace, sources: readonly Entry[], visit: sets.MemberVisitor): void {
  for (const source of sources) sets.forEach(keyspace, source, visit);
}

/**
 * Visits the members of `first` that none of the others has. As Redis does, it either asks the others about each
 * member, or goes through all members of all sets, whichever is less work.
 * @throws OutOfMemoryError
 */
export function subtract(
  keyspace: Keyspace,
  first: Entry,
  others: readonly Entry[],
  visit: sets.MemberVisitor,
): void {
  const total = [first, ...others].reduce((sum, set) => sum + sets.length(set), 0);
  if (others.length < 2 || (sets.length(first) * (others.length + 1)) / 2 <= total) {
    // The largest is the likeliest to have a member.
    const ordered = others.toSorted((a, b) => sets.length(b) - sets.length(a));
    sets.forEach(keyspace, first, (member) => {
      if (!isInAny(keyspace, ordered, member)) visit(member);
    });
    return;
  }
  const { db, bytes, keyStart, valueStart } = first;
  const union = buildDetached(keyspace, db, bytes, keyStart, valueStart, TYPE_SET, (target) => {
    unite(keyspace, others, (member) => {
      sets.add(keyspace, target, member.bytes, member.start, member.end);
    });
  });
  try {
    subtract(keyspace, first, [union], visit);
  } finally {
    discard(union);
  }
}

function isInAll(keyspace: Keyspace, others: readonly Entry[], { bytes, start, end }: PackedView): boolean {
  for (const set of others) if (!sets.has(keyspace, set, bytes, start, end)) return false;
  return true;
}

function isInAny(keyspace: Keyspace, others: readonly Entry[], { bytes, start, end }: PackedView): boolean {
  for (const set of others) if (sets.has(keyspace, set, bytes, start, end)) return true;
  return false;
}
