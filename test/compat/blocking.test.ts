/** Commands that wait for a key: every client sees what it would see of redis-server, in the same order. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { startRedis } from "../support/redis.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";
import { play } from "./support/scenario.ts";

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
});
