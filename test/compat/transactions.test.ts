/** MULTI, EXEC, DISCARD, WATCH and UNWATCH: every client sees what it would see of redis-server. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { startRedis } from "../support/redis.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";
import { play } from "./support/scenario.ts";

/** For values of each type, requests that change them, and others that come near to it. */
const NEAR_CHANGES: Record<string, string[]> = {
  "SET k a": [
    'APPEND k ""',
    'SETRANGE k 0 ""',
    "SETBIT k 1 1",
    "BITFIELD k GET u8 0",
    "GETEX k",
    "GETEX k EX 100",
    "GETEX k PERSIST",
    "PERSIST k",
    "EXPIRE k 100 XX",
    "EXPIRE k -1",
    "SET k a",
  ],
  "SADD k a": ["SADD k a", "SREM k x", "SMOVE k x none", "SMOVE k k a", "SPOP k 0"],
  "RPUSH k a b": [
    "LSET k 0 a",
    "LTRIM k 0 -1",
    "LREM k 0 x",
    "LPOP k 0",
    "LMOVE k k LEFT LEFT",
    "LINSERT k BEFORE x y",
    "RPUSHX none x",
  ],
  "ZADD k 1 a": [
    "ZADD k 1 a",
    "ZADD k XX 1 x",
    "ZINCRBY k 0 a",
    "ZREM k x",
    "ZREMRANGEBYSCORE k 5 6",
    "ZPOPMIN k 0",
  ],
  "HSET k f v": ["HSET k f v", "HSETNX k f w", "HDEL k x", "HINCRBY k n 0", "RENAME k k", "RENAMENX k k"],
  "PFADD k a": ["PFADD k a", "PFADD k", "PFCOUNT k", "PFMERGE k"],
  "DEL k": [
    "SUNIONSTORE k none",
    "ZUNIONSTORE k 1 none",
    "SORT none STORE k",
    "BITOP AND k none",
    "LPUSHX k a",
    "PFADD k",
    "PFCOUNT k",
    "COPY none k",
  ],
};

/** Whether each of the requests is a change of a watched key. */
function nearChanges(setUp: string, requests: readonly string[]): string[] {
  return requests.flatMap((request) => [
    `b: ${setUp}`,
    "a: WATCH k",
    `b: ${request}`,
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ]);
}

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
  "memory is full: nothing more is queued, whatever it is": [
    "b: SET filler x",
    "a: MULTI",
    "b: CONFIG SET maxmemory 1",
    "a: GET filler",
    "a: PING",
    "a: WATCH z",
    "a: MULTI",
    "b: CONFIG SET maxmemory 0",
    "a: EXEC",
  ],
  "memory is full, and DISCARD and RESET are executed": [
    "b: SET filler x",
    "a: MULTI",
    "b: CONFIG SET maxmemory 1",
    "a: DISCARD",
    "a: MULTI",
    "a: RESET",
    "b: CONFIG SET maxmemory 0",
    "a: EXEC",
  ],
  "memory is full when EXEC comes for requests with an error": [
    "b: SET filler x",
    "a: MULTI",
    "a: SET k 1",
    "a: NOSUCH",
    "b: CONFIG SET maxmemory 1",
    "a: EXEC",
    "b: CONFIG SET maxmemory 0",
    "a: EXEC",
  ],
  "memory is full when EXEC comes after a change of a watched key": [
    "b: SET filler x",
    "a: WATCH filler",
    "b: SET filler y",
    "a: MULTI",
    "a: SET k 1",
    "b: CONFIG SET maxmemory 1",
    "a: EXEC",
    "b: CONFIG SET maxmemory 0",
    "a: EXEC",
  ],
  "EXEC with an argument ends the transaction": [
    "a: MULTI",
    "a: SET k 1",
    "a: EXEC now",
    "a: EXEC",
    "a: GET k",
    "a: EXEC now",
    "a: WATCH k",
    "b: SET k 1",
    "a: EXEC now",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "DISCARD, MULTI and WATCH with a wrong number of arguments abort": [
    "a: MULTI",
    "a: DISCARD now",
    "a: EXEC",
    "a: MULTI now",
    "a: MULTI",
    "a: MULTI now",
    "a: EXEC",
    "a: MULTI",
    "a: WATCH",
    "a: EXEC",
  ],
  "EXEC of a client that has not authenticated": [
    "b: CONFIG SET requirepass secret",
    "a: EXEC",
    "a: DISCARD",
    "a: MULTI",
    "a: AUTH secret",
    "a: MULTI",
    "a: AUTH secret",
    "a: AUTH wrong",
    "a: EXEC",
    'a: CONFIG SET requirepass ""',
  ],
  "SELECT of a database that is none": ["a: MULTI", "a: SELECT 99", "a: SELECT 3", "a: SET k 1", "a: EXEC"],
  "a watched key that expires after EXEC was queued behind": [
    "a: SET k 1",
    "a: WATCH k",
    "a: PEXPIRE k 1",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "a watched key that is missing, and stays so": [
    "a: SET k 1 PX 1",
    "b: DEBUG SLEEP 0.01",
    "a: WATCH k",
    "b: DEL k",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "SWAPDB of the same database": [
    "a: SET k 1",
    "a: WATCH k",
    "b: SWAPDB 0 0",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "FLUSHALL of a watched key that has expired": [
    "b: DEBUG SET-ACTIVE-EXPIRE 0",
    "b: SET k 1 PX 20",
    "a: WATCH k",
    "b: DEBUG SLEEP 0.03",
    "b: FLUSHALL",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
    "b: DEBUG SET-ACTIVE-EXPIRE 1",
  ],
  "FLUSHALL of a key that had expired before": [
    "b: DEBUG SET-ACTIVE-EXPIRE 0",
    "b: SET k 1 PX 1",
    "b: DEBUG SLEEP 0.01",
    "a: WATCH k",
    "b: FLUSHALL",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
    "b: DEBUG SET-ACTIVE-EXPIRE 1",
  ],
  "SWAPDB with the key in both": [
    "a: SET k 1",
    "b: SELECT 1",
    "b: SET k 1",
    "a: WATCH k",
    "b: SWAPDB 1 0",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "SWAPDB, watched from the other side": [
    "b: SELECT 1",
    "b: SET k 1",
    "a: SELECT 1",
    "a: WATCH k",
    "b: SWAPDB 0 1",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
  ],
  "SWAPDB brings a key that has expired": [
    "b: SELECT 1",
    "b: SET k 1 PX 1",
    "b: DEBUG SET-ACTIVE-EXPIRE 0",
    "b: DEBUG SLEEP 0.01",
    "a: WATCH k",
    "b: SWAPDB 0 1",
    "a: MULTI",
    "a: PING",
    "a: EXEC",
    "b: DEBUG SET-ACTIVE-EXPIRE 1",
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
    const args = ["--enable-debug-command", "yes"];
    [redis, openkv] = await Promise.all([startRedis({ args }), startOpenKV({ args })]);
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

  for (const [setUp, requests] of Object.entries(NEAR_CHANGES)) {
    test(`what changes a watched key after ${setUp}, and what does not`, async () => {
      const steps = nearChanges(setUp, requests);
      expect(await play(openkv.port, steps)).toEqual(await play(redis.port, steps));
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
