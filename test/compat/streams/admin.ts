/** Connection and server commands whose reply is determined, exactly or by shape. */

import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import type { CommandRow, Mode } from "./spec.ts";

/** Rows that draw one of several fixed argument lists; none of them is mutated. */
function fixed(name: string, weight: number, mode: Mode, lists: Part[][]): CommandRow {
  return { name, weight, mode, mutate: false, args: (gen: Gen) => gen.pick(lists) };
}

export const CONNECTION_COMMANDS: CommandRow[] = [
  { name: "PING", weight: 2, args: (g) => g.times(0, 1, () => g.value()) },
  { name: "ECHO", weight: 2, args: (g) => [g.value()] },
  fixed("AUTH", 1, "exact", [["pw"], ["default", "any"], ["bob", "pw"], ["a", "b", "c"], []]),
  fixed("CLIENT", 2, "exact", [
    ["GETNAME"],
    ["SETNAME", "name"],
    ["SETNAME", ""],
    ["SETNAME", "two words"],
    ["SETNAME", "line\n"],
    ["setname", "ключ"],
    ["SETNAME"],
    ["GETNAME", "x"],
  ]),
  fixed("CLIENT", 2, "shape", [["ID"], ["INFO"], ["LIST"], ["LIST", "TYPE", "normal"], ["ID", "x"]]),
  fixed("CLIENT", 2, "exact", [
    ["LIST", "ID", "999999999"],
    ["LIST", "TYPE", "bad"],
    ["LIST", "ID", "abc"],
    ["LIST", "ID"],
    ["LIST", "BAD", "1"],
    ["LIST", "TYPE", "pubsub"],
    ["LIST", "TYPE", "replica"],
  ]),
  fixed("CLIENT", 2, "exact", [
    ["KILL", "127.0.0.1:1"],
    ["KILL", "nonsense"],
    ["KILL", "ID", "999999999"],
    ["KILL", "ID", "abc"],
    ["KILL", "ID", "0"],
    ["KILL", "TYPE", "bad"],
    ["KILL", "TYPE", "pubsub"],
    ["KILL", "ADDR", "127.0.0.1:1"],
    ["KILL", "LADDR", "127.0.0.1:1"],
    ["KILL", "USER", "nosuch"],
    ["KILL", "SKIPME", "maybe"],
    ["KILL", "ID", "999999999", "SKIPME", "no"],
    ["KILL", "ID", "999999999", "BAD"],
    ["KILL"],
  ]),
  fixed("CLIENT", 2, "exact", [
    ["PAUSE", "0"],
    ["PAUSE", "1", "WRITE"],
    ["PAUSE", "0", "ALL"],
    ["PAUSE", "abc"],
    ["PAUSE", "-1"],
    ["PAUSE", "0", "BAD"],
    ["PAUSE"],
    ["UNPAUSE"],
    ["UNPAUSE", "x"],
    ["NO-EVICT", "ON"],
    ["NO-EVICT", "off"],
    ["NO-EVICT", "maybe"],
    ["NO-EVICT"],
    ["REPLY", "BAD"],
    ["REPLY", "ON"],
    ["REPLY"],
    ["NOSUCH"],
    ["NOSUCH", "a", "b"],
    [""],
    [],
    ["two words"],
  ]),
  fixed("CLIENT", 1, "type", [["HELP"]]),
  {
    ...fixed("CLIENT", 1, "exact", [
      ["SETINFO", "LIB-NAME", "lib"],
      ["NO-TOUCH", "ON"],
      ["NO-TOUCH", "off"],
    ]),
    alone: true,
  },
];

const CONFIG_GETS: Part[][] = [
  ...["maxmemory", "maxmemory-policy", "appendonly", "timeout", "databases", "nosuch", "proto-max-bulk-len"],
  ...["hz", "maxclients", "MAXMEMORY", "requirepass", "max?emory", "tcp-keepalive"],
].map((name) => ["GET", name]);

