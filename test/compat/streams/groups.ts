/** Requests that belong together: what changes the connection, closes it, or needs a prepared key. */

import { encodeInline } from "../support/quote.ts";
import { type Gen, toArgv } from "./gen.ts";
import { goodScanOptions } from "./keys.ts";
import type { Part } from "./pools.ts";
import { request } from "./requests.ts";
import type { GroupRow, Op, Request } from "./spec.ts";
import { lcsOptions, lcsText } from "./strings.ts";

const silent = (parts: Part[]): Request => ({ argv: toArgv(parts), mode: "exact", replies: 0 });

/** A few requests that show in which protocol, db and name the connection is. */
function probes(gen: Gen): Op {
  const all: Request[] = [
    request(["GET", gen.key()]),
    request(["MGET", gen.key(), gen.key()]),
    request(["SET", gen.key(), gen.value()]),
    request(["CONFIG", "GET", "maxmemory-policy"]),
    request(["KEYS", "*"], "unordered"),
    request(["CLIENT", "GETNAME"]),
    request(["GET"]),
    request(["COMMAND", "INFO", "nosuch"]),
    request(["LCS", "lcs:a", "lcs:b", "IDX"]),
  ];
  return Array.from({ length: 1 + gen.below(4) }, () => gen.pick(all));
}

const HELLO_EXTRAS: Part[][] = [
  [],
  ["SETNAME", "conn"],
  ["AUTH", "default", "any"],
  ["AUTH", "default", "any", "SETNAME", "n2"],
];
const HELLO_BAD: Part[][] = [
  ...[["4"], ["1"], ["abc"], [""], ["3", "BAD"], ["2", "SETNAME", "two words"], ["2", "AUTH", "bob", "pw"]],
  ...[["3", "SETNAME"], ["3", "AUTH", "default"], ["9223372036854775808"], ["-3"], ["3.0"]],
];

function quit(gen: Gen): Op {
  return [{ ...request(gen.pick([["QUIT"], ["quit", "now"]])), closes: true }];
}

/** Input that is no request; each gets one error (or none) and the end of the connection. */
const MALFORMED = [
  "*abc\r\n",
  "*2147483648\r\n",
  "*99999999999999999999\r\n",
  "*2\r\n$3\r\nGET\r\nxx\r\n",
  "*2\r\n$3\r\nGET\r\n:1\r\n",
  "*1\r\n$-1\r\n",
  "*1\r\n$abc\r\n",
  "*1\r\n$536870913\r\n",
  "*1\r\n$99999999999999999999\r\n",
  "*1\r\n$\r\n",
  "*\r\n",
  "*1 \r\n",
  "*+1\r\n",
  'GET "abc\r\n',
  "GET 'abc\r\n",
  'SET a "b"c\r\n',
  'GET "\\x4\n',
  "*1\r\n\r\n",
];

/** Input that Redis skips without a reply. */
const SKIPPED = ["\r\n", "\n", "*0\r\n", "*-1\r\n", "   \r\n", "*-5\r\n"];

function rawRequest(text: string, rest: Partial<Request>): Request {
  return {
    argv: [Buffer.from(text, "latin1")],
    mode: "exact",
    replies: 0,
    raw: Buffer.from(text, "latin1"),
    ...rest,
  };
}

function tooLong(): Request {
  // One byte above the limit and nothing behind it: unread bytes at the close could cost the error reply.
  return rawRequest("a".repeat(65_537), { replies: 1, closes: true });
}

function inline(gen: Gen): Op {
  const parts = gen.pick<Part[]>([
    ["SET", gen.key(), gen.value()],
    ["GET", gen.key()],
    ["STRLEN", gen.key()],
    ["INCR", gen.key()],
    ["MGET", gen.key(), gen.key()],
    ["APPEND", gen.key(), gen.value()],
    ["NOSUCH", gen.value()],
    ["SET", gen.key()],
  ]);
  const line = encodeInline(toArgv(parts), gen.pick(["\n", "\r\n"])).toString("latin1");
  const blanks = gen.chance(20) ? gen.pick(["  ", "\t"]) : "";
  const raw = blanks + (blanks === "" ? line : line.replace(" ", "   "));
  return [{ ...request(parts), raw: Buffer.from(raw, "latin1") }];
}

