/** HyperLogLogs next to a real server: the same replies, and after each step the same bytes. */

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Engine } from "../support/engine.ts";
import { RawClient } from "../support/raw-client.ts";
import { startRedis } from "../support/redis.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";

type Argument = string | number | Buffer;

const KEYS = ["a", "b", "c", "d"];
const HEADER_BYTES = 16;
const DENSE_BYTES = HEADER_BYTES + 12_288;

describeWith(["redis-server"], "HyperLogLogs compared with redis-server", () => {
  let server: ServerProcess;
  let redis: RawClient;
  let engine: Engine;

  beforeAll(async () => {
    server = await startRedis();
    redis = await RawClient.connect(server.port);
  });

  afterAll(async () => {
    redis?.close();
    await server?.stop();
  });

  beforeEach(async () => {
    engine = new Engine();
    await redis.call("FLUSHALL");
    await setSparseBytesMax(3000);
  });

  async function setSparseBytesMax(bytes: number): Promise<void> {
    engine.ctx.hyperloglogs.sparseBytesMax = bytes;
    await redis.call("CONFIG", "SET", "hll-sparse-max-bytes", bytes);
  }

  /** Runs a command on both, and compares the replies. Returns the reply. */
  async function both(...argv: Argument[]): Promise<string> {
    const expected = (await redis.call(...argv)).toString("latin1");
    const shown = argv.map((arg) => (Buffer.isBuffer(arg) ? arg.toString("latin1") : String(arg)));
    expect([shown.join(" "), engine.run(...argv)]).toEqual([shown.join(" "), expected]);
    return expected;
  }

  /** Runs a command on both, then compares the bytes of these keys, and what OBJECT ENCODING says. */
  async function step(keys: string[], ...argv: Argument[]): Promise<string> {
    const reply = await both(...argv);
    for (const key of keys) {
      await both("GET", key);
      await both("OBJECT", "ENCODING", key);
    }
    return reply;
  }

  function randomElement(random: Random): Buffer {
    return randomBytes(random, random.below(random.below(4) === 0 ? 40 : 10));
  }

  function someElements(random: Random): Buffer[] {
    const most = [2, 5, 40, 400][random.below(4)];
    return Array.from({ length: random.below(most) }, () => randomElement(random));
  }

  test.each([3000, 0, 18, 100, 40_000])(
    "random commands leave the same bytes with hll-sparse-max-bytes %d",
    async (sparseBytesMax) => {
      const random = new Random(testSeed(`hyperloglog with ${sparseBytesMax}`));
      await setSparseBytesMax(sparseBytesMax);
      const someKeys = () => Array.from({ length: 1 + random.below(3) }, () => KEYS[random.below(4)]);
      for (let i = 0; i < 400; i++) {
        const [key, ...others] = someKeys();
        const kind = random.below(20);
        if (kind < 10) await step([key], "PFADD", key, ...someElements(random));
        else if (kind < 14) await step([key], "PFCOUNT", key);
        else if (kind < 16) await step([key], "PFCOUNT", key, ...others);
        else if (kind < 19) await step([key, ...others], "PFMERGE", key, ...others);
        else await both("DEL", key);
      }
    },
    30_000,
  );

  test("one element after the other fills the sparse form until it becomes dense", async () => {
    const random = new Random(testSeed("hyperloglog growth"));
    let elements = 0;
    while ((await both("STRLEN", "a")) !== `:${DENSE_BYTES}\r\n`) {
      await step(["a"], "PFADD", "a", `${random.below(2 ** 31)}`);
      if (elements++ % 16 === 0) await step(["a"], "PFCOUNT", "a");
    }
    expect(elements).toBeGreaterThan(1000);
  }, 30_000);

  test("elements of all lengths are hashed alike", async () => {
    const random = new Random(testSeed("hyperloglog elements"));
    for (let length = 0; length < 300; length++) {
      await step(["a"], "PFADD", "a", randomBytes(random, length));
      await both("DEL", "a");
    }
    await step(["a"], "PFADD", "a", randomBytes(random, 1_000_003));
  });

  test("estimates agree from a few elements to a hundred thousand", async () => {
    const random = new Random(testSeed("hyperloglog estimates"));
    for (let i = 0; i < 100; i++) {
      const elements = Array.from({ length: 1000 }, () => randomBytes(random, 8));
      await both("PFADD", "a", ...elements);
      await step(["a"], "PFCOUNT", "a");
      await both("PFADD", "b", ...elements.slice(0, 3));
      await step(["b"], "PFCOUNT", "b");
      await both("PFCOUNT", "a", "b");
    }
  }, 20_000);

  test("any registers of a dense one are counted and merged alike", async () => {
    const random = new Random(testSeed("hyperloglog registers"));
    for (let i = 0; i < 200; i++) {
      // Up to a random value, so that each of the 64 that 6 bits can hold is the highest one at times.
      const registers = packed(Array.from({ length: 16_384 }, () => random.below(1 + (i % 64))));
      const stale = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x80]);
      await both("SET", "a", Buffer.concat([Buffer.from("HYLL\0\0\0\0"), stale, registers]));
      await both("PFADD", "b", ...someElements(random));
      await both("PFCOUNT", "a", "b");
      await step(["a"], "PFCOUNT", "a");
      await step(["a"], "PFADD", "a", ...someElements(random));
      await step(["a", "b"], i % 2 === 0 ? "PFMERGE" : "PFCOUNT", "b", "a");
    }
    const full = packed(new Array<number>(16_384).fill(63));
    await both("SET", "a", Buffer.concat([Buffer.from("HYLL\0\0\0\0\0\0\0\0\0\0\0\x80", "latin1"), full]));
    await both("PFCOUNT", "a", "missing");
    expect(await step(["a"], "PFCOUNT", "a")).toBe(":-9223372036854775808\r\n");
  }, 20_000);

  test("any cached cardinality is taken from the header", async () => {
    const random = new Random(testSeed("hyperloglog cache"));
    for (let i = 0; i < 200; i++) {
      const cached = randomBytes(random, 8);
      if (i % 2 === 0) cached.fill(0, 1 + random.below(7));
      await both(
        "SET",
        "a",
        Buffer.concat([Buffer.from("HYLL\x01\0\0\0"), cached, Buffer.from([0x7f, 0xff])]),
      );
      await step(["a"], "PFCOUNT", "a");
    }
  });

  test("damaged ones get the same errors", async () => {
    const random = new Random(testSeed("damaged hyperloglogs"));
    let refused = 0;
    for (let i = 0; i < 1500; i++) {
      await setSparseBytesMax([3000, 3000, 30, 40_000][random.below(4)]);
      engine.run("DEL", "a");
      engine.run("PFADD", "a", ...Array.from({ length: random.below(60) }, () => randomElement(random)));
      const damaged = damage(random, bulkBytes(engine.run("GET", "a")));
      await both("DEL", "b");
      const commands: Argument[][] = [
        ["PFADD", "a", randomElement(random)],
        ["PFADD", "a", ...someElements(random).slice(0, 1)],
        ["PFCOUNT", "a"],
        ["PFCOUNT", "b", "a"],
        ["PFMERGE", "b", "a"],
        ["PFMERGE", "a", "b"],
        ["PFDEBUG", "ENCODING", "a"],
        ["PFDEBUG", "DECODE", "a"],
        ["PFDEBUG", "TODENSE", "a"],
        ["PFDEBUG", "GETREG", "a"],
      ];
      for (const argv of commands) {
        await both("SET", "a", damaged);
        if ((await step(["a", "b"], ...argv)).startsWith("-")) refused++;
      }
      // Of a run that is cut off Redis would read a byte behind its string, which the first element has overwritten.
      if (((damaged.at(-1) ?? 0) & 0xc0) === 0x40) continue;
      // Redis keeps the elements that it added before it found the damage, so that only the replies compare.
      await both("SET", "a", damaged);
      const reply = await both("PFADD", "a", ...someElements(random));
      if (reply.startsWith("-")) expect(bulkBytes(engine.run("GET", "a"))).toEqual(damaged);
    }
    expect(refused).toBeGreaterThan(1000);
  }, 40_000);

  test("other values are refused alike", async () => {
    await both("SET", "text", "HYLL");
    await both("SET", "number", 12345);
    await both("SET", "long", "x".repeat(100));
    await both("SET", "encoding", `HYLL\x02${"\0".repeat(30)}`);
    await both("SET", "dense", `HYLL${"\0".repeat(DENSE_BYTES - 5)}`);
    await both("SET", "empty", `HYLL\x01${"\0".repeat(11)}`);
    for (const key of ["text", "number", "long", "encoding", "dense", "empty"]) {
      await step([key], "PFADD", key);
      await step([key], "PFADD", key, "x");
      await step([key], "PFCOUNT", key);
      await step([key], "PFCOUNT", "missing", key);
      await step([key], "PFMERGE", key, "missing");
      await step([key], "PFMERGE", "missing", key);
      await step([key], "PFDEBUG", "GETREG", key);
      await step([key], "PFDEBUG", "nosuch\0word", key);
    }
    await both("PFDEBUG", "ENCODING", "nosuch");
  });
});

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** Registers of 6 bits, from the lowest bit on. */
function packed(registers: number[]): Buffer {
  const bytes = Buffer.alloc((registers.length * 6) / 8);
  registers.forEach((value, index) => {
    for (let bit = 0; bit < 6; bit++) {
      const at = index * 6 + bit;
      bytes[at >> 3] |= ((value >> bit) & 1) << (at & 7);
    }
  });
  return bytes;
}

function bulkBytes(bulk: string): Buffer {
  return Buffer.from(bulk.slice(bulk.indexOf("\n") + 1, -2), "latin1");
}

/** Changes some bytes behind the magic, cuts the end off, or adds to it. */
function damage(random: Random, value: Buffer): Buffer {
  const kind = random.below(10);
  if (kind === 0) return value.subarray(0, random.below(value.length));
  if (kind === 1) return Buffer.concat([value, randomBytes(random, 1 + random.below(20))]);
  const damaged = Buffer.from(value);
  for (let changes = 1 + random.below(3); changes > 0; changes--)
    damaged[4 + random.below(value.length - 4)] = random.below(256);
  return damaged;
}
