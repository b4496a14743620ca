/** Sets against JavaScript's sets, in all forms and on the way from one to the other. */

import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { createPacked } from "../../src/store/collection.ts";
import { adopt, buildDetached } from "../../src/store/detached.ts";
import { ENCODING_INTSET, ENCODING_LINKED, ENCODING_PACKED, Entry, TYPE_SET } from "../../src/store/entry.ts";
import { OutOfMemoryError } from "../../src/store/errors.ts";
import { type Keyspace, NO_EXPIRE } from "../../src/store/keyspace.ts";
import * as sets from "../../src/store/set.ts";
import { intersect, subtract, unite } from "../../src/store/set-combine.ts";
import { randomPlace, removeDrawn, removePlaces, samplePlaces } from "../../src/store/set-random.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

const KEY = Buffer.from("key");

let keyspace: Keyspace;

beforeEach(() => {
  keyspace = new Engine().keyspace;
});

function newSet(name = "key"): Entry {
  const key = Buffer.from(name);
  return createPacked(keyspace, 0, key, 0, key.length, TYPE_SET);
}

function entryOf(name = "key"): Entry {
  const key = Buffer.from(name);
  return keyspace.find(0, key, 0, key.length) as Entry;
}

/** A view of its own of a set. */
function viewOf(name: string): Entry {
  const view = new Entry();
  const key = Buffer.from(name);
  keyspace.readInto(view, 0, key, 0, key.length, false);
  return view;
}

/** Calls a function of a member with the member's bytes in the middle of a buffer. */
function withBytes<T>(member: string, call: (bytes: Buffer, start: number, end: number) => T): T {
  const bytes = Buffer.from(`<${member}>`, "latin1");
  return call(bytes, 1, bytes.length - 1);
}

const add = (entry: Entry, member: string): boolean =>
  withBytes(member, (bytes, start, end) => sets.add(keyspace, entry, bytes, start, end));
const remove = (entry: Entry, member: string): boolean =>
  withBytes(member, (bytes, start, end) => sets.remove(keyspace, entry, bytes, start, end));
const has = (entry: Entry, member: string): boolean =>
  withBytes(member, (bytes, start, end) => sets.has(keyspace, entry, bytes, start, end));

function membersOf(entry: Entry): string[] {
  const members: string[] = [];
  sets.forEach(keyspace, entry, ({ bytes, start, end }) =>
    members.push(bytes.toString("latin1", start, end)),
  );
  return members.sort();
}

function memberAt(entry: Entry, place: number): string {
  const { bytes, start, end } = sets.memberAt(keyspace, entry, place);
  return bytes.toString("latin1", start, end);
}

function randomMember(random: Random): string {
  const kind = random.below(10);
  if (kind < 3) return String(random.below(200) - 100);
  if (kind < 5) return String(BigInt.asIntN(64, (1n << BigInt(random.below(64))) + BigInt(random.below(3))));
  if (kind < 8) return `member:${random.below(300)}`;
  return kind < 9 ? "x".repeat(random.below(70)) : ["", "007", "+1", "-0", "\xff\x00"][random.below(5)];
}

/** A member like those of a set that is to keep its form. */
const MEMBERS: Record<string, (random: Random) => string> = {
  "of all kinds": randomMember,
  "small integers": (random) => String(random.below(600) - 300),
  "integers of all widths": (random) =>
    String(BigInt.asIntN(64, 7n ** BigInt(random.below(22)) * (random.below(2) === 0 ? 1n : -1n))),
  "short texts": (random) => `m${random.below(150)}`,
};

