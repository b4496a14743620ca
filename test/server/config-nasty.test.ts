/**
 * CONFIG SET with values that nobody means well: each is answered with OK or one error, and the server goes on
 * serving those who are connected and those who come.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { runOpenKV, startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const NASTY: [name: string, value: string][] = [
  ["nothing", ""],
  ["a blank", " "],
  ["constructor", "constructor"],
  ["__proto__", "__proto__"],
  ["toString", "toString"],
  ["1constructor", "1constructor"],
  ["a NUL", "\0"],
  ["NULs", "a\0b\0"],
  ["line ends", "a\r\nb 1\r\n"],
  ["quotes", `"a' "b" 'c`],
  ["a broken escape", '"\\x'],
  ["bytes that are no UTF-8", "\xff\xfe\xc3"],
  ["an overflow of int32", "2147483648"],
  ["the largest int32", "2147483647"],
  ["minus one", "-1"],
  ["the largest int64", "9223372036854775807"],
  ["the largest uint64", "18446744073709551615"],
  ["a large unit", "9223372036854775807gb"],
  ["an exponent", "1e309"],
  ["not a number", "nan"],
  ["infinity", "inf"],
  ["hexadecimal", "0x7fffffff"],
  ["a percentage", "99999999999%"],
  ["many digits", "9".repeat(60_000)],
  ["many digits and a letter", `${"1".repeat(60_000)}x`],
  ["many digits behind a point", `0.${"1".repeat(60_000)}x`],
  ["a long word", "a".repeat(60_000)],
  ["a long path", `/${"a/".repeat(30_000)}`],
  ["many words", "a ".repeat(5_000)],
  ["many numbers", "1 ".repeat(5_000).trim()],
  ["four words", "normal constructor 1 1"],
  ["four long words", `normal ${"9".repeat(20_000)} 0 0`],
  ["many braces", "{".repeat(20_000)],
];

/** What Redis says at most to a bad value. Longer ones would be an echo. */
const ERROR_LENGTH_MAX = 1_000;
/** Where it is found that an answer does not come; bad values are answered in milliseconds. */
const ANSWER_TIMEOUT_MS = 3_000;

let server: ServerProcess;
let admin: RawClient;

beforeAll(async () => {
  server = await startOpenKV({
    args: ["--banner", "never", "--enable-protected-configs", "yes", "--dir", makeTempDir("nasty")],
  });
  admin = await RawClient.connect(server.port);
});

afterAll(async () => {
  admin.close();
  await server.stop();
});

async function call(...words: string[]): Promise<string> {
  admin.sendCommand(...words.map((word) => Buffer.from(word, "latin1")));
  return (await admin.readReplies(1, ANSWER_TIMEOUT_MS)).toString("latin1");
}

/** Names and values of CONFIG GET. */
async function settings(pattern: string): Promise<Map<string, string>> {
  const reply = await call("CONFIG", "GET", pattern);
  const words: string[] = [];
  for (let at = reply.indexOf("\n") + 1; at < reply.length; ) {
    const lineEnd = reply.indexOf("\r\n", at);
    const length = Number(reply.slice(at + 1, lineEnd));
    words.push(reply.slice(lineEnd + 2, lineEnd + 2 + length));
    at = lineEnd + 2 + length + 2;
  }
  return new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]] as const] : [])));
}

/** What a client that connects now is told. */
async function newClientIsTold(): Promise<string> {
  const client = await RawClient.connect(server.port);
  try {
    return (await client.exchange("*1\r\n$4\r\nPING\r\n")).toString("latin1");
  } finally {
    client.close();
  }
}

test.each(NASTY)(
  "every setting, set to %s",
  async (_name, value) => {
    const before = await settings("*");
    expect(before.size).toBeGreaterThan(100);
    for (const [name, old] of before) {
      const answer = await call("CONFIG", "SET", name, value);
      if (answer === "+OK\r\n") {
        const told = await newClientIsTold();
        const expected =
          name === "requirepass" && value !== "" ? "-NOAUTH Authentication required.\r\n" : "+PONG\r\n";
        expect([name, told]).toEqual([name, expected]);
        expect([name, await call("PING")]).toEqual([name, "+PONG\r\n"]);
        expect([name, await call("CONFIG", "SET", name, old)]).toEqual([name, "+OK\r\n"]);
      } else {
        expect(answer).toStartWith(`-ERR CONFIG SET failed (possibly related to argument '${name}') - `);
        expect(answer.indexOf("\r\n")).toBe(answer.length - 2);
        expect([name, answer.length]).toEqual([name, Math.min(answer.length, ERROR_LENGTH_MAX)]);
      }
    }
    expect(await newClientIsTold()).toBe("+PONG\r\n");
    expect(await settings("*")).toEqual(before);
  },
  30_000,
);

test.each(NASTY)("a setting that is called %s", async (_name, name) => {
  expect(await call("CONFIG", "SET", name, "1")).toStartWith("-ERR Unknown option or number of arguments");
  expect(await call("CONFIG", "GET", name)).toBe("*0\r\n");
  expect(await newClientIsTold()).toBe("+PONG\r\n");
});

test("limits beyond what positions can be are held all the same", async () => {
  for (const name of ["proto-max-bulk-len", "client-query-buffer-limit"]) {
    expect(await call("CONFIG", "SET", name, "9223372036854775807")).toBe("+OK\r\n");
  }
  for (const length of ["1073741825", "2147483647", "2147483648", "4294967296", "9223372036854775807"]) {
    const client = await RawClient.connect(server.port);
    client.send(`*2\r\n$4\r\nECHO\r\n$${length}\r\n`);
    expect((await client.readUntilClosed()).toString()).toBe("-ERR Protocol error: invalid bulk length\r\n");
  }
  for (const offset of ["1073741824", "2147483646", "2147483647", "4294967296", "9223372036854775806"]) {
    expect(await call("SETRANGE", "nasty", offset, "x")).toBe(
      "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n",
    );
  }
  expect(await newClientIsTold()).toBe("+PONG\r\n");
});

test.each([
  ["--databases", "2147483647"],
  ["--databases", "0"],
  ["--maxmemory", "constructor"],
  ["--latency-tracking-info-percentiles", `${"1".repeat(60_000)}x`],
  ["--dir", `/${"a".repeat(6_000)}`],
])("server:start %s with a bad value says so in one line", async (flag, value) => {
  const { status, stdout, stderr } = await runOpenKV(["server:start", "--port", "0", flag, value]);
  expect([1, 2]).toContain(status);
  const said = (stdout + stderr).trim();
  expect(said).toContain(flag);
  expect(said).not.toMatch(/\n\s+at /);
  expect(said.split("\n")).toHaveLength(1);
});
