/** Every type and encoding, dumped and read back. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../../src/base/random.ts";
import { testSeed } from "../../support/seed.ts";
import { DumpRig } from "./support.ts";

type Command = (string | number)[];

/** Elements that lie at the borders of all forms of strings and integers. */
const ELEMENTS = [
  "",
  "a",
  ...["0", "1", "-1", "127", "128", "-128", "-129", "4095", "4096", "-4096", "-4097"],
  ...["32767", "32768", "-32769", "8388607", "8388608", "2147483647", "-2147483648", "2147483648"],
  ...["9007199254740993", "9223372036854775807", "-9223372036854775808", "9223372036854775808"],
  ...["01", "+1", "-0", "1e3", "1.5", "nan"],
  ..."x".repeat(11),
  "compressible".repeat(3),
  "\xff\x00\x80".repeat(21),
  "l".repeat(63),
  "m".repeat(64),
];
const LARGE_ELEMENTS = [
  "n".repeat(4095),
  "o".repeat(4096),
  "p".repeat(9000),
  "incompressible-0123456789 abc",
];

function distinct(count: number, prefix = "element "): string[] {
  return Array.from({ length: count }, (_, i) => prefix + i);
}

function scored(members: readonly string[]): Command {
  const scores = ["0", "1", "-5", "1.5", "inf", "-inf", "1e300", "5e-324", "1e17", "4611686018427387904"];
  return ["ZADD", ...members.flatMap((member, i) => [scores[i % scores.length], member])];
}

function fields(names: readonly string[]): Command {
  return ["HSET", ...names.flatMap((name, i) => [name, names[names.length - 1 - i]])];
}

const unique = [...new Set(ELEMENTS)];
const VALUES: [name: string, ...commands: Command[]][] = [
  ...[...unique, ...LARGE_ELEMENTS].map((text): [string, Command] => [
    `a string ${text.slice(0, 30)}`,
    ["SET", text],
  ]),
  ["a packed list", ["RPUSH", ...ELEMENTS]],
  ["a list of one empty element", ["RPUSH", ""]],
  ["a linked list", ["RPUSH", ...ELEMENTS, ...LARGE_ELEMENTS]],
  ["a list of many chunks", ["RPUSH", ...distinct(3000)], ["LPUSH", ...LARGE_ELEMENTS]],
  ["integers of 16 bits", ["SADD", 1, -2, 300]],
  ["integers of 32 bits", ["SADD", 1, -2, 70_000]],
  ["integers of 64 bits", ["SADD", 1, "9223372036854775807", "-9223372036854775808"]],
  ["the most integers", ["SADD", ...distinct(512, "")]],
  ["a set of too many integers", ["SADD", ...distinct(700, "")]],
  ["a packed set", ["SADD", ...unique]],
  ["a linked set", ["SADD", ...unique, ...LARGE_ELEMENTS]],
  ["a packed sorted set", scored(unique)],
  ["a linked sorted set", scored([...unique, ...LARGE_ELEMENTS])],
  ["a sorted set of many members", scored(distinct(1000))],
  ["a packed hash", fields(unique)],
  ["a linked hash", fields([...unique, ...LARGE_ELEMENTS])],
  ["a hash of many fields", fields(distinct(1000))],
];

describe("a dump that is read back", () => {
  for (const [name, ...commands] of VALUES) {
    test(`gives ${name} again, in the same encoding`, () => {
      const rig = new DumpRig();
      rig.run(...commands);
      const [before, after] = rig.copied();
      expect(after).toEqual(before);
    });
  }

  test("gives a value again that lies in another encoding than this dataset would choose", () => {
    for (const [, ...commands] of VALUES) {
      const rig = new DumpRig();
      rig.run(...commands);
      const { limits } = rig.keyspace;
      limits.hashEntries = limits.zsetEntries = limits.setEntries = limits.intsetEntries = 2;
      limits.listSize = 3;
      const [before, after] = rig.copied() as { digest: string }[];
      expect(after.digest).toBe(before.digest);
    }
  });

  test("gives random values again", () => {
    const random = new Random(testSeed("dumps of random values"));
    for (let round = 0; round < 300; round++) {
      const rig = new DumpRig({ arenaBytes: 4 << 20 });
      const { limits } = rig.keyspace;
      limits.hashEntries = limits.zsetEntries = limits.setEntries = 1 << random.below(8);
      limits.intsetEntries = 1 << random.below(8);
      limits.listSize = random.below(40) - 5;
      rig.run(randomValue(random));
      const [before, after] = rig.copied();
      expect(after).toEqual(before);
    }
  });

  test("keeps the sign of a zero that is a score only where Redis does", () => {
    const rig = new DumpRig();
    rig.run(["ZADD", "-0", "a"]);
    rig.restore(rig.dump());
    expect(rig.engine.run("ZSCORE", "key", "a")).toBe("$1\r\n0\r\n");
    rig.run(["ZADD", "-0", "b".repeat(100)]);
    rig.restore(rig.dump());
    expect(rig.engine.run("ZSCORE", "key", "b".repeat(100))).toBe("$2\r\n-0\r\n");
  });

  test("has nodes of as many elements and bytes as the nodes of Redis' lists", () => {
    const rig = new DumpRig();
    const nodes = (listSize: number): number => {
      rig.keyspace.limits.listSize = listSize;
      const dump = rig.dump();
      return dump[1];
    };
    rig.run(["RPUSH", ...distinct(7)]);
    expect([1, 2, 3, 7, 8, -1].map(nodes)).toEqual([7, 4, 3, 1, 1, 1]);
    // A node of −1 has up to 4096 bytes; a string is estimated to take 8 more than it has.
    rig.run(["DEL"], ["RPUSH", "a".repeat(3981), "b".repeat(96)]);
    expect(nodes(-1)).toBe(1);
    rig.run(["DEL"], ["RPUSH", "a".repeat(3981), "b".repeat(97)]);
    expect([-1, -2].map(nodes)).toEqual([2, 1]);
  });

  test("has an element of its own node when it is huge", () => {
    const rig = new DumpRig();
    rig.keyspace.limits.listAlone = 100;
    rig.run(["RPUSH", "a", "h".repeat(200), "b", "c", "i".repeat(100), "z"]);
    expect([...rig.dump().subarray(0, 3)]).toEqual([18, 5, 2]);
    const [before, after] = rig.copied();
    expect(after).toEqual(before);
  });
});

function randomElement(random: Random): string {
  switch (random.below(6)) {
    case 0:
      return String(random.below(300) - 150);
    case 1:
      return String(BigInt.asIntN(64, BigInt(random.below(2 ** 31)) << BigInt(random.below(40))));
    case 2:
      return String.fromCharCode(97 + random.below(26)).repeat(random.below(100));
    case 3:
      return String(random.float());
    case 4:
      return Array.from({ length: random.below(200) }, () => String.fromCharCode(random.below(256))).join("");
    default:
      return `word ${random.below(1000)}`;
  }
}

function randomValue(random: Random): Command {
  const elements = Array.from({ length: 1 + random.below(1 << random.below(9)) }, () =>
    randomElement(random),
  );
  switch (random.below(5)) {
    case 0:
      return ["SET", elements[0]];
    case 1:
      return ["RPUSH", ...elements];
    case 2:
      return ["SADD", ...(random.below(2) === 0 ? elements : elements.map((_, i) => i * random.below(1000)))];
    case 3:
      return ["ZADD", ...elements.flatMap((element) => [random.float() * 10 ** random.below(20), element])];
    default:
      return ["HSET", ...elements.flatMap((element) => [element, randomElement(random)])];
  }
}