export const SERVER_COMMANDS: CommandRow[] = [
  fixed("CONFIG", 3, "map-unordered", [...CONFIG_GETS, ["GET", "maxmemory", "timeout"], ["GET"]]),
  fixed("CONFIG", 1, "exact", [
    ["SET", "nosuch", "1"],
    ["SET", "maxmemory", "abc"],
    ["SET", "maxmemory", "0"],
    ["SET", "maxmemory-policy", "bad"],
    ["SET", "maxmemory-policy", "noeviction"],
    ["SET", "databases", "16"],
    ["SET", "timeout", "-1"],
    ["SET", "timeout", "0"],
    ["SET", "timeout", "0", "timeout", "0"],
    ["SET", "timeout", "0", "hz"],
    ["SET", "timeout"],
    ["RESETSTAT"],
    ["RESETSTAT", "x"],
    ["NOSUCH"],
    [],
  ]),
  fixed("INFO", 1, "type", [[], ["server"], ["ALL"], ["everything"], ["clients", "memory"]]),
  fixed("INFO", 1, "exact", [["nosuchsection"]]),
  fixed("CONFIG", 1, "type", [["HELP"]]),
  fixed("COMMAND", 1, "type", [["HELP"]]),
  fixed("MEMORY", 1, "type", [["HELP"]]),
  fixed("DEBUG", 1, "type", [["HELP"]]),
  fixed("TIME", 1, "shape", [[]]),
  fixed("ROLE", 1, "exact", [[], ["x"]]),
  fixed("LASTSAVE", 1, "type", [[], ["x"]]),
  fixed("TIME", 1, "exact", [["x"]]),
  fixed("COMMAND", 1, "type", [
    ["COUNT"],
    ["LIST"],
    [],
    ["LIST", "FILTERBY", "PATTERN", "get*"],
    ["DOCS", "get"],
  ]),
  fixed("COMMAND", 1, "exact", [
    ["COUNT", "x"],
    ["NOSUCH"],
    ["INFO", "nosuch"],
    ["LIST", "FILTERBY", "BAD", "x"],
  ]),
  fixed("COMMAND", 2, "command-info", commandInfo()),
  fixed("COMMAND", 2, "exact", [
    ["GETKEYS", "GET", "a"],
    ["GETKEYS", "mset", "a", "1", "b", "2"],
    ["GETKEYS", "SET", "a", "b", "EX", "10"],
    ["GETKEYS", "COPY", "a", "b"],
    ["GETKEYS", "DEL", "a", "b", "c"],
    ["GETKEYS", "LCS", "a", "b"],
    ["GETKEYS", "OBJECT", "ENCODING", "a"],
    ["GETKEYS", "MEMORY", "USAGE", "a"],
    ["GETKEYS", "PING"],
    ["GETKEYS", "NOSUCH", "a"],
    ["GETKEYS", "GET"],
    ["GETKEYS", "MSET", "a"],
    ["GETKEYS"],
  ]),
  fixed("DEBUG", 1, "exact", [
    ["SLEEP", "0"],
    ["SET-ACTIVE-EXPIRE", "1"],
    ["OBJECT", "no such key"],
    ["NOSUCH"],
  ]),
  fixed("SHUTDOWN", 1, "exact", [["ABORT"], ["BAD"], ["SAVE", "NOSAVE"], ["NOSAVE", "ABORT"]]),
  fixed("NOSUCH", 2, "exact", [
    [],
    ["a", "b"],
    ["two words", "line\r\nbreak"],
    ["x".repeat(200), "y"],
    ["x".repeat(60), "y".repeat(60), "z".repeat(60)],
  ]),
  fixed("", 1, "exact", [[], ["arg"]]),
  fixed("N".repeat(200), 1, "exact", [["arg"]]),
  fixed("NO\r\nSUCH'`", 1, "exact", [["arg"]]),
];

function commandInfo(): Part[][] {
  const names =
    "append decr decrby get getdel getex getrange getset incr incrby incrbyfloat lcs mget mset msetnx psetex set " +
    "setex setnx setrange strlen substr del unlink exists touch type expire pexpire expireat pexpireat ttl pttl " +
    "expiretime pexpiretime persist rename renamenx copy move swapdb keys scan randomkey dbsize flushdb flushall " +
    "ping echo hello select quit reset auth info time shutdown";
  return names.split(" ").map((name) => ["INFO", name]);
}
