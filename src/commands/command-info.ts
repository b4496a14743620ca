/** What COMMAND, COMMAND INFO and COMMAND DOCS say about one command. */

import type { ReplyWriter } from "../protocol/reply-writer.ts";
import { categoriesOf } from "./acl-category.ts";
import { argumentsOf, replyArguments } from "./command-arguments.ts";
import { keyAccess, placedAccess } from "./command-keys.ts";
import type { Command } from "./command-table.ts";
import type { CommandSpec, KeyPositions } from "./spec.ts";

/** The order in which Redis lists flags. */
const FLAG_ORDER: readonly string[] = [
  "write",
  "readonly",
  "denyoom",
  "admin",
  "pubsub",
  "noscript",
  "blocking",
  "loading",
  "stale",
  "skip_monitor",
  "skip_slowlog",
  "fast",
  "no_auth",
  "no_async_loading",
  "no_multi",
  "movablekeys",
  "allow_busy",
];

/** The ten elements of COMMAND INFO. */
export function replyInfo(reply: ReplyWriter, command: Command): void {
  const { spec, fullName, subcommands } = command;
  reply.array(10);
  reply.bulkText(fullName);
  reply.integer(spec.arity);
  statuses(
    reply,
    FLAG_ORDER.filter((flag) => spec.flags.some((own) => own === flag)),
  );
  reply.integer(spec.keys?.first ?? 0);
  reply.integer(spec.keys?.last ?? 0);
  reply.integer(spec.keys?.step ?? 0);
  statuses(
    reply,
    categoriesOf(spec).map((name) => `@${name}`),
  );
  reply.set(0); // tips
  replyKeySpecs(reply, spec);
  // Redis shows an empty set where there are no subcommands, and an array where there are.
  if (subcommands === null) reply.set(0);
  else reply.array(subcommands.all.length);
  for (const sub of subcommands?.all ?? []) replyInfo(reply, sub);
}

/** The map of COMMAND DOCS. */
export function replyDocs(reply: ReplyWriter, command: Command): void {
  const { spec, subcommands } = command;
  const list = argumentsOf(spec.syntax);
  reply.map(4 + (list.length > 0 ? 1 : 0) + (subcommands === null ? 0 : 1));
  reply.bulkText("summary");
  reply.bulkText(spec.summary);
  reply.bulkText("since");
  reply.bulkText(spec.since);
  reply.bulkText("group");
  reply.bulkText(spec.group);
  reply.bulkText("complexity");
  reply.bulkText(spec.complexity);
  if (list.length > 0) {
    reply.bulkText("arguments");
    replyArguments(reply, list);
  }
  if (subcommands === null) return;
  reply.bulkText("subcommands");
  reply.map(subcommands.all.length);
  for (const sub of subcommands.all) {
    reply.bulkText(sub.fullName);
    replyDocs(reply, sub);
  }
}

/** One key specification for each sort of keys. */
function replyKeySpecs(reply: ReplyWriter, spec: CommandSpec): void {
  const { keys, countedKeys, keywordKeys = [], hiddenKeys } = spec;
  reply.set(keyAccess(spec).length);
  if (keys !== undefined) replyPlacedKeys(reply, keys, placedAccess(spec));
  if (countedKeys !== undefined) {
    replyKeySpecHead(reply, countedKeys.access, "index", [["index", countedKeys.at]]);
    replySearch(reply, "keynum", [
      ["keynumidx", 0],
      ["firstkey", 1],
      ["keystep", 1],
    ]);
  }
  for (const { word, from, access } of keywordKeys) {
    replyKeySpecHead(reply, access, "keyword", [
      ["keyword", word],
      ["startfrom", from],
    ]);
    replyRange(reply, 0, 1);
  }
  for (const access of hiddenKeys?.access ?? []) {
    replyKeySpecHead(reply, access, "unknown", []);
    replySearch(reply, "unknown", []);
  }
}

/**
 * Keys that are treated alike form one range, which is one key specification; others have one each, and the last
 * of them is a range of all that follow.
 */
function replyPlacedKeys(reply: ReplyWriter, keys: KeyPositions, accesses: readonly string[]): void {
  const { first, last, step } = keys;
  accesses.forEach((access, i) => {
    const index = first + i * step;
    replyKeySpecHead(reply, access, "index", [["index", index]]);
    const isLast = i === accesses.length - 1;
    // Counted from the first key of the specification; from the end of the request when negative.
    replyRange(reply, isLast ? (last < 0 ? last : last - index) : 0, step);
  });
}

/** A key specification up to how its keys are found from where they begin. */
function replyKeySpecHead(reply: ReplyWriter, access: string, type: string, fields: SearchFields): void {
  reply.map(3);
  reply.bulkText("flags");
  statuses(reply, access.split(" "));
  reply.bulkText("begin_search");
  replySearch(reply, type, fields);
  reply.bulkText("find_keys");
}

function replyRange(reply: ReplyWriter, last: number, step: number): void {
  replySearch(reply, "range", [
    ["lastkey", last],
    ["keystep", step],
    ["limit", 0],
  ]);
}

type SearchFields = readonly (readonly [name: string, value: number | string])[];

function replySearch(reply: ReplyWriter, type: string, fields: SearchFields): void {
  reply.map(2);
  reply.bulkText("type");
  reply.bulkText(type);
  reply.bulkText("spec");
  reply.map(fields.length);
  for (const [name, value] of fields) {
    reply.bulkText(name);
    if (typeof value === "number") reply.integer(value);
    else reply.bulkText(value);
  }
}

/** A set of statuses. */
export function statuses(reply: ReplyWriter, names: readonly string[]): void {
  reply.set(names.length);
  for (const name of names) reply.simpleString(name);
}