export const GROUPS: GroupRow[] = [
  {
    name: "LCS of two short values",
    weight: 6,
    op: (g) => [
      request(["SET", "lcs:a", lcsText(g)]),
      request(["SET", "lcs:b", lcsText(g)]),
      request(["LCS", "lcs:a", g.chance(90) ? "lcs:b" : "lcs:missing", ...lcsOptions(g)]),
    ],
  },
  {
    name: "a key whose time has passed is missing",
    weight: 4,
    op: (g) => {
      const key = g.key();
      const [option, time] = g.pick<Part[]>([
        ["EXAT", 1],
        ["PXAT", 1],
        ["PXAT", 1_000_000_000_000],
        ["EXAT", 1_500_000_000],
      ]);
      const look = g.pick([
        "GET",
        "EXISTS",
        "STRLEN",
        "DEL",
        "TYPE",
        "GETDEL",
        "PERSIST",
        "TTL",
        "INCR",
        "TOUCH",
        "UNLINK",
      ]);
      // The EXISTS frees it in both servers, so that a DBSIZE behind this group is settled.
      return [request(["SET", key, "gone", option, time]), request([look, key]), request(["EXISTS", key])];
    },
  },
  {
    name: "a loop of SCAN",
    weight: 2,
    op: (g) => [{ argv: toArgv(goodScanOptions(g)), mode: "exact", replies: 0, scan: true }],
  },
  {
    name: "HELLO 3 and back",
    weight: 4,
    protocol: 2,
    op: (g) => [
      request(["HELLO", "3", ...g.pick(HELLO_EXTRAS)], "map"),
      ...probes(g),
      request(g.chance(50) ? ["HELLO", "2"] : ["RESET"], "map"),
    ],
  },
  {
    name: "HELLO 2 and back",
    weight: 3,
    protocol: 3,
    op: (g) => [
      request(g.chance(50) ? ["HELLO", "2", ...g.pick(HELLO_EXTRAS)] : ["RESET"], "map"),
      ...probes(g),
      request(["HELLO", "3"], "map"),
    ],
  },
  { name: "HELLO refused", weight: 2, op: (g) => [request(["HELLO", ...g.pick(HELLO_BAD)])] },
  { name: "HELLO asked", weight: 1, op: () => [request(["HELLO"], "map")] },
  {
    name: "CLIENT REPLY SKIP",
    weight: 2,
    op: (g) => [
      silent(["CLIENT", "REPLY", "SKIP"]),
      silent(["SET", g.key(), g.value()]),
      request(["GET", g.key()]),
    ],
  },
  {
    name: "CLIENT REPLY OFF and ON",
    weight: 2,
    op: (g) => [
      silent(["CLIENT", "REPLY", "OFF"]),
      ...probes(g).map((probe) => ({ ...probe, replies: 0 as const })),
      ...(g.chance(30) ? [silent(["CLIENT", "REPLY", "SKIP"])] : []),
      request(["CLIENT", "REPLY", "ON"]),
    ],
  },
  { name: "an inline request", weight: 12, protocol: 2, op: inline },
  { name: "input that is skipped", weight: 2, protocol: 2, op: (g) => [rawRequest(g.pick(SKIPPED), {})] },
  { name: "QUIT", weight: 1, op: quit },
  {
    name: "malformed input",
    weight: 2,
    op: (g) => (g.chance(10) ? [tooLong()] : [rawRequest(g.pick(MALFORMED), { replies: 1, closes: true })]),
  },
];
