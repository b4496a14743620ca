/** Damaged requests: valid pipelines, changed in the ways that parsers get wrong. */

import type { Random } from "../../src/base/random.ts";
import { encodeCommand } from "../support/raw-client.ts";
import { REQUESTS } from "./requests.ts";

const LINES = ["PING\r\n", "SET a b\n", 'SET "a\\x41" "b c"\r\n', "GET 'it\\'s'\n", "\r\n", "   \n"];

const NUMBERS = [
  ...["-1", "-2", "0", "00", "1", "+3", "2147483647", "2147483648", "4294967296", "536870912", "536870913"],
  ...[
    "1048576",
    "1048577",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "1e9",
    "",
    " 3",
    "3 ",
  ],
  ...["-9223372036854775808", "99999999999999999999999999", "0x10", "NaN", "3\0"],
];

const INSERTS = [
  ...[
    "\0",
    "\r",
    "\n",
    "\r\n",
    "\r\r\n",
    "\n\r",
    '"',
    "'",
    "\\",
    '\\x"',
    "*",
    "$",
    "*1\r\n",
    "$5\r\n",
    "$-1\r\n",
  ],
  ...[
    "*-1\r\n",
    "*0\r\n",
    "*2\r\n*2\r\n",
    "*1\r\n*1\r\n*1\r\n$1\r\n",
    "~1\r\n",
    "%1\r\n",
    ">1\r\n",
    ":1\r\n",
    "+OK\r\n",
  ],
  ...["\0".repeat(100), '"'.repeat(3), "a".repeat(70_000), "*".repeat(50), "$".repeat(50), "\u00ff\u00fe"],
];

/** `count` valid requests out of those that `isWanted`, some of them inline, as one pipeline. */
export function validPipeline(
  random: Random,
  count: number,
  isWanted: (name: string) => boolean = () => true,
): Buffer {
  const wanted = REQUESTS.filter(([name]) => isWanted(String(name)));
  return Buffer.concat(
    Array.from({ length: count }, () =>
      random.below(5) === 0
        ? Buffer.from(LINES[random.below(LINES.length)], "latin1")
        : encodeCommand(wanted[random.below(wanted.length)]),
    ),
  );
}

type Mutation = (random: Random, bytes: Buffer) => Buffer;

const cut = (bytes: Buffer, from: number, to: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);

const NOTHING = Buffer.alloc(0);

const MUTATIONS: Mutation[] = [
  function flipBits(random, bytes) {
    const changed = Buffer.from(bytes);
    for (let i = random.below(4); i >= 0; i--) changed[random.below(changed.length)] ^= 1 << random.below(8);
    return changed;
  },
  function truncate(random, bytes) {
    return bytes.subarray(0, random.below(bytes.length));
  },
  function beginLater(random, bytes) {
    return bytes.subarray(random.below(bytes.length));
  },
  function removeMiddle(random, bytes) {
    const from = random.below(bytes.length);
    return cut(bytes, from, from + 1 + random.below(20), NOTHING);
  },
  function repeatMiddle(random, bytes) {
    const from = random.below(bytes.length);
    const piece = bytes.subarray(from, from + 1 + random.below(60));
    return cut(bytes, from, from, piece);
  },
  function insertText(random, bytes) {
    const at = random.below(bytes.length);
    return cut(bytes, at, at, Buffer.from(INSERTS[random.below(INSERTS.length)], "latin1"));
  },
  function replaceLength(random, bytes) {
    // The digits behind a `*` or `$`, found from a random place on.
    const from = random.below(bytes.length);
    const match = /[*$]\d+/.exec(bytes.toString("latin1", from));
    if (match === null) return bytes;
    const at = from + match.index + 1;
    const number = NUMBERS[random.below(NUMBERS.length)];
    return cut(bytes, at, at + match[0].length - 1, Buffer.from(number, "latin1"));
  },
  function noise(random, bytes) {
    const junk = Buffer.from(Array.from({ length: 1 + random.below(200) }, () => random.below(256)));
    const at = random.below(bytes.length);
    return cut(bytes, at, at, junk);
  },
  function nestDeeply(random, bytes) {
    const at = random.below(bytes.length);
    return cut(bytes, at, at, Buffer.from("*1\r\n".repeat(1 + random.below(2_000))));
  },
];

/** The pipeline with one to three damages. Never empty. */
export function mutate(random: Random, pipeline: Buffer): Buffer {
  let bytes = pipeline;
  for (let i = random.below(3); i >= 0; i--) {
    const changed = MUTATIONS[random.below(MUTATIONS.length)](random, bytes);
    if (changed.length > 0) bytes = changed;
  }
  return bytes;
}