describe("the form of a set", () => {
  test("is that of integers while all members are, up to the limit", () => {
    const set = newSet();
    keyspace.limits.intsetEntries = 3;
    for (const member of ["5", "-70000", "9223372036854775807"]) {
      expect(add(set, member)).toBe(true);
      expect(set.encoding).toBe(ENCODING_INTSET);
    }
    expect(add(set, "5")).toBe(false);
    expect(set.encoding).toBe(ENCODING_INTSET);
    expect(add(set, "6")).toBe(true);
    expect(set.encoding).toBe(ENCODING_PACKED);
    expect(membersOf(set)).toEqual(["-70000", "5", "6", "9223372036854775807"]);
  });

  test("is packed from the first member that is no integer on", () => {
    for (const other of ["a", "", "01", "+1", "-0", "1.0", " 1", "9223372036854775808"]) {
      const set = newSet(`with ${other}`);
      add(set, "1");
      add(set, "-2");
      expect(set.encoding).toBe(ENCODING_INTSET);
      expect(add(set, other)).toBe(true);
      expect(set.encoding).toBe(ENCODING_PACKED);
      expect(membersOf(set)).toEqual(["1", "-2", other].sort());
    }
  });

  test("is linked once there are too many members, or one is too long", () => {
    const { limits } = keyspace;
    limits.setEntries = 4;
    const many = newSet("many");
    for (const member of ["a", "b", "c", "d"]) add(many, member);
    expect(many.encoding).toBe(ENCODING_PACKED);
    add(many, "e");
    expect(many.encoding).toBe(ENCODING_LINKED);
    const long = newSet("long");
    add(long, "x".repeat(64));
    expect(long.encoding).toBe(ENCODING_PACKED);
    add(long, "x".repeat(65));
    expect(long.encoding).toBe(ENCODING_LINKED);
    const integers = newSet("integers");
    for (let i = 0; i < 512; i++) add(integers, String(i * 1000));
    expect(integers.encoding).toBe(ENCODING_INTSET);
    add(integers, "a");
    expect(integers.encoding).toBe(ENCODING_LINKED);
    expect(sets.length(integers)).toBe(513);
    checkKeyspace(keyspace);
  });

  test("never is of more than 64 KiB when packed, whatever the limits", () => {
    keyspace.limits.setEntries = 1_000_000;
    keyspace.limits.setValueBytes = 1_000_000;
    const set = newSet();
    for (let i = 0; set.encoding === ENCODING_PACKED || sets.length(set) === 0; i++) {
      add(set, `${"x".repeat(1000)}${i}`);
      expect(set.valueLength).toBeLessThan(1 << 16);
      expect(i).toBeLessThan(70);
    }
    expect(set.encoding).toBe(ENCODING_LINKED);
    keyspace.limits.intsetEntries = 1_000_000;
    const integers = newSet("integers");
    for (let i = 0; i < 20_000; i++) add(integers, String(10_000 + i));
    expect(integers.encoding).toBe(ENCODING_INTSET);
    // In 40 KB as they are, they would take 80 KB.
    add(integers, "text");
    expect(integers.encoding).toBe(ENCODING_LINKED);
  });

  test("never goes back to a smaller one", () => {
    keyspace.limits.setEntries = 2;
    const set = newSet();
    for (const member of ["1", "2", "a", "b"]) add(set, member);
    for (const member of ["a", "b", "2"]) remove(set, member);
    expect(set.encoding).toBe(ENCODING_LINKED);
    expect(membersOf(set)).toEqual(["1"]);
  });
});

describe("a set next to one of JavaScript", () => {
  for (const [name, draw] of Object.entries(MEMBERS)) {
    for (const limits of [
      { intsetEntries: 512, setEntries: 128 },
      { intsetEntries: 20, setEntries: 40 },
      { intsetEntries: 30, setEntries: 5 },
      { intsetEntries: 0, setEntries: 0 },
    ]) {
      test(`holds the same members, ${name}, with limits ${limits.intsetEntries} and ${limits.setEntries}`, () => {
        const random = new Random(testSeed("sets next to a model"));
        Object.assign(keyspace.limits, limits);
        for (let round = 0; round < 4; round++) {
          newSet(`set ${round}`);
          const model = new Set<string>();
          const addsPercent = 30 + random.below(60);
          for (let step = 0; step < 250; step++) {
            // The check moves the keyspace's view of an entry.
            const set = entryOf(`set ${round}`);
            const member = draw(random);
            expect(has(set, member)).toBe(model.has(member));
            if (model.size < 2 || random.below(100) < addsPercent) {
              expect(add(set, member)).toBe(!model.has(member));
              model.add(member);
            } else {
              expect(remove(set, member)).toBe(model.delete(member));
            }
            expect(sets.length(set)).toBe(model.size);
            if (step % 50 === 0) checkKeyspace(keyspace);
          }
          expect(membersOf(entryOf(`set ${round}`))).toEqual([...model].sort());
          checkKeyspace(keyspace);
        }
      });
    }
  }

  test("is scanned whole in any steps, while it changes", () => {
    const random = new Random(testSeed("set scan"));
    const set = newSet();
    const staying = Array.from({ length: 3000 }, (_, i) => `stays ${i}`);
    for (const member of staying) add(set, member);
    for (let i = 0; i < 3000; i++) add(set, `goes ${i}`);
    const seen = new Set<string>();
    let cursor = 0;
    let calls = 0;
    do {
      let visited = 0;
      const limit = 1 + random.below(600);
      cursor = sets.scan(keyspace, set, cursor, limit, ({ bytes, start, end }) => {
        seen.add(bytes.toString("latin1", start, end));
        visited++;
      });
      if (cursor !== 0) expect(visited).toBeGreaterThanOrEqual(limit);
      for (let i = 0; i < 100; i++) remove(set, `goes ${random.below(3000)}`);
      for (let i = 0; i < 50; i++) add(set, `comes ${random.below(3000)}`);
      calls++;
    } while (cursor !== 0);
    expect(calls).toBeGreaterThan(5);
    for (const member of staying) expect(seen.has(member)).toBe(true);
  });
});

