import { describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

const OK = "+OK\r\n";

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** An engine whose server allows DEBUG and writes down what it is asked for. */
class DebugEngine extends Engine {
  readonly asked: unknown[] = [];

  constructor() {
    super({
      server: {
        debugAllowed: () => true,
        sleep: (ms) => this.asked.push(ms),
        setActiveExpire: (on) => this.asked.push(on),
        log: (line) => this.asked.push(line),
      },
    });
  }
}

describe("DEBUG", () => {
  test("is refused unless the configuration allows it, HELP too", () => {
    const engine = new Engine({ server: { debugAllowed: () => false } });
    for (const subcommand of ["HELP", "SLEEP", "NOSUCH"]) {
      expect(engine.run("DEBUG", subcommand, "0")).toStartWith("-ERR DEBUG command not allowed. If the ");
    }
  });

  test("an unknown subcommand, or one with other arguments, is an error", () => {
    const error = (name: string) =>
      `-ERR unknown subcommand or wrong number of arguments for '${name}'. Try DEBUG HELP.\r\n`;
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "JMAP")).toBe(error("JMAP"));
    expect(engine.run("DEBUG", "Sleep")).toBe(error("Sleep"));
    expect(engine.run("DEBUG", "SLEEP", "0", "1")).toBe(error("SLEEP"));
    expect(engine.run("DEBUG", "HELP", "x")).toBe(error("HELP"));
    expect(engine.run("DEBUG")).toBe("-ERR wrong number of arguments for 'debug' command\r\n");
  });

  test("HELP lists each subcommand", () => {
    const help = new DebugEngine().run("debug", "help");
    for (const name of ["SLEEP", "SET-ACTIVE-EXPIRE", "OBJECT", "STRINGMATCH-LEN", "PROTOCOL", "LOG", "HELP"])
      expect(help).toMatch(new RegExp(`^\\+${name}\\b`, "m"));
  });

  test("DIGEST and DIGEST-VALUE are equal for equal data, and zeros for none", () => {
    const engine = new DebugEngine();
    const none = `+${"0".repeat(40)}\r\n`;
    expect(engine.run("DEBUG", "DIGEST")).toBe(none);
    expect(engine.run("DEBUG", "DIGEST-VALUE", "k")).toBe(`*1\r\n${none}`);
    engine.run("HSET", "a", "f", "1", "g", "2");
    engine.run("HSET", "b", "g", "2", "f", "1");
    engine.run("HSET", "c", "f", "2", "g", "1");
    const [, a, b, c] = engine.run("DEBUG", "DIGEST-VALUE", "a", "b", "c").split("\r\n");
    expect(a).toMatch(/^\+[0-9a-f]{40}$/);
    expect(b).toBe(a);
    expect(c).not.toBe(a);
    const before = engine.run("DEBUG", "DIGEST");
    engine.run("HSET", "a", "f", "3");
    expect(engine.run("DEBUG", "DIGEST")).not.toBe(before);
    engine.run("HSET", "a", "f", "1");
    expect(engine.run("DEBUG", "DIGEST")).toBe(before);
  });

  test("SLEEP takes seconds with a fraction; what is no time does not sleep", () => {
    const engine = new DebugEngine();
    for (const seconds of ["0.25", "2", "0", "-1", "soon", "Infinity"]) {
      expect(engine.run("DEBUG", "SLEEP", seconds)).toBe(OK);
    }
    expect(engine.asked).toEqual([250, 2000]);
  });

  test("SLEEP does not sleep where Redis' time overflows, and cuts what nobody waits for", () => {
    const engine = new DebugEngine();
    for (const seconds of ["1e300", "-1e300", "nan", "inf", "-inf", "9223372036855", "9".repeat(1000)]) {
      expect(engine.run("DEBUG", "SLEEP", seconds)).toBe(OK);
    }
    expect(engine.asked).toEqual([]);
    engine.run("DEBUG", "SLEEP", "9223372036854");
    expect(engine.asked).toEqual([2 ** 31 - 1]);
  });

  test("SET-ACTIVE-EXPIRE reads an integer as C does", () => {
    const engine = new DebugEngine();
    for (const value of ["0", "1", "2x", "no"]) {
      expect(engine.run("DEBUG", "SET-ACTIVE-EXPIRE", value)).toBe(OK);
    }
    expect(engine.asked).toEqual([false, true, true, false]);
  });

  test("LOG writes one line, whatever the message holds", () => {
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "LOG", "### a\nb")).toBe(OK);
    expect(engine.asked).toEqual(["DEBUG LOG: ### a\\x0Ab"]);
  });

  test("ERROR replies the text as an error", () => {
    expect(new DebugEngine().run("DEBUG", "ERROR", "MINE some\r\ntext")).toBe("-MINE some  text\r\n");
  });

  test("STRINGMATCH-LEN matches a glob", () => {
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "STRINGMATCH-LEN", "a*c", "abbc")).toBe(":1\r\n");
    expect(engine.run("DEBUG", "STRINGMATCH-LEN", "a*c", "abbC")).toBe(":0\r\n");
  });
});

