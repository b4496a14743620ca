/**
 * Dumps cut off at every byte, with every bit turned, and with random damage, each with a checksum that fits again:
 * they are refused without a trace, or read as a value that is whole.
 */

import { describe, expect, test } from "bun:test";
import { Random } from "../../../src/base/random.ts";
import { checkKeyspace } from "../../../src/store/check.ts";
import { OutOfMemoryError } from "../../../src/store/errors.ts";
import {
  binaryDouble,
  bodyOf,
  compressed,
  dumpOf,
  intset,
  listpack,
  number,
  raw,
  sealed,
  textDouble,
  ziplist,
  zipmap,
} from "../../support/rdb-encoders.ts";
import { testSeed } from "../../support/seed.ts";
import { DumpRig } from "./support.ts";

const ITEMS = ["a", 1, "", 70_000, "b".repeat(70), 12, "c", 2n ** 40n];
const PAIRS = ["a", "1", "bb", "22", "", "-1.5"];
const RANDOM_ROUNDS = 8000;
const RANDOM_BYTES_MAX = 200;

/** One small dump of each form; two of the forms that may be compressed. */
const SAMPLES: [name: string, dump: Buffer][] = [
  ["string", dumpOf(0, raw("hello"))],
  [
    "compressed string",
    dumpOf(0, Buffer.concat([Buffer.of(0xc3, 5, 40), Buffer.from("\x00a\xe0\x1e\x00", "latin1")])),
  ],
  ["list", dumpOf(1, number(3), raw("a"), raw(""), raw("ccc"))],
  ["set", dumpOf(2, number(3), raw("a"), raw("b"), raw("12"))],
  ["sorted set with texts", dumpOf(3, number(2), raw("a"), textDouble("1.5"), raw("b"), textDouble("-7e3"))],
  ["hash", dumpOf(4, number(2), raw("a"), raw("1"), raw("b"), raw("2"))],
  ["sorted set with doubles", dumpOf(5, number(2), raw("a"), binaryDouble(1.5), raw("b"), binaryDouble(-0))],
  ["zipmap", dumpOf(9, raw(zipmap(PAIRS, 1)))],
  ["ziplist list", dumpOf(10, raw(ziplist(ITEMS)))],
  ["intset", dumpOf(11, raw(intset([-70_000, 5, 6], 4)))],
  ["ziplist sorted set", dumpOf(12, raw(ziplist(PAIRS)))],
  ["ziplist hash", dumpOf(13, raw(ziplist(ITEMS)))],
  ["list of ziplists", dumpOf(14, number(2), raw(ziplist(["a", 5])), raw(ziplist(["b"])))],
  ["listpack hash", dumpOf(16, raw(listpack(ITEMS)))],
  ["compressed listpack hash", dumpOf(16, compressed(listpack(PAIRS)))],
  ["listpack sorted set", dumpOf(17, raw(listpack(PAIRS)))],
  ["list of nodes", dumpOf(18, number(2), number(2), raw(listpack(ITEMS)), number(1), raw("huge"))],
];

describe("a damaged dump", () => {
  test.each(SAMPLES)("of a %s is refused wherever it is cut off", (_, dump) => {
    const rig = new DumpRig();
    const body = bodyOf(dump);
    expect(rig.refuses(dump)).toBe(false);
    for (let end = 0; end < body.length; end++) {
      expect([end, rig.refuses(sealed(body.subarray(0, end)))]).toEqual([end, true]);
    }
  });

  test.each(SAMPLES)("of a %s is refused or a value, whichever bit is turned", (_, dump) => {
    const rig = new DumpRig();
    const body = bodyOf(dump);
    let refused = 0;
    for (let bit = 0; bit < body.length * 8; bit++) {
      const damaged = Buffer.from(body);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      if (rig.refuses(sealed(damaged))) refused++;
      else expect(rig.copied()[0]).toBeDefined();
    }
    expect(refused).toBeGreaterThan(8);
  });

  test("at random is refused or a value", () => {
    const random = new Random(testSeed("damaged dumps"));
    const rig = new DumpRig();
    for (let round = 0; round < RANDOM_ROUNDS; round++) {
      const body = Buffer.from(bodyOf(SAMPLES[random.below(SAMPLES.length)][1]));
      for (let left = 1 + random.below(4); left > 0; left--)
        body[random.below(body.length)] = interesting(random);
      rig.refuses(sealed(body));
    }
  });

  test("of random bytes is refused or a value", () => {
    const random = new Random(testSeed("dumps of random bytes"));
    const rig = new DumpRig();
    for (let round = 0; round < RANDOM_ROUNDS; round++) {
      const length = 1 + random.below(RANDOM_BYTES_MAX);
      const body = Buffer.from(Array.from({ length }, () => interesting(random)));
      body[0] = random.below(20);
      rig.refuses(sealed(body));
    }
  });
});

/** Any byte; more often those that mean something in a length. */
function interesting(random: Random): number {
  const bytes = [0, 1, 2, 7, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xf0, 0xf4, 0xfe, 0xff];
  return random.below(2) === 0 ? random.below(256) : bytes[random.below(bytes.length)];
}

describe("a dump that does not fit into memory", () => {
  const COMMANDS: [string, ...(string | number)[]][] = [
    ["RPUSH", ...Array.from({ length: 3000 }, (_, i) => `${i} `.repeat(40))],
    ["SADD", ...Array.from({ length: 3000 }, (_, i) => `${i} `.repeat(40))],
    ["ZADD", ...Array.from({ length: 6000 }, (_, i) => (i % 2 === 0 ? i : `${i} `.repeat(40)))],
    ["HSET", ...Array.from({ length: 3000 }, (_, i) => `${i} `.repeat(40))],
    ["SET", "x".repeat(600_000)],
  ];

  test.each(COMMANDS)("leaves the key as it was: %s", (...command) => {
    const large = new DumpRig();
    large.run(command);
    const dump = large.dump();
    const small = new DumpRig({ shards: 1, arenaBytes: 1 << 19 });
    small.run(["SET", "before"]);
    const used = small.keyspace.usedBytes;
    expect(() => small.restore(dump)).toThrow(OutOfMemoryError);
    while (small.keyspace.collectGarbage(1 << 20));
    checkKeyspace(small.keyspace);
    expect(small.keyspace.usedBytes).toBe(used);
    expect(small.engine.run("GET", "key")).toBe("$6\r\nbefore\r\n");
  });
});
