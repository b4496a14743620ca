import { describe, expect, test } from "bun:test";
import { type Argument, argumentsOf } from "../../src/commands/command-arguments.ts";
import { newCommandTable } from "../../src/commands/registry.ts";

/** Writes arguments as redis-cli shows them. */
function shown(list: readonly Argument[]): string {
  return list.map(shownOne).join(" ");
}

function shownOne(argument: Argument): string {
  const { type, name, token, optional, multiple, members } = argument;
  let text = type === "oneof" ? members.map(shownOne).join(" | ") : shown(members);
  if (members.length === 0) text = type === "pure-token" ? "" : name;
  if (multiple) text = optional && token === null ? `${text} ...` : `${text} [${text} ...]`;
  if (token !== null) text = text === "" ? token : `${token} ${text}`;
  return optional ? `[${text}]` : text;
}

describe("arguments read from a syntax", () => {
  test("of every command say what the syntax says", () => {
    const commands = newCommandTable().all.flatMap((command) => [
      command,
      ...(command.subcommands?.all ?? []),
    ]);
    for (const { spec } of commands) {
      expect(shown(argumentsOf(spec.syntax))).toBe(normalized(spec.syntax ?? ""));
    }
  });

  test("have types, tokens and flags", () => {
    const plain = { token: null, optional: false, multiple: false, members: [] };
    expect(argumentsOf("key value [NX | XX] [EX seconds]")).toEqual([
      { ...plain, name: "key", type: "key" },
      { ...plain, name: "value", type: "string" },
      {
        ...plain,
        name: "nx_xx",
        type: "oneof",
        optional: true,
        members: [
          { ...plain, name: "nx", type: "pure-token", token: "NX" },
          { ...plain, name: "xx", type: "pure-token", token: "XX" },
        ],
      },
      { ...plain, name: "seconds", type: "string", token: "EX", optional: true },
    ]);
  });

  test("repeat one argument or a block of them", () => {
    expect(argumentsOf("key [key ...]")).toMatchObject([{ name: "key", multiple: true }]);
    expect(argumentsOf("key value [key value ...]")).toMatchObject([
      { type: "block", multiple: true, members: [{ name: "key" }, { name: "value" }] },
    ]);
    expect(argumentsOf("command [arg ...]")).toMatchObject([
      { name: "command", multiple: false },
      { name: "arg", optional: true, multiple: true },
    ]);
  });

  test("repeat a token with its values, and a choice as a whole", () => {
    expect(argumentsOf("[GET encoding offset ...]")).toMatchObject([
      {
        type: "block",
        token: null,
        optional: true,
        multiple: true,
        members: [{ type: "block", token: "GET" }],
      },
    ]);
    expect(argumentsOf("[GET offset | SET offset value ...]")).toMatchObject([
      {
        type: "oneof",
        optional: true,
        multiple: true,
        members: [
          { name: "offset", token: "GET" },
          { type: "block", token: "SET", members: [{ name: "offset" }, { name: "value" }] },
        ],
      },
    ]);
  });

  test("put a token before several values in front of all of them", () => {
    expect(argumentsOf("[AUTH username password]")).toMatchObject([
      {
        type: "block",
        token: "AUTH",
        optional: true,
        members: [
          { name: "username", token: null },
          { name: "password", token: null },
        ],
      },
    ]);
  });

  test("may be a choice that must be made, in the middle of others", () => {
    expect(argumentsOf("key <FROMMEMBER member | BYBOX width <M | KM>> [ANY]")).toMatchObject([
      { name: "key" },
      {
        type: "oneof",
        optional: false,
        members: [
          { name: "member", token: "FROMMEMBER" },
          {
            type: "block",
            members: [
              { name: "width", token: "BYBOX" },
              { type: "oneof", members: [{ token: "M" }, { token: "KM" }] },
            ],
          },
        ],
      },
      { name: "any", type: "pure-token", optional: true },
    ]);
  });

  test("are none without a syntax", () => {
    expect(argumentsOf(undefined)).toEqual([]);
  });
});

/**
 * An optional list that may be repeated is the same as a repetition of nothing; redis-cli shows a choice without
 * brackets.
 */
function normalized(syntax: string): string {
  return syntax.replace(/^\[(\S+) \[\1 \.\.\.\]\]$/, "[$1 ...]").replace(/[<>]/g, "");
}
