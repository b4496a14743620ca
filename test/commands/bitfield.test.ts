import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const BIT_OFFSET = "-ERR bit offset is not an integer or out of range\r\n";
const TYPE =
  "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.\r\n";
const READ_ONLY = "-ERR BITFIELD_RO only supports the GET subcommand\r\n";
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const words = (text: string) => text.split(" ");
/** What the operations reply on the key `k`; null is a field that failed. */
const fields = (operations: string) => {
  const [head, ...replies] = run("BITFIELD", "k", ...words(operations))
    .split("\r\n")
    .slice(0, -1);
  expect(head).toBe(`*${replies.length}`);
  return replies.map((reply) => (reply === "$-1" ? "null" : reply.slice(1))).join(" ");
};

beforeEach(() => {
  engine = new Engine();
});

describe("BITFIELD", () => {
  test("reads fields at any bit, and zeros behind the end", () => {
    run("SET", "k", "\xf0\xab\xcd");
    expect(fields("GET u8 0 GET u4 0 GET i4 0 GET u12 6 GET i12 6")).toBe("240 15 -1 687 687");
    expect(fields("GET u16 16 GET i16 16 GET i64 8 GET u8 24 GET u63 1000000")).toBe(
      "52480 -13056 -6067193122998190080 0 0",
    );
  });

  test("reads the digits of a number, and leaves it one", () => {
    run("SET", "k", "12");
    expect(fields("GET u8 #0 GET u8 #1")).toBe("49 50");
    expect(run("OBJECT", "ENCODING", "k")).toBe(bulk("int"));
    expect(fields("SET u8 #1 49")).toBe("50");
    expect(run("OBJECT", "ENCODING", "k")).toBe(bulk("raw"));
    expect(run("INCR", "k")).toBe(":12\r\n");
  });

  test("replies the old value of SET and the new one of INCRBY, in order", () => {
    expect(fields("SET u8 0 200 INCRBY u8 0 10 GET u8 0 SET i5 3 -1 GET u8 0")).toBe("0 210 210 -14 223");
    expect(run("GET", "k")).toBe(bulk("\xdf"));
  });

  test("grows the string to the last bit written, and keeps the expire time", () => {
    run("SET", "k", "\xff", "PX", 500);
    expect(fields("SET u5 12 0")).toBe("0");
    expect(run("GET", "k")).toBe(bulk("\xff\0\0"));
    expect(fields("GET u63 500")).toBe("0");
    expect(run("STRLEN", "k")).toBe(":3\r\n");
    expect(run("PTTL", "k")).toBe(":500\r\n");
  });

  test("without operations, or with OVERFLOW alone, changes nothing", () => {
    expect(run("BITFIELD", "k")).toBe("*0\r\n");
    expect(run("BITFIELD", "k", "OVERFLOW", "SAT")).toBe("*0\r\n");
    expect(run("BITFIELD", "k", "GET", "u8", 0)).toBe("*1\r\n:0\r\n");
    expect(run("EXISTS", "k")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(0);
  });

  test("OVERFLOW holds for the operations behind it", () => {
    expect(fields("SET u8 0 300 OVERFLOW SAT SET u8 8 300 OVERFLOW FAIL SET u8 16 300 GET u24 0")).toBe(
      `0 0 null ${(44 << 16) | (255 << 8)}`,
    );
    expect(fields("overflow wrap incrby u8 0 300 overflow sat incrby u8 8 -300")).toBe("88 0");
  });

  test("replies a null for a field that failed, in RESP3 too", () => {
    const operation = ["OVERFLOW", "FAIL", "INCRBY", "u2", 0, 4, "INCRBY", "u2", 0, 3];
    expect(run("BITFIELD", "k", ...operation)).toBe("*2\r\n$-1\r\n:3\r\n");
    engine.ctx.client.resp = 3;
    expect(run("BITFIELD", "k", ...operation)).toBe("*2\r\n_\r\n_\r\n");
  });

  test("creates the string even if all operations fail, which is one change", () => {
    expect(fields("OVERFLOW FAIL SET u8 8 300 INCRBY i8 16 128")).toBe("null null");
    expect(run("GET", "k")).toBe(bulk("\0\0\0"));
    expect(engine.keyspace.dirty).toBe(1);
  });

  test("counts each field that changes as a change, and each one written to a string that grows", () => {
    const changes = (operations: string) => {
      const before = engine.keyspace.dirty;
      fields(operations);
      return engine.keyspace.dirty - before;
    };
    expect(changes("SET i5 0 0 GET u8 0")).toBe(1);
    expect(changes("SET i5 0 0")).toBe(0);
    expect(changes("SET i5 0 1 SET i5 0 1 INCRBY i5 0 2")).toBe(2);
    expect(changes("SET i5 90 0 SET i5 90 0")).toBe(2);
    expect(changes("GET u8 500")).toBe(0);
  });
});

describe("the limits of fields", () => {
  test.each([
    ["SET i64 0 9223372036854775807 INCRBY i64 0 1", "0 -9223372036854775808"],
    ["OVERFLOW SAT SET i64 0 9223372036854775807 INCRBY i64 0 1", "0 9223372036854775807"],
    ["OVERFLOW FAIL SET i64 0 -9223372036854775808 INCRBY i64 0 -1 GET i64 0", `0 null ${MIN}`],
    ["SET u63 0 9223372036854775807 INCRBY u63 0 1", "0 0"],
    ["OVERFLOW SAT INCRBY u63 0 9223372036854775807 INCRBY u63 0 1", `${MAX} ${MAX}`],
    ["SET u32 0 4294967295 INCRBY u32 0 1 INCRBY u32 0 -1", "0 0 4294967295"],
    ["SET i32 0 2147483647 INCRBY i32 0 1 INCRBY i32 0 -1", "0 -2147483648 2147483647"],
    ["SET u53 0 9007199254740991 INCRBY u53 0 1 INCRBY u53 0 -1", "0 0 9007199254740991"],
    ["SET i54 0 9007199254740991 INCRBY i54 0 1 INCRBY i54 0 1", "0 -9007199254740992 -9007199254740991"],
    ["SET i1 0 1 GET i1 0 OVERFLOW SAT SET i1 0 1 GET i1 0", "0 -1 -1 0"],
    ["SET u1 7 1 GET u1 7 INCRBY u1 7 1", "0 1 0"],
    // A negative value of SET is above the limit of an unsigned field, one of INCRBY is below.
    ["OVERFLOW SAT SET u8 0 -1 GET u8 0 INCRBY u8 0 -300", "0 255 0"],
    // So it is in a signed field, if far enough away.
    ["OVERFLOW SAT SET i8 0 -9223372036854775680 GET i8 0", "0 -128"],
    ["OVERFLOW SAT SET i8 0 -9223372036854775681 GET i8 0", "0 127"],
    ["OVERFLOW SAT SET i63 0 -4611686018427387904 GET i63 0", "0 -4611686018427387904"],
    ["OVERFLOW SAT SET i63 0 -4611686018427387905 GET i63 0", "0 4611686018427387903"],
    ["OVERFLOW SAT SET i64 0 -9223372036854775808 GET i64 0", `0 ${MIN}`],
  ])("%s replies %s", (operations, replies) => {
    expect(fields(operations)).toBe(replies);
  });
});

describe("an error in the arguments of BITFIELD changes nothing", () => {
  test.each([
    ["NOSUCH", SYNTAX],
    ["GET u8", SYNTAX],
    ["SET u8 0", SYNTAX],
    ["INCRBY u8 0", SYNTAX],
    ["OVERFLOW", SYNTAX],
    ["OVERFLOW NONE", "-ERR Invalid OVERFLOW type specified\r\n"],
    ["SET u8 0 1 GET u8", SYNTAX],
    ["SET u8 0 1 GET u64 0", TYPE],
    ["GET i65 0", TYPE],
    ["GET u0 0", TYPE],
    ["GET U8 0", TYPE],
    ["GET u08 0", TYPE],
    ["GET u 0", TYPE],
    ["GET 8 0", TYPE],
    ["GET  0", TYPE],
    ["GET u8 -1", BIT_OFFSET],
    ["GET u8 #-1", BIT_OFFSET],
    ["GET u8 # ", BIT_OFFSET],
    ["GET u8 ", BIT_OFFSET],
    ["GET u8 4294967296", BIT_OFFSET],
    ["GET u8 #536870912", BIT_OFFSET],
    ["GET u8 #9223372036854775807", BIT_OFFSET],
    ["SET u8 0 1 SET u8 8 x", NOT_INTEGER],
    ["INCRBY u8 0 9223372036854775808", NOT_INTEGER],
    ["SET u8 x y", BIT_OFFSET],
  ])("%s", (operations, error) => {
    expect(run("BITFIELD", "k", ...words(operations))).toBe(error);
    expect(run("EXISTS", "k")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(0);
  });

  test("the last field may end behind the longest string that the offset may be in", () => {
    engine.ctx.stringLengthMax = 10;
    expect(run("BITFIELD", "k", "SET", "i64", 80, 1)).toBe(BIT_OFFSET);
    expect(run("BITFIELD", "k", "SET", "i64", 79, 1)).toBe("*1\r\n:0\r\n");
    expect(run("STRLEN", "k")).toBe(":18\r\n");
  });
});

describe("BITFIELD_RO", () => {
  test("reads as BITFIELD does, and refuses the rest", () => {
    run("SET", "k", "\xf0");
    expect(run("BITFIELD_RO", "k", "GET", "u4", 0, "get", "i8", "#0")).toBe("*2\r\n:15\r\n:-16\r\n");
    expect(run("BITFIELD_RO", "k", "OVERFLOW", "SAT")).toBe("*0\r\n");
    expect(run("BITFIELD_RO", "missing", "GET", "u4", 0)).toBe("*1\r\n:0\r\n");
    expect(run("BITFIELD_RO", "k", "SET", "u4", 0, 1)).toBe(READ_ONLY);
    expect(run("BITFIELD_RO", "k", "GET", "u4", 0, "INCRBY", "u4", 0, 1)).toBe(READ_ONLY);
    expect(run("BITFIELD_RO", "k", "SET", "u4", 0, "x")).toBe(NOT_INTEGER);
    expect(run("GET", "k")).toBe(bulk("\xf0"));
  });
});

test("COMMAND GETKEYSANDFLAGS knows that BITFIELD only reads unless it has a SET or an INCRBY", () => {
  const access = (operations: string) =>
    run("COMMAND", "GETKEYSANDFLAGS", "BITFIELD", "k", ...words(operations))
      .match(/\+(\w+)/g)
      ?.join("");
  expect(access("GET u8 0 OVERFLOW SAT GET i8 0")).toBe("+RO+access");
  expect(access("GET u8 0 SET u8 0 1")).toBe("+RW+access+update");
  expect(access("GET u8 0 INCRBY u8 0 1")).toBe("+RW+access+update");
  expect(access("GET u8")).toBe("+RW+access+update");
});

/** Redis' own arithmetic in integers of 64 bits, and a string of bits. */
class Model {
  private bits = "";

  /** The bytes of the string. */
  get bytes(): string {
    return (this.bits.match(/.{8}/g) ?? [])
      .map((bits) => String.fromCharCode(Number.parseInt(bits, 2)))
      .join("");
  }

  grow(bits: number): void {
    this.bits = this.bits.padEnd(Math.ceil(bits / 8) * 8, "0");
  }

  get(signed: boolean, bits: number, offset: number): bigint {
    const value = BigInt(`0b${this.bits.slice(offset, offset + bits).padEnd(bits, "0")}`);
    return signed ? BigInt.asIntN(bits, value) : value;
  }

  put(bits: number, offset: number, value: bigint): void {
    const digits = BigInt.asUintN(bits, value).toString(2).padStart(bits, "0");
    this.bits = this.bits.slice(0, offset) + digits + this.bits.slice(offset + bits);
  }

  /** The value that is stored for `value + increment`; null when the operation fails. */
  fit(signed: boolean, bits: number, value: bigint, increment: bigint, overflow: string): bigint | null {
    const side = signed ? signedSide(value, increment, bits) : unsignedSide(value, increment, bits);
    const wrap = signed ? BigInt.asIntN : BigInt.asUintN;
    if (side === 0 || overflow === "WRAP") return wrap(bits, value + increment);
    if (overflow === "FAIL") return null;
    const max = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
    return side > 0 ? max : signed ? -max - 1n : 0n;
  }
}

/** `checkUnsignedBitfieldOverflow`: 1 above the limit, -1 below, 0 within. */
function unsignedSide(given: bigint, increment: bigint, bits: number): number {
  const value = BigInt.asUintN(64, given);
  const max = (1n << BigInt(bits)) - 1n;
  if (value > max || (increment > 0n && increment > BigInt.asIntN(64, max - value))) return 1;
  return increment < 0n && increment < BigInt.asIntN(64, -value) ? -1 : 0;
}

/** `checkSignedBitfieldOverflow`. */
function signedSide(value: bigint, increment: bigint, bits: number): number {
  const max = (1n << BigInt(bits - 1)) - 1n;
  const min = -max - 1n;
  const up = BigInt.asIntN(64, max - value);
  const down = BigInt.asIntN(64, min - value);
  if (value > max || (bits !== 64 && increment > up) || (value >= 0n && increment > 0n && increment > up))
    return 1;
  const under = (bits !== 64 && increment < down) || (value < 0n && increment < 0n && increment < down);
  return value < min || under ? -1 : 0;
}

describe("random operations on fields of every width", () => {
  /** Near zero, near a power of two, or anywhere. */
  function operandOf(random: Random): bigint {
    const power = 1n << BigInt(random.below(64));
    const near = BigInt(random.below(7) - 3);
    const anywhere = (BigInt(random.below(2 ** 31)) << 33n) ^ BigInt(random.below(2 ** 31));
    const value = [near, power + near, near - power, anywhere][random.below(4)];
    return BigInt.asIntN(64, value);
  }

  test("reply and store what Redis' arithmetic gives", () => {
    const random = new Random(testSeed("BITFIELD"));
    const outcomes = { WRAP: 0, SAT: 0, FAIL: 0 };
    let model = new Model();
    for (let round = 0; round < 8000; round++) {
      if (round % 100 === 0) {
        model = new Model();
        run("DEL", "k");
      }
      const signed = random.below(2) === 0;
      const bits = 1 + random.below(signed ? 64 : 63);
      const offset = random.below(150);
      const kind = random.below(2) === 0 ? "SET" : "INCRBY";
      const overflow = (["WRAP", "SAT", "FAIL"] as const)[random.below(3)];
      const operand = operandOf(random);
      model.grow(offset + bits);
      const old = model.get(signed, bits, offset);
      const value = kind === "SET" ? operand : old;
      const fit = model.fit(signed, bits, value, kind === "SET" ? 0n : operand, overflow);
      if (fit !== null) model.put(bits, offset, fit);
      if (fit !== value + (kind === "SET" ? 0n : operand)) outcomes[overflow]++;
      const field = [`${signed ? "i" : "u"}${bits}`, String(offset)];
      const request = ["OVERFLOW", overflow, kind, ...field, String(operand), "GET", ...field];
      const reply = fit === null ? "$-1" : `:${kind === "SET" ? old : fit}`;
      expect([request.join(" "), run("BITFIELD", "k", ...request)]).toEqual([
        request.join(" "),
        `*2\r\n${reply}\r\n:${model.get(signed, bits, offset)}\r\n`,
      ]);
      if (round % 10 === 0) expect(run("GET", "k")).toBe(bulk(model.bytes));
    }
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(300);
  });
});