describe("random members", () => {
  /** Sets of 60 members in each form. */
  const FORMS: Record<string, { encoding: number; member: (i: number) => string; setEntries: number }> = {
    integers: { encoding: ENCODING_INTSET, member: (i) => String(i * i * i), setEntries: 128 },
    packed: { encoding: ENCODING_PACKED, member: (i) => `member ${i}`, setEntries: 128 },
    linked: { encoding: ENCODING_LINKED, member: (i) => `member ${i}`, setEntries: 3 },
  };
  const SIZE = 60;

  for (const [name, { encoding, member, setEntries }] of Object.entries(FORMS)) {
    function filled(): Entry {
      keyspace.limits.setEntries = setEntries;
      const set = newSet();
      for (let i = 0; i < SIZE; i++) add(set, member(i));
      expect(set.encoding).toBe(encoding);
      return set;
    }

    test(`of a set of ${name} are drawn equally often, alone and in samples`, () => {
      const set = filled();
      for (const size of [1, 2, 7, 8, 40, 59]) {
        const times = new Map<string, number>();
        const rounds = Math.ceil(12_000 / size);
        for (let i = 0; i < rounds; i++) {
          const places = size === 1 ? [randomPlace(keyspace, set)] : samplePlaces(keyspace, set, size);
          expect(new Set(places).size).toBe(size);
          for (const place of places) {
            const drawn = memberAt(set, place);
            times.set(drawn, (times.get(drawn) ?? 0) + 1);
          }
        }
        const expected = (rounds * size) / SIZE;
        let chiSquare = 0;
        for (let i = 0; i < SIZE; i++) chiSquare += ((times.get(member(i)) ?? 0) - expected) ** 2 / expected;
        // Exceeded once in a million times with 59 degrees of freedom; members of one sample vary less.
        expect(chiSquare).toBeLessThan(120);
      }
    });

    test(`of a set of ${name} can be taken out, one by one and many at a time`, () => {
      const set = filled();
      const model = new Set(membersOf(set));
      for (const size of [1, 5, 1, 20, 2, 30]) {
        const places = samplePlaces(keyspace, set, size);
        const taken = places.map((place) => memberAt(set, place));
        removePlaces(keyspace, set, places);
        for (const gone of taken) expect(model.delete(gone)).toBe(true);
        expect(membersOf(set)).toEqual([...model].sort());
        checkKeyspace(keyspace);
        entryOf();
      }
      sets.removeAt(keyspace, set, randomPlace(keyspace, set));
      expect(sets.length(set)).toBe(0);
    });

    test(`of a set of ${name} can be taken out as they are drawn`, () => {
      const set = filled();
      const model = new Set(membersOf(set));
      while (model.size > 1) {
        const place = randomPlace(keyspace, set);
        expect(model.delete(memberAt(set, place))).toBe(true);
        removeDrawn(keyspace, set, place);
        expect(membersOf(set)).toEqual([...model].sort());
        checkKeyspace(keyspace);
        entryOf();
      }
    });

    test(`a sample of all of a set of ${name} is all of it`, () => {
      const set = filled();
      const places = samplePlaces(keyspace, set, SIZE);
      expect(places.map((place) => memberAt(set, place)).sort()).toEqual(membersOf(set));
    });
  }
});

