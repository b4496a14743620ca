/** MULTI, EXEC, DISCARD, WATCH and UNWATCH: every client sees what it would see of redis-server. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { startRedis } from "../support/redis.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";
import { play } from "./support/scenario.ts";

const SCENARIOS: Record<string, string[]> = {
  "requests are queued and run in a row": [
    "a: MULTI",
    "a: SET k 1",
    "a: INCR k",
    "b: GET k",
    "a: GET k",
    "a: EXEC",
    "b: GET k",
  ],
  "an empty transaction": ["a: MULTI", "a: EXEC", "a: EXEC", "a: DISCARD"],
  "DISCARD forgets them": ["a: MULTI", "a: SET k 1", "a: DISCARD", "a: GET k", "a: DISCARD"],
  "MULTI within MULTI is an error that spoils nothing": [
    "a: MULTI",
    "a: MULTI",
    "a: SET k 1",
    "a: EXEC",
    "a: GET k",
  ],
  "WATCH within MULTI is an error that spoils nothing": ["a: MULTI", "a: WATCH k", "a: PING", "a: EXEC"],
  "an unknown command aborts": ["a: MULTI", "a: SET k 1", "a: NOSUCH k", "a: SET k 2", "a: EXEC", "a: GET k"],
  "a wrong number of arguments aborts": ["a: MULTI", "a: GET", "a: PING", "a: EXEC", "a: EXEC"],
  "an error when it runs aborts nothing": [
    "a: SET k text",
    "a: MULTI",
    "a: HSET k f v",
    "a: SET other 1",
    "a: EXEC",
    "a: GET other",
  ],
  "a watched key that another client changes": [
    "a: SET k 1",
    "a: WATCH k",
    "b: SET k 2",
    "a: MULTI",
    "a: SET k 3",
    "a: EXEC",
    "a: GET k",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "a watched key that its own client changes": [
    "a: WATCH k",
    "a: SET k 1",
    "a: MULTI",
    "a: GET k",
    "a: EXEC",
  ],
  "a watched key that nobody changes": ["a: WATCH k other", "b: GET k", "a: MULTI", "a: PING", "a: EXEC"],
  "one of several watched keys": ["a: WATCH x y z", "b: HSET y f v", "a: MULTI", "a: PING", "a: EXEC"],
  "a key that is deleted": ["a: SET k 1", "a: WATCH k", "b: DEL k", "a: MULTI", "a: PING", "a: EXEC"],
  "a missing key that DEL does not find": ["a: WATCH k", "b: DEL k x", "a: MULTI", "a: PING", "a: EXEC"],
  "a key of another database": ["a: WATCH k", "b: SELECT 1", "b: SET k 1", "a: MULTI", "a: PING", "a: EXEC"],
  "a key that is renamed away": [
    "a: SET k 1",
    "a: WATCH k",
    "b: RENAME k x",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "a key that another is renamed to": [
    "a: SET x 1",
    "a: WATCH k",
    "b: RENAME x k",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "a key that is copied": ["a: SET k 1", "a: WATCH k", "b: COPY k x", "a: MULTI", "a: PING", "a: EXEC"],
  "a key that gets an expire time": [
    "a: SET k 1",
    "a: WATCH k",
    "b: EXPIRE k 1000",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "an expire time that is taken away": [
    "a: SET k 1 EX 100",
    "a: WATCH k",
    "b: PERSIST k",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "an expire time that is not there to be taken away": [
    "a: SET k 1",
    "a: WATCH k",
    "b: PERSIST k",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "a touch is no change": ["a: SET k 1", "a: WATCH k", "b: TOUCH k", "a: MULTI", "a: PING", "a: EXEC"],
  "SETNX that does nothing is no change": [
    "a: SET k 1",
    "a: WATCH k",
    "b: SETNX k 2",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "MSETNX that does nothing is no change": [
    "a: SET k 1",
    "a: WATCH k x",
    "b: MSETNX k 2 x 3",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "HDEL of a missing field is no change": [
    "a: HSET k f v",
    "a: WATCH k",
    "b: HDEL k g",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "HDEL of the last field": ["a: HSET k f v", "a: WATCH k", "b: HDEL k f", "a: MULTI", "a: PING", "a: EXEC"],
  "FLUSHALL of a database with the key": [
    "a: SET k 1",
    "a: WATCH k",
    "b: FLUSHALL",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "FLUSHDB of a database without the key": ["a: WATCH k", "b: FLUSHDB", "a: MULTI", "a: PING", "a: EXEC"],
  "FLUSHDB of another database": [
    "a: SET k 1",
    "a: WATCH k",
    "b: SELECT 1",
    "b: FLUSHDB",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "SWAPDB with the key here": ["a: SET k 1", "a: WATCH k", "b: SWAPDB 0 1", "a: MULTI", "a: PING", "a: EXEC"],
  "SWAPDB with the key there": [
    "b: SELECT 1",
    "b: SET k 1",
    "a: WATCH k",
    "b: SWAPDB 0 1",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "SWAPDB with the key nowhere": ["a: WATCH k", "b: SWAPDB 0 1", "a: MULTI", "a: PING", "a: EXEC"],
  "SWAPDB of other databases": [
    "a: SET k 1",
    "a: WATCH k",
    "b: SWAPDB 1 2",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "a key that has expired": [
    "a: SET k 1",
    "a: WATCH k",
    "b: PEXPIREAT k 1",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  UNWATCH: ["a: WATCH k", "b: SET k 1", "a: UNWATCH", "a: MULTI", "a: PING", "a: EXEC"],
  "UNWATCH is queued within MULTI": ["a: WATCH k", "b: SET k 1", "a: MULTI", "a: UNWATCH", "a: EXEC"],
  "DISCARD forgets watched keys": [
    "a: WATCH k",
    "a: MULTI",
    "a: DISCARD",
    "b: SET k 1",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "RESET ends a transaction": [
    "a: WATCH k",
    "a: MULTI",
    "a: RESET",
    "b: SET k 1",
    "a: EXEC",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "QUIT ends a transaction": ["a: MULTI", "a: SET k 1", "a: QUIT", "b: GET k"],
  "two clients watch one key": [
    "a: WATCH k",
    "b: WATCH k",
    "a: MULTI",
    "a: INCR k",
    "b: MULTI",
    "b: INCR k",
    "a: EXEC",
    "b: EXEC",
    "a: GET k",
  ],
  "a watcher that goes": ["a: WATCH k", "a: (goes)", "b: SET k 1", "b: GET k"],
  "SELECT within a transaction": ["a: MULTI", "a: SELECT 1", "a: SET k 1", "a: EXEC", "a: GET k", "b: GET k"],
  "memory is full when a request is queued": [
    "b: SET filler x",
    "a: MULTI",
    "b: CONFIG SET maxmemory 1",
    "a: SET k 1",
    "b: CONFIG SET maxmemory 0",
    "a: EXEC",
  ],
  "memory is full when EXEC comes": [
    "b: SET filler x",
    "a: MULTI",
    "a: SET k 1",
    "b: CONFIG SET maxmemory 1",
    "a: EXEC",
    "b: CONFIG SET maxmemory 0",
    "a: GET k",
  ],
  "the shapes of RESP3": [
    "a: HSET h f v",
    "b: SET k 1",
    "a: MULTI",
    "a: HGETALL h",
    "a: GET none",
    "a: EXEC",
    "a: WATCH k",
    "b: SET k 2",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "a command that is not allowed in a transaction": ["a: MULTI", "a: SHUTDOWN", "a: PING", "a: EXEC"],
};

describeWith(["redis-server"], "transactions", () => {
  let redis: ServerProcess;
  let openkv: ServerProcess;

  beforeAll(async () => {
    [redis, openkv] = await Promise.all([startRedis(), startOpenKV()]);
  });

  afterAll(async () => {
    await Promise.all([redis?.stop(), openkv?.stop()]);
  });

  for (const [name, steps] of Object.entries(SCENARIOS)) {
    test(name, async () => {
      const expected = await play(redis.port, steps);
      expect(Object.values(expected).flat()).not.toContain("silent");
      expect(await play(openkv.port, steps)).toEqual(expected);
    });
  }

  test("the shapes of RESP3, spoken", async () => {
    const steps = ["a: HELLO 3", ...(SCENARIOS["the shapes of RESP3"] as string[])];
    const [expected, actual] = [await play(redis.port, steps), await play(openkv.port, steps)];
    // The first reply describes the server.
    for (const outcome of [expected, actual]) outcome.a?.shift();
    expect(actual).toEqual(expected);
  });
});
