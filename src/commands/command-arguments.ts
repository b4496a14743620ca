/**
 * The arguments of a command as COMMAND DOCS describes them, read from the syntax in its spec:
 *
 *     syntax       alternatives with `|` between them
 *     alternative  items with blanks between them
 *     item         name | TOKEN | TOKEN name | <syntax> for one of several in the middle
 *                  | [syntax] for what is optional | [syntax ...] for a repetition
 *
 * `redis-cli` shows them as a hint behind what is typed.
 */

import type { ReplyWriter } from "../protocol/reply-writer.ts";

export interface Argument {
  readonly name: string;
  readonly type: "string" | "key" | "pattern" | "unix-time" | "pure-token" | "oneof" | "block";
  /** The word before the value, or the whole argument; null: there is none. */
  readonly token: string | null;
  readonly optional: boolean;
  readonly multiple: boolean;
  /** The arguments of a block, or the choices of a oneof. */
  readonly members: readonly Argument[];
}

const TOKEN = /^[A-Z][A-Z0-9-]*$/;
const KEY_NAME = /^(?:key\d?|newkey|source|destination|destkey|sourcekey)$/;
const REPEATED = "...";
/** What ends a list of items. */
const ENDS: readonly (string | undefined)[] = ["|", "]", ">", undefined];

/** Reads a syntax; without one there are no arguments. */
export function argumentsOf(syntax: string | undefined): readonly Argument[] {
  const words = syntax?.match(/[[\]<>|]|[^\s[\]<>|]+/g) ?? [];
  return readSyntax([...words].reverse());
}

/** Writes arguments as COMMAND DOCS does. */
export function replyArguments(reply: ReplyWriter, list: readonly Argument[]): void {
  reply.array(list.length);
  for (const argument of list) {
    const { name, type, token, members } = argument;
    const flags = (["optional", "multiple"] as const).filter((flag) => argument[flag]);
    reply.map(2 + [token !== null, flags.length > 0, members.length > 0].filter(Boolean).length);
    reply.bulkText("name");
    reply.bulkText(name);
    reply.bulkText("type");
    reply.bulkText(type);
    if (token !== null) {
      reply.bulkText("token");
      reply.bulkText(token);
    }
    if (flags.length > 0) {
      reply.bulkText("flags");
      reply.set(flags.length);
      for (const flag of flags) reply.simpleString(flag);
    }
    if (members.length > 0) {
      reply.bulkText("arguments");
      replyArguments(reply, members);
    }
  }
}

/** Reads up to the end or a closing bracket. `words` holds what is left, the next one last. */
function readSyntax(words: string[]): readonly Argument[] {
  const alternatives = [readItems(words)];
  while (words.at(-1) === "|") {
    words.pop();
    alternatives.push(readItems(words));
  }
  if (alternatives.length === 1) return alternatives[0];
  // Dots behind the last alternative repeat the choice, not that alternative.
  const last = alternatives[alternatives.length - 1];
  const dots = last.filter(isRepetition);
  alternatives[alternatives.length - 1] = last.slice(0, last.length - dots.length);
  return [group("oneof", alternatives.map(asOne)), ...dots];
}

function readItems(words: string[]): readonly Argument[] {
  const items: Argument[] = [];
  while (!ENDS.includes(words.at(-1))) {
    const word = words.pop() as string;
    if (word === "[") addBracket(items, words);
    else if (word === "<") items.push(readChoice(words));
    else items.push(TOKEN.test(word) ? readToken(word, words) : value(word, null));
  }
  const dots = items.filter(isRepetition);
  return [...withLeadingToken(items.slice(0, items.length - dots.length)), ...dots];
}

/** The three dots behind what is repeated. */
function isRepetition({ name }: Argument): boolean {
  return name === REPEATED;
}

/** What follows a `[`: something optional, or the repetition of the items before it. */
function addBracket(items: Argument[], words: string[]): void {
  const inside = readSyntax(words);
  words.pop(); // the closing bracket
  if (!inside.some(isRepetition)) {
    items.push({ ...asOne(inside), optional: true });
    return;
  }
  const repeated = inside.slice(0, -1);
  const names = repeated.map(({ name }) => name).join();
  const before = items.slice(-repeated.length);
  if (before.map(({ name }) => name).join() === names) {
    items.splice(-repeated.length, repeated.length, { ...asOne(before), multiple: true });
  } else {
    const one = asOne(repeated);
    // In a block, a token is repeated as well.
    const whole = one.token === null ? one : group("block", [one]);
    items.push({ ...whole, optional: true, multiple: true });
  }
}

/** What follows a `<`. */
function readChoice(words: string[]): Argument {
  const inside = readSyntax(words);
  words.pop(); // the closing bracket
  return asOne(inside);
}

/** A token with the value behind it, if there is one. */
function readToken(token: string, words: string[]): Argument {
  const next = words.at(-1);
  const isAlone = next === undefined || "[]<>|".includes(next) || TOKEN.test(next);
  if (isAlone) return { ...value(token.toLowerCase(), token), type: "pure-token" };
  words.pop();
  return value(next, token);
}

/** A token before several values, as in `AUTH username password`, belongs to all of them. */
function withLeadingToken(items: readonly Argument[]): readonly Argument[] {
  const [first, ...others] = items;
  const isPlain = ({ token, type, optional }: Argument) => token === null && type !== "oneof" && !optional;
  if (first?.token == null || first.type === "pure-token" || others.length === 0 || !others.every(isPlain))
    return items;
  return [{ ...group("block", [{ ...first, token: null }, ...others]), token: first.token }];
}

function asOne(items: readonly Argument[]): Argument {
  return items.length === 1 ? items[0] : group("block", items);
}

function group(type: "oneof" | "block", members: readonly Argument[]): Argument {
  const name = members.map((member) => member.name).join("_");
  return { name, type, token: null, optional: false, multiple: false, members };
}

function value(name: string, token: string | null): Argument {
  return { name, type: typeOf(name), token, optional: false, multiple: false, members: [] };
}

function typeOf(name: string): Argument["type"] {
  if (KEY_NAME.test(name)) return "key";
  if (name === "pattern") return "pattern";
  return name.startsWith("unix-time") ? "unix-time" : "string";
}
