/** Commands that wait for a key: every client sees what it would see of redis-server, in the same order. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { startRedis } from "../support/redis.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";
import { play } from "./support/scenario.ts";

/** What DUMP replies for the list of "1" and "2". */
const LIST_DUMP = String.raw`\x12\x01\x02\x0b\x0b\x00\x00\x00\x02\x00\x01\x01\x02\x01\xff\x0a\x00\xdd\xe7\x1a(\xae9\x1b\x98`;

const SCENARIOS: Record<string, string[]> = {
  "nothing to wait for": ["a: RPUSH k 1 2", "a: BLPOP k 0", "a: BRPOP none k 0", "a: EXISTS k"],
  "BLPOP gets what comes": ["a: BLPOP k 0 &", "b: RPUSH k 1 2 3", "a: (reads)", "b: LRANGE k 0 -1"],
  "BRPOP gets what comes": ["a: BRPOP k 0 &", "b: RPUSH k 1 2 3", "a: (reads)", "b: LRANGE k 0 -1"],
  "first come, first served": [
    "a: BLPOP k 0 &",
    "b: BLPOP k 0 &",
    "c: BRPOP k 0 &",
    "d: RPUSH k 1 2 3 4",
    "d: LRANGE k 0 -1",
  ],
  "one element serves one client": [
    "a: BLPOP k 0 &",
    "b: BLPOP k 0 &",
    "c: RPUSH k 1",
    "a: (reads)",
    "c: RPUSH k 2",
  ],
  "several keys": ["a: BLPOP x y z 0 &", "b: RPUSH y 1", "b: EXISTS y"],
  "the same key several times": ["a: BLPOP k k k 0 &", "b: RPUSH k 1 2", "a: (reads)", "b: LRANGE k 0 -1"],
  "the first key that has come in a transaction": [
    "a: BLPOP x y 0 &",
    "b: MULTI",
    "b: RPUSH y 1",
    "b: RPUSH x 2",
    "b: EXEC",
    "a: (reads)",
    "b: LRANGE x 0 -1",
    "b: LRANGE y 0 -1",
  ],
  "a key that is gone when the transaction ends": [
    "a: BLPOP k 0 &",
    "b: MULTI",
    "b: RPUSH k 1",
    "b: DEL k",
    "b: EXEC",
    "b: RPUSH k 2",
  ],
  "a key of another type is not waited for": [
    "a: BLPOP k 0 &",
    "b: SET k text",
    "b: DEL k",
    "b: RPUSH k 1",
    "a: (reads)",
  ],
  "a wrong type is an error": [
    "a: SET k text",
    "a: BLPOP k 0",
    "a: BLMOVE k x LEFT LEFT 0",
    "a: BZPOPMIN k 0",
  ],
  "the time is over": [
    "a: BLPOP k 0.01 &",
    "a: (reads)",
    "a: BRPOP k 0.001",
    "a: BLMOVE k x LEFT RIGHT 0.01",
    "a: BRPOPLPUSH k x 0.01",
    "a: BLMPOP 0.01 1 k LEFT",
    "a: BZPOPMIN k 0.01",
    "a: BZPOPMAX k 0.01",
    "a: BZMPOP 0.01 1 k MIN",
    "b: PING",
  ],
  "times that are none": [
    "a: BLPOP k -1",
    "a: BLPOP k x",
    "a: BLPOP k -0.0001 &",
    "b: RPUSH k 1",
    "a: BLPOP k inf",
    "a: BLPOP k 9223372036854775807",
    "a: BLPOP k nan",
    "a: BLMOVE k x LEFT LEFT -1",
    "a: BLMPOP x 1 k LEFT",
  ],
  "nobody waits within a transaction": [
    "a: MULTI",
    "a: BLPOP k 0",
    "a: BLMOVE k x LEFT LEFT 0",
    "a: BRPOPLPUSH k x 0",
    "a: BLMPOP 0 1 k LEFT",
    "a: BZPOPMIN k 0",
    "a: BZMPOP 0 1 k MAX",
    "a: EXEC",
  ],
  "requests behind one that waits": [
    "a: BLPOP k 0 &",
    "b: RPUSH k 1 2",
    "a: LLEN k",
    "a: BLPOP k 0",
    "a: PING",
  ],
  "BLMOVE moves what comes": [
    "a: BLMOVE k x LEFT RIGHT 0 &",
    "b: RPUSH k 1 2",
    "a: (reads)",
    "b: LRANGE k 0 -1",
    "b: LRANGE x 0 -1",
  ],
  "BLMOVE to a wrong type leaves the element": [
    "b: SET x text",
    "a: BLMOVE k x LEFT RIGHT 0 &",
    "b: RPUSH k 1",
    "a: (reads)",
    "b: LRANGE k 0 -1",
  ],
  "a chain of BLMOVEs": [
    "a: BLMOVE x y RIGHT LEFT 0 &",
    "b: BLMOVE y z RIGHT LEFT 0 &",
    "c: RPUSH x 1",
    "a: (reads)",
    "b: (reads)",
    "c: LRANGE z 0 -1",
    "c: EXISTS x y",
  ],
  "a circle of BRPOPLPUSHes": [
    "a: BRPOPLPUSH x y 0 &",
    "b: BRPOPLPUSH y x 0 &",
    "c: RPUSH x 1",
    "a: (reads)",
    "b: (reads)",
    "c: LRANGE x 0 -1",
    "c: LRANGE y 0 -1",
  ],
  "BRPOPLPUSH to itself": ["a: BRPOPLPUSH k k 0 &", "b: RPUSH k 1 2 3", "a: (reads)", "b: LRANGE k 0 -1"],
  "who waits for several lists in BLMPOP": [
    "a: BLMPOP 0 2 x y LEFT COUNT 2 &",
    "b: RPUSH y 1 2 3",
    "a: (reads)",
    "b: LRANGE y 0 -1",
  ],
  "a key that comes by RENAME, COPY, MOVE and SWAPDB": [
    "b: RPUSH x 1",
    "a: BLPOP k 0 &",
    "b: RENAME x k",
    "a: (reads)",
    "b: RPUSH x 2",
    "a: BLPOP k 0 &",
    "b: COPY x k",
    "a: (reads)",
    "b: SELECT 1",
    "b: RPUSH k 3",
    "a: BLPOP k 0 &",
    "b: MOVE k 0",
    "a: (reads)",
    "b: RPUSH k 4",
    "a: BLPOP k 0 &",
    "b: SWAPDB 0 1",
    "a: (reads)",
  ],
  "a list that comes in place of another value": [
    "a: BLPOP k 0 &",
    "b: SET k text",
    "b: RPUSH x 1",
    "b: RENAME x k",
    "a: (reads)",
    "a: BLPOP k 0 &",
    "b: ZADD k 1 m",
    "b: RPUSH x 2",
    "b: COPY x k REPLACE",
    "a: (reads)",
  ],
  "a sorted set that comes in place of a string": [
    "a: BZPOPMIN k 0 &",
    "b: SET k text",
    "b: ZADD x 1 m",
    "b: RENAME x k",
    "a: (reads)",
  ],
  "a key that comes by SORT": ["a: BLPOP k 0 &", "b: RPUSH x 3 1 2", "b: SORT x STORE k", "a: (reads)"],
  "a key that comes by RESTORE": [
    "a: BLPOP k 0 &",
    `b: RESTORE k 0 "${LIST_DUMP}"`,
    "a: (reads)",
    "b: DEL k",
    "a: BLPOP k 0 &",
    "b: SET k text",
    `b: RESTORE k 0 "${LIST_DUMP}" REPLACE`,
    "a: (reads)",
  ],
  "keys that come by ZUNIONSTORE, ZRANGESTORE and GEOSEARCHSTORE": [
    "b: GEOADD x 1 1 m",
    "a: BZPOPMIN k 0 &",
    "b: ZUNIONSTORE k 1 x WEIGHTS 0",
    "a: (reads)",
    "a: BZPOPMIN k 0 &",
    "b: ZRANGESTORE k x 0 -1",
    "a: (reads)",
    "a: BZPOPMIN k 0 &",
    "b: GEOSEARCHSTORE k x FROMLONLAT 1 1 BYRADIUS 1 km",
    "a: (reads)",
  ],
  "members of a sorted set: first come, first served": [
    "a: BZPOPMIN z 0 &",
    "b: BZPOPMAX x z 0 &",
    "c: BZMPOP 0 2 x z MIN COUNT 2 &",
    "d: ZADD z 1 a 2 b 3 c 4 d 5 e",
    "a: (reads)",
    "b: (reads)",
    "c: (reads)",
    "d: ZRANGE z 0 -1",
  ],
  "a list is no sorted set to wait for": [
    "a: BZPOPMAX k 0 &",
    "b: RPUSH k 1",
    "b: DEL k",
    "b: ZADD k 1 m 2 n",
    "a: (reads)",
    "b: ZRANGE k 0 -1",
  ],
  "FLUSHALL ends no waiting": ["a: BLPOP k 0 &", "b: FLUSHALL", "b: RPUSH k 1", "a: (reads)"],
  "CLIENT UNBLOCK": [
    "a: BLPOP k 0 &",
    "b: CLIENT UNBLOCK $a",
    "a: (reads)",
    "a: BLPOP k 0 &",
    "b: CLIENT UNBLOCK $a ERROR",
    "b: CLIENT UNBLOCK $a",
    "b: CLIENT UNBLOCK $a TIMEOUT",
    "b: CLIENT UNBLOCK $b",
    "b: CLIENT UNBLOCK 999999",
    "b: CLIENT UNBLOCK x",
    "b: RPUSH k 1",
    "a: (reads)",
    "a: LLEN k",
  ],
  "CLIENT UNBLOCK of every command": [
    "BLMOVE k x LEFT LEFT 0",
    "BRPOPLPUSH k x 0",
    "BLMPOP 0 1 k LEFT",
    "BRPOP k 0",
    "BZPOPMIN k 0",
    "BZPOPMAX k 0",
    "BZMPOP 0 1 k MIN",
  ].flatMap((request) => [`a: ${request} &`, "b: CLIENT UNBLOCK $a TIMEOUT", "a: (reads)"]),
  "CLIENT UNBLOCK of a client with further requests": [
    "a: BLPOP k 0 &",
    "a: PING 1 ~",
    "a: BLPOP k 0 ~",
    "a: PING 2 ~",
    "b: CLIENT UNBLOCK $a ERROR",
    "b: RPUSH k 1",
    "a: (reads)",
  ],
  "CLIENT UNBLOCK in a transaction, before the key comes": [
    "a: BLPOP k 0 &",
    "b: MULTI",
    "b: CLIENT UNBLOCK $a",
    "b: RPUSH k 1",
    "b: EXEC",
    "a: (reads)",
    "b: LLEN k",
  ],
  "CLIENT KILL in a transaction, before the key comes": [
    "a: BLPOP k 0 &",
    "b: MULTI",
    "b: CLIENT KILL ID $a",
    "b: RPUSH k 1",
    "b: EXEC",
    "b: LLEN k",
  ],
  "a pipeline of requests that wait": [
    "a: BLPOP k 0 &",
    "a: RPUSH other 1 ~",
    "a: BLPOP other 0 ~",
    "a: BLPOP k 0 ~",
    "b: BLPOP k 0 &",
    "c: RPUSH k 1 2 3 4",
    "a: (reads)",
    "b: (reads)",
    "c: LRANGE k 0 -1",
  ],
  "replies that are switched off": [
    "a: CLIENT REPLY OFF ~!",
    "a: BLPOP k 0 &!",
    "b: RPUSH k 1 2",
    "a: PING ~!",
    "a: CLIENT REPLY ON",
    "b: LRANGE k 0 -1",
  ],
  "a reply that is left out": [
    "a: CLIENT REPLY SKIP ~!",
    "a: BLPOP k 0 &!",
    "b: RPUSH k 1 2",
    "a: PING 1",
    "a: PING 2",
    "b: LRANGE k 0 -1",
  ],
  "who waits when a transaction ends is served then": [
    "a: BLPOP k 0 &",
    "c: BLPOP k 0 &",
    "b: MULTI",
    "b: RPUSH k 1",
    "b: LLEN k",
    "b: RPUSH k 2",
    "b: LLEN k",
    "b: EXEC",
    "a: (reads)",
    "c: (reads)",
    "b: LLEN k",
  ],
  "a chain that a transaction sets off": [
    "a: BLMOVE x y LEFT LEFT 0 &",
    "c: BLPOP y 0 &",
    "b: MULTI",
    "b: RPUSH x 1",
    "b: EXEC",
    "a: (reads)",
    "c: (reads)",
  ],
  "an element that is gone at once changes a watched key": [
    "w: WATCH k",
    "a: BLPOP k 0 &",
    "b: RPUSH k 1",
    "a: (reads)",
    "w: MULTI",
    "w: PING",
    "w: EXEC",
  ],
  "what is moved by who waits changes a watched key": [
    "w: WATCH x",
    "a: BLMOVE k x LEFT LEFT 0 &",
    "b: RPUSH k 1",
    "a: (reads)",
    "w: MULTI",
    "w: PING",
    "w: EXEC",
  ],
  "a key of another database": [
    "a: BLPOP k 0 &",
    "b: SELECT 1",
    "b: RPUSH k 1",
    "b: SELECT 0",
    "b: RPUSH k 2",
  ],
  "a client that goes is forgotten": [
    "a: BLPOP k 0 &",
    "b: BLPOP k 0 &",
    "a: (goes)",
    "d: RPUSH k 1 2",
    "b: (reads)",
    "d: LRANGE k 0 -1",
  ],
  "a sorted set comes": [
    "a: BZPOPMIN k 0 &",
    "b: BZPOPMAX k 0 &",
    "c: ZADD k 1 x 2 y 3 z",
    "a: (reads)",
    "b: (reads)",
    "c: ZRANGE k 0 -1",
  ],
  "lists and sorted sets under one name": [
    "a: BZPOPMIN k 0 &",
    "b: BLPOP k 0 &",
    "c: RPUSH k 1",
    "b: (reads)",
    "c: ZADD k 1 x",
    "a: (reads)",
  ],
  "BZMPOP takes several": [
    "a: BZMPOP 0 2 x y MAX COUNT 2 &",
    "b: ZADD y 1 a 2 b 3 c",
    "a: (reads)",
    "b: ZRANGE y 0 -1 WITHSCORES",
  ],
};

describeWith(["redis-server"], "commands that wait", () => {
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
      expect(await play(openkv.port, steps)).toEqual(await play(redis.port, steps));
    });
  }

  test("members of a sorted set in RESP3", async () => {
    const steps = [
      "a: HELLO 3",
      "a: BZPOPMIN z 0 &",
      "b: ZINCRBY z 1.5 m",
      "a: (reads)",
      "a: BZMPOP 0 1 z MAX &",
      "b: ZADD z inf m",
      "a: (reads)",
      "b: EXISTS z",
    ];
    const [expected, actual] = [await play(redis.port, steps), await play(openkv.port, steps)];
    // The first reply describes the server.
    for (const outcome of [expected, actual]) outcome.a?.shift();
    expect(expected.a?.[0]).toContain(",1.5");
    expect(actual).toEqual(expected);
  });
});