describe("DEBUG OBJECT", () => {
  const LINE =
    /^\+Value at:(0x[0-9a-f]+) refcount:\d+ encoding:(\w+) serializedlength:(\d+) lru:(\d+) lru_seconds_idle:(\d+)\r\n$/;

  test("describes encoding, length and idle time", () => {
    const engine = new DebugEngine();
    engine.run("SET", "text", "hello");
    engine.advance(7000);
    expect(LINE.exec(engine.run("DEBUG", "OBJECT", "text"))?.slice(2)).toEqual([
      "embstr",
      "6",
      String(1_700_000_000 % 2 ** 24),
      "7",
    ]);
    expect(engine.run("DEBUG", "OBJECT", "missing")).toBe("-ERR no such key\r\n");
  });

  test.each([
    ["0", 2],
    ["-128", 2],
    ["128", 3],
    ["-32769", 5],
    ["2147483647", 5],
    ["2147483648", 11],
    ["", 1],
    // Longer ones are compressed.
    ["a".repeat(20), 21],
    ["a".repeat(21), 9],
    ["a".repeat(64), 13],
  ])("the value %j has its length in an RDB file", (value, length) => {
    const engine = new DebugEngine();
    engine.run("SET", "key", value);
    expect(LINE.exec(engine.run("DEBUG", "OBJECT", "key"))?.[3]).toBe(String(length));
  });

  test("describes collections, and how the elements of a list are spread", () => {
    const engine = new DebugEngine();
    const about = (key: string) => engine.run("DEBUG", "OBJECT", key).replace(/^.* refcount/, "refcount");
    const lru = `lru:${1_700_000_000 % 2 ** 24} lru_seconds_idle:0`;
    engine.run("RPUSH", "l", 1, 2, 3);
    engine.run("SADD", "s", 1, 2);
    engine.run("ZADD", "z", 1, "a");
    engine.run("HSET", "h", "f", "v");
    const list = "ql_nodes:1 ql_avg_node:3.00 ql_listpack_max:-2 ql_compressed:1 ql_uncompressed_size:13";
    expect(about("l")).toBe(`refcount:1 encoding:quicklist serializedlength:16 ${lru} ${list}\r\n`);
    expect(about("s")).toBe(`refcount:1 encoding:intset serializedlength:13 ${lru}\r\n`);
    expect(about("z")).toBe(`refcount:1 encoding:listpack serializedlength:13 ${lru}\r\n`);
    expect(about("h")).toBe(`refcount:1 encoding:listpack serializedlength:14 ${lru}\r\n`);
    engine.run("RPUSH", "large", ...new Array<string>(30).fill("y".repeat(900)));
    expect(about("large")).toMatch(/ ql_nodes:4 ql_avg_node:7\.50 /);
  });

  test("shows the same address while a value is changed in place, and another for another key", () => {
    const engine = new DebugEngine();
    const address = (key: string) => LINE.exec(engine.run("DEBUG", "OBJECT", key))?.[1];
    engine.run("SET", "counter", 20000);
    engine.run("SET", "other", 1);
    const before = address("counter");
    engine.run("INCR", "counter");
    expect(before).toBeString();
    expect(address("counter")).toBe(before as string);
    expect(address("other")).not.toBe(before as string);
  });
});

