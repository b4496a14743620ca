/** Where keys are in requests of commands whose keys are not in fixed places. */

import { describe, expect, test } from "bun:test";
import { Args } from "../../src/commands/args.ts";
import { replyInfo } from "../../src/commands/command-info.ts";
import { keysOfRequest } from "../../src/commands/command-keys.ts";
import { Command, CommandTable } from "../../src/commands/command-table.ts";
import { type CommandSpec, FIRST_KEY, type RequestKey } from "../../src/commands/spec.ts";
import { ReplyError } from "../../src/protocol/errors.ts";
import { ReplyWriter } from "../../src/protocol/reply-writer.ts";

const ABOUT = {
  group: "generic",
  since: "1.0.0",
  summary: "For this test only",
  complexity: "O(1)",
  handler() {},
} as const;

const KEYWORDS: CommandSpec = {
  ...ABOUT,
  name: "KEYWORDS",
  arity: -2,
  flags: ["write", "denyoom", "movablekeys"],
  keys: { ...FIRST_KEY, access: ["RO access"] },
  keywordKeys: [
    { word: "STORE", from: 3, access: "OW update" },
    { word: "ALSO", from: 2, access: "RW delete" },
  ],
};

/** The keys behind every TO that does not belong to a SKIP. */
const HIDDEN: CommandSpec = {
  ...ABOUT,
  name: "HIDDEN",
  arity: -2,
  flags: ["write", "movablekeys"],
  hiddenKeys: {
    access: ["OW update"],
    find(args, from) {
      const keys: RequestKey[] = [];
      for (let i = from + 1; i + 1 < args.count; i++) {
        if (args.is(i, "SKIP")) i++;
        else if (args.is(i, "TO")) keys.push({ position: i + 1, access: "OW update" });
      }
      return keys;
    },
  },
};

const COUNTED: CommandSpec = {
  ...ABOUT,
  name: "COUNTED",
  arity: -3,
  flags: ["readonly", "movablekeys"],
  keys: FIRST_KEY,
  countedKeys: { at: 2, access: "RO" },
};

const TABLE = new CommandTable([KEYWORDS, HIDDEN, COUNTED].map((spec) => new Command(spec)));

/** The request as arguments behind two others, as in COMMAND GETKEYS. */
function argsOf(...request: string[]): Args {
  const words = ["COMMAND", "GETKEYS", ...request];
  const offsets = new Int32Array(words.length * 2);
  let at = 0;
  words.forEach((word, i) => {
    offsets[2 * i] = at;
    at += word.length;
    offsets[2 * i + 1] = at;
  });
  const args = new Args();
  args.set(Buffer.from(words.join(""), "latin1"), offsets, 0, words.length);
  return args;
}

/** The keys of a request, each with what is done with it; or the text of the error. */
function keys(...request: string[]): string[] {
  const args = argsOf(...request);
  try {
    return keysOfRequest(TABLE, args, 2).map(({ position, access }) => `${args.latin1(position)}: ${access}`);
  } catch (error) {
    if (error instanceof ReplyError) return [error.text];
    throw error;
  }
}

describe("keys behind words", () => {
  test("are those behind the first such word, each with what is done with it", () => {
    expect(keys("KEYWORDS", "k")).toEqual(["k: RO access"]);
    expect(keys("KEYWORDS", "k", "x", "store", "a", "STORE", "b")).toEqual(["k: RO access", "a: OW update"]);
    expect(keys("KEYWORDS", "k", "ALSO", "c", "STORE", "a")).toEqual([
      "k: RO access",
      "a: OW update",
      "c: RW delete",
    ]);
  });

  test("are not looked for before their start, nor behind the end", () => {
    expect(keys("KEYWORDS", "k", "STORE", "a")).toEqual(["k: RO access"]);
    expect(keys("KEYWORDS", "k", "x", "STORE")).toEqual(["k: RO access"]);
    expect(keys("KEYWORDS", "k", "STORE", "STORE", "STORE")).toEqual(["k: RO access", "STORE: OW update"]);
  });
});

describe("keys that the command finds itself", () => {
  test("are where it says", () => {
    expect(keys("HIDDEN", "TO", "a", "SKIP", "TO", "TO", "b")).toEqual(["a: OW update", "b: OW update"]);
  });

  test("may be missing", () => {
    expect(keys("HIDDEN", "TO")).toEqual(["ERR Invalid arguments specified for command"]);
  });
});

describe("keys behind their number", () => {
  test("follow those in fixed places", () => {
    expect(keys("COUNTED", "k", "2", "a", "b", "c")).toEqual(["k: RO access", "a: RO", "b: RO"]);
  });

  test("must all be there", () => {
    for (const number of ["3", "0", "-1", "x", ""])
      expect(keys("COUNTED", "k", number, "a", "b")).toEqual(["ERR Invalid arguments specified for command"]);
  });
});

test("COMMAND INFO describes how each sort of keys is found", () => {
  const of = (name: string) => {
    const reply = new ReplyWriter();
    replyInfo(reply, TABLE.named(name) as Command);
    return reply.bytes.toString("latin1", 0, reply.length);
  };
  const texts = (reply: string) => reply.match(/^[a-z_]+$|^\+?[A-Z]+$|^:-?\d+$|^\*0$/gm)?.join(" ");
  expect(texts(of("KEYWORDS"))).toContain(
    "type keyword spec keyword STORE startfrom :3 find_keys type range spec lastkey :0 keystep :1 limit :0",
  );
  expect(texts(of("HIDDEN"))).toContain("begin_search type unknown spec *0 find_keys type unknown spec *0");
  expect(texts(of("COUNTED"))).toContain(
    "type index spec index :2 find_keys type keynum spec keynumidx :0 firstkey :1 keystep :1",
  );
});