describe("combinations next to those of JavaScript", () => {
  test("have the same members, whatever the forms and sizes of the sets", () => {
    const random = new Random(testSeed("set combinations"));
    for (let round = 0; round < 150; round++) {
      Object.assign(keyspace.limits, { intsetEntries: random.below(60), setEntries: random.below(60) });
      const draw = Object.values(MEMBERS)[random.below(4)];
      const names = Array.from({ length: 1 + random.below(5) }, (_, i) => `${round}/${i}`);
      const models = names.map((name) => {
        const set = newSet(name);
        const members = Array.from({ length: 1 + random.below(random.below(2) ? 8 : 90) }, () =>
          draw(random),
        );
        for (const member of members) add(set, member);
        return new Set(members);
      });
      const sources = names.map(viewOf);
      const collected = (run: (visit: sets.MemberVisitor) => void): string[] => {
        const members: string[] = [];
        run(({ bytes, start, end }) => members.push(bytes.toString("latin1", start, end)));
        return members;
      };
      const [first, ...others] = models;
      const common = [...first].filter((member) => others.every((model) => model.has(member))).sort();
      const left = [...first].filter((member) => !others.some((model) => model.has(member))).sort();
      const all = [...new Set(models.flatMap((model) => [...model]))].sort();
      const limit = random.below(4) === 0 ? 1 + random.below(5) : Number.POSITIVE_INFINITY;
      let found = 0;
      const intersection = collected((visit) => {
        found = intersect(keyspace, sources, limit, visit);
      });
      expect(found).toBe(Math.min(limit, common.length));
      expect(intersection.length).toBe(found);
      if (limit > common.length) expect(intersection.sort()).toEqual(common);
      for (const member of intersection) expect(common).toContain(member);
      expect(collected((visit) => subtract(keyspace, sources[0], sources.slice(1), visit)).sort()).toEqual(
        left,
      );
      expect([...new Set(collected((visit) => unite(keyspace, sources, visit)))].sort()).toEqual(all);
      // What was built on the way is gone.
      keyspace.collectGarbage(1e6);
      checkKeyspace(keyspace);
    }
  });

  test("are stored in the place of one of their sources", () => {
    keyspace.limits.setEntries = 10;
    const set = newSet();
    for (let i = 0; i < 40; i++) add(set, `member ${i}`);
    const detached = buildDetached(keyspace, 0, KEY, 0, KEY.length, TYPE_SET, (target) => {
      sets.forEach(keyspace, entryOf(), ({ bytes, start, end }) => {
        if (bytes[end - 1] === 0x31) sets.add(keyspace, target, bytes, start, end);
      });
    });
    adopt(keyspace, detached, 0, KEY, 0, KEY.length, NO_EXPIRE);
    expect(membersOf(entryOf())).toEqual(["member 1", "member 11", "member 21", "member 31"]);
    keyspace.collectGarbage(1e6);
    checkKeyspace(keyspace);
  });

  test("of a set of integers into one that outgrows its form meanwhile keep their digits", () => {
    keyspace.limits.intsetEntries = 5;
    keyspace.limits.setEntries = 5;
    newSet("source");
    const integers = ["1111", "2222", "3333", "4444", "5555"];
    for (const member of integers) add(entryOf("source"), member);
    const target = newSet("target");
    for (const member of ["7", "8", "9"]) add(target, member);
    const source = viewOf("source");
    expect(source.encoding).toBe(ENCODING_INTSET);
    sets.forEach(keyspace, source, ({ bytes, start, end }) => {
      sets.add(keyspace, target, bytes, start, end);
    });
    expect(target.encoding).toBe(ENCODING_LINKED);
    expect(membersOf(target)).toEqual([...integers, "7", "8", "9"]);
  });
});

describe("without memory", () => {
  /** Takes what is left of the arena but for about `keep` bytes. Returns the blocks. */
  function fillArena(keep: number): number[] {
    const { arena } = keyspace.shards[0];
    const blocks: number[] = [];
    for (let size = 1 << 20; size >= 16; size >>= 1)
      while (arena.hasRoom(size + keep)) blocks.push(arena.allocate(size));
    return blocks;
  }

  test("adding fails with the members as they were, in every form", () => {
    const random = new Random(testSeed("sets without memory"));
    for (let round = 0; round < 40; round++) {
      keyspace = new Engine({ shards: 1, databases: 1, arenaBytes: 1 << 20 }).keyspace;
      Object.assign(keyspace.limits, { intsetEntries: random.below(40), setEntries: random.below(40) });
      const set = newSet();
      const model = new Set<string>();
      const draw = Object.values(MEMBERS)[random.below(4)];
      for (let i = random.below(60); i >= 0; i--) {
        const member = draw(random);
        add(set, member);
        model.add(member);
      }
      const filling = fillArena(random.below(3) * 200);
      let failures = 0;
      for (let i = 0; i < 400 && failures < 20; i++) {
        const member = random.below(2) === 0 ? draw(random) : `${"y".repeat(random.below(300))}${i}`;
        try {
          add(set, member);
          model.add(member);
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
          failures++;
        }
        expect(sets.length(set)).toBe(model.size);
      }
      expect(failures).toBeGreaterThan(0);
      expect(membersOf(set)).toEqual([...model].sort());
      const { arena, reclaimer } = keyspace.shards[0];
      for (const block of filling) arena.free(block);
      while (reclaimer.collect(1e6));
      checkKeyspace(keyspace);
    }
  });

  test("a detached set that cannot be filled leaves nothing behind", () => {
    keyspace = new Engine({ shards: 1, databases: 1, arenaBytes: 1 << 20 }).keyspace;
    const set = newSet();
    for (let i = 0; i < 5000; i++) add(set, `a member ${i}`);
    const build = () =>
      buildDetached(keyspace, 0, KEY, 0, KEY.length, TYPE_SET, (target) => {
        for (let i = 0; i < 1e6; i++) add(target, `some other member ${i}`);
      });
    expect(build).toThrow(OutOfMemoryError);
    while (keyspace.collectGarbage(1e6));
    expect(sets.length(entryOf())).toBe(5000);
    checkKeyspace(keyspace);
  });
});