describe("DEBUG POPULATE", () => {
  test("creates keys where they are missing", () => {
    const engine = new DebugEngine();
    engine.run("SET", "key:1", "mine");
    expect(engine.run("DEBUG", "POPULATE", 3)).toBe(OK);
    expect(engine.run("MGET", "key:0", "key:1", "key:2", "key:3")).toBe(
      `*4\r\n${bulk("value:0")}${bulk("mine")}${bulk("value:2")}$-1\r\n`,
    );
  });

  test("takes a prefix and a size, to which values are padded or cut", () => {
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "POPULATE", 1, "p", 9)).toBe(OK);
    expect(engine.run("GET", "p:0")).toBe(bulk("value:0\0\0"));
    engine.run("DEBUG", "POPULATE", 1, "q", 3);
    expect(engine.run("GET", "q:0")).toBe(bulk("val"));
  });

  test("refuses more than there can be, without a try", () => {
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "POPULATE", 1, "k", 5_000_000_000)).toStartWith("-ERR string exceeds maximum");
    expect(engine.run("DEBUG", "POPULATE", 1, "k", "9223372036854775807")).toStartWith("-ERR string exceeds");
    for (const count of ["5000000000", "9223372036854775807"])
      expect(engine.run("DEBUG", "POPULATE", count)).toStartWith("-ERR value is out of range, ");
    expect(engine.run("DBSIZE")).toBe(":0\r\n");
  });

  test("answers an error when the keys do not fit", () => {
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "POPULATE", 1, "k", 500_000_000)).toStartWith("-OOM ");
    expect(engine.run("DEBUG", "POPULATE", 100, "k", 10_000_000)).toStartWith("-OOM ");
  });

  test("pads each value with zero bytes, whatever was written before it", () => {
    const engine = new DebugEngine();
    engine.run("DEBUG", "POPULATE", 12, "k", 9);
    expect(engine.run("MGET", "k:1", "k:9", "k:11")).toBe(
      `*3\r\n${bulk("value:1\0\0")}${bulk("value:9\0\0")}${bulk("value:11\0")}`,
    );
  });

  test("cuts keys to 127 bytes, and a prefix at a NUL", () => {
    const engine = new DebugEngine();
    engine.run("DEBUG", "POPULATE", 3, "p".repeat(1_000_000));
    engine.run("DEBUG", "POPULATE", 1, "a\0b");
    expect(engine.run("DBSIZE")).toBe(":2\r\n");
    expect(engine.run("GET", "p".repeat(127))).toBe(bulk("value:0"));
    expect(engine.run("GET", "a:0")).toBe(bulk("value:0"));
  });

  test("refuses what is no number", () => {
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "POPULATE", "x")).toBe("-ERR value is not an integer or out of range\r\n");
    expect(engine.run("DEBUG", "POPULATE", -1)).toBe("-ERR value is out of range, must be positive\r\n");
    expect(engine.run("DEBUG", "POPULATE", 1, "k", 2 ** 40)).toStartWith("-ERR string exceeds maximum");
    expect(engine.run("DBSIZE")).toBe(":0\r\n");
  });
});

describe("DEBUG PROTOCOL", () => {
  const SOME_REPLY = bulk("Some real reply following the attribute");
  const PUSH_REPLY = bulk("Some real reply following the push reply");

  test.each([
    ["string", bulk("Hello World"), bulk("Hello World")],
    ["integer", ":12345\r\n", ":12345\r\n"],
    ["double", bulk("3.141"), ",3.141\r\n"],
    ["bignum", bulk("1234567999999999999999999999999999999"), "(1234567999999999999999999999999999999\r\n"],
    ["null", "$-1\r\n", "_\r\n"],
    ["array", "*3\r\n:0\r\n:1\r\n:2\r\n", "*3\r\n:0\r\n:1\r\n:2\r\n"],
    ["set", "*3\r\n:0\r\n:1\r\n:2\r\n", "~3\r\n:0\r\n:1\r\n:2\r\n"],
    ["map", "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n", "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n"],
    ["attrib", SOME_REPLY, `|1\r\n${bulk("key-popularity")}*2\r\n${bulk("key:123")}:90\r\n${SOME_REPLY}`],
    [
      "push",
      "-ERR RESP2 is not supported by this command\r\n",
      `>2\r\n${bulk("server-cpu-usage")}:42\r\n${PUSH_REPLY}`,
    ],
    ["verbatim", bulk("This is a verbatim\nstring"), "=29\r\ntxt:This is a verbatim\nstring\r\n"],
    ["true", ":1\r\n", "#t\r\n"],
    ["false", ":0\r\n", "#f\r\n"],
  ])("replies a value of the type %s", (type, resp2, resp3) => {
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "PROTOCOL", type)).toBe(resp2);
    engine.run("HELLO", 3);
    expect(engine.run("DEBUG", "protocol", type.toUpperCase())).toBe(resp3);
  });

  test("refuses another type", () => {
    expect(new DebugEngine().run("DEBUG", "PROTOCOL", "tuple")).toStartWith("-ERR Wrong protocol type name.");
  });
});

describe("DEBUG QUICKLIST-PACKED-THRESHOLD", () => {
  test("is the size from which an element of a list is kept by itself", () => {
    const engine = new DebugEngine();
    expect(engine.run("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "1b")).toBe("+OK\r\n");
    engine.run("RPUSH", "apart", "a", "b", "c");
    expect(engine.run("DEBUG", "QUICKLIST-PACKED-THRESHOLD", 0)).toBe("+OK\r\n");
    engine.run("RPUSH", "other", "a", "b", "c");
    const usage = (key: string) => Number(engine.run("MEMORY", "USAGE", key).slice(1));
    expect(usage("apart")).toBeGreaterThan(usage("other") + 60);
  });

  test("is an amount of memory below 4 GiB", () => {
    const engine = new DebugEngine();
    for (const size of ["100kb", "4095mb"])
      expect(engine.run("DEBUG", "QUICKLIST-PACKED-THRESHOLD", size)).toBe("+OK\r\n");
    for (const size of ["-1", "1x", "4gb", "4294967295"])
      expect(engine.run("DEBUG", "QUICKLIST-PACKED-THRESHOLD", size)).toBe(
        "-ERR argument must be a memory value bigger than 1 and smaller than 4gb\r\n",
      );
  });
});
