/**
 * Requests in a row of one command on one key may be executed together. Whatever stands between them and around them,
 * it must come to the same as one at a time: replies, dataset, and what is counted.
 */

import { expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import type { AccessClock } from "../../src/store/access.ts";
import { encodeCommand } from "../support/raw-client.ts";
import { testSeed } from "../support/seed.ts";
import { SocketlessServer } from "../support/socketless-server.ts";

const KEYS = ["queue", "other", "k"];
const SORTED_SET = "sorted";
/** Two of these in a row make a list linked, and three a chunk of it. */
const LONG = 3000;

/** Commands that are executed together, in all forms, and what they have to take notice of. Some elements are long. */
function randomWords(random: Random, oneLongIn: number, hasSets: boolean): string[] {
  const key = KEYS[random.below(KEYS.length)];
  const end = random.below(2) === 0 ? "L" : "R";
  switch (random.below(24)) {
    case 0:
      return ["PING", "message"];
    case 1:
      return [`${end}PUSH`, key, "a", "b"];
    case 2:
      return [`${end}PUSHX`, key, "x"];
    case 3:
      return [`${end}POP`, key, String(random.below(4))];
    case 4:
      return ["LRANGE", key, "0", "3"];
    case 5:
      return random.below(4) === 0 ? ["DEL", key] : ["LLEN", key];
    case 6:
      return random.below(4) === 0 ? ["SET", key, "text"] : ["TYPE", key];
    case 7:
      return ["CLIENT", "REPLY", ["SKIP", "OFF", "ON", "ON"][random.below(4)]];
    case 8:
      return ["CLIENT", "NO-TOUCH", random.below(2) === 0 ? "ON" : "OFF"];
    case 9:
      return ["CONFIG", "SET", "maxmemory", random.below(2) === 0 && !hasSets ? "40kb" : "0"];
    case 10:
      return [["MULTI"], ["EXEC"], ["WATCH", key], ["SELECT", "1"], ["SELECT", "0"]][random.below(5)];
    case 11:
      return random.below(3) === 0 ? ["BLPOP", key, "0"] : ["PEXPIRE", key, "100000"];
    case 12:
      return ["PING", "a", "b"];
    default:
      switch (random.below(hasSets ? 8 : 6)) {
        case 0:
          return ["PING"];
        case 1:
        case 2:
          return [`${end}POP`, key];
        case 6:
          return [end === "L" ? "ZPOPMIN" : "ZPOPMAX", SORTED_SET];
        case 7:
          return ["ZADD", random.below(8) === 0 ? key : SORTED_SET, ...manyMembers(random)];
        default:
          return [
            `${end}PUSH`,
            key,
            random.below(oneLongIn) === 0 ? "v".repeat(random.below(LONG)) : `${random.below(99)}`,
          ];
      }
  }
}

/** Members with their scores: so many, or so long, that the set is linked. */
function manyMembers(random: Random): string[] {
  const first = random.below(1000);
  return Array.from({ length: 40 }, (_, i) => [`${random.below(50)}`, `${first + i}`.padEnd(70)]).flat();
}

/** Each request some times in a row. */
function randomPipeline(random: Random, oneLongIn: number, hasSets: boolean): string[][] {
  const requests: string[][] = [];
  for (let left = 1 + random.below(8); left > 0; left--) {
    const words = randomWords(random, oneLongIn, hasSets);
    const times = 1 + random.below([1, 8, 200][random.below(3)]);
    for (let i = 0; i < times; i++) {
      // Some differ in what is pushed, and all in what comes after the key.
      const isPush = words.length === 3 && words[0].endsWith("PUSH");
      requests.push(isPush && random.below(2) === 0 ? [words[0], words[1], `${words[2]}:${i}`] : words);
    }
  }
  return requests;
}

/** Without how often a client that waits for a key is not read from. */
function repliesOf({ outputs }: SocketlessServer): string[] {
  return outputs.map((output) => output.replaceAll(/<(?:pause|resume)>/g, ""));
}

/** Returns how often an entry was accessed since. */
function countAccesses(clock: AccessClock): () => number {
  let accesses = 0;
  const touched = clock.touched.bind(clock);
  clock.touched = (access) => {
    accesses++;
    return touched(access);
  };
  return () => accesses;
}

/** What is counted, beside the dataset. */
function counters({ server }: SocketlessServer): unknown {
  const calls = server.ctx.commands.all.map(({ fullName, calls, failed, rejected, untimedCalls }) => {
    return [fullName, calls, failed, rejected, untimedCalls];
  });
  const { dirty, hits, misses } = server.keyspace;
  return { calls, dirty, hits, misses, processed: server.ctx.commandsProcessed };
}

/** Work that is planned for later turns has been done. */
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

test("requests in a row are answered, stored and counted the same together and one at a time", async () => {
  const random = new Random(testSeed("runs"));
  let inRuns = 0;
  for (let game = 0; game < 40; game++) {
    const servers = [new SocketlessServer(3), new SocketlessServer(3)] as const;
    const [together, apart] = servers;
    const oneLongIn = 1 + random.below(8);
    const hasSets = game % 2 === 1;
    const accesses = servers.map(({ server }) => countAccesses(server.keyspace.access));
    const { ctx } = together.server;
    const countAccess = ctx.countAccess.bind(ctx);
    ctx.countAccess = (entry) => {
      inRuns++;
      countAccess(entry);
    };
    for (let turn = 0; turn < 30; turn++) {
      const client = random.below(3);
      const requests = randomPipeline(random, oneLongIn, hasSets).map((words) => encodeCommand(words));
      together.together([[client, Buffer.concat(requests)]]);
      apart.apart(requests.map((request) => [client, request] as const));
      await later();
      for (const { server } of servers) server.endTurn();
      expect(repliesOf(together)).toEqual(repliesOf(apart));
      expect(counters(together)).toEqual(counters(apart));
      expect(accesses[0]()).toBe(accesses[1]());
      // How much memory a table takes depends on the server's own secret.
      if (!hasSets) expect(together.server.keyspace.usedBytes).toBe(apart.server.keyspace.usedBytes);
    }
    for (const { server } of servers) server.stopNow();
  }
  expect(inRuns).toBeGreaterThan(1000);
}, 60_000);

test("requests in a row wait while writing is paused", async () => {
  const bench = new SocketlessServer(2);
  const push = encodeCommand(["RPUSH", "queue", "v".repeat(200)]);
  const pushes = Buffer.concat(Array.from({ length: 100 }, () => push));
  bench.together([[0, pushes]]);
  bench.outputs[0] = "";
  bench.together([
    [1, Buffer.from("CLIENT PAUSE 100000 WRITE\r\n")],
    [0, pushes],
  ]);
  expect(bench.outputs).toEqual(["<pause>", "+OK\r\n"]);
  bench.together([[1, encodeCommand(["CLIENT", "UNPAUSE"])]]);
  await later();
  bench.server.endTurn();
  expect(bench.outputs[0]).toEndWith(":199\r\n:200\r\n");
  bench.server.stopNow();
});

test.each(["PING", "RPUSH queue job", "LPOP queue"])(
  "of requests in a row behind the end of the server one is answered: %s",
  (request) => {
    const bench = new SocketlessServer(2);
    bench.together([[1, encodeCommand(["RPUSH", "queue", ..."abcdefghij", "v".repeat(2000)])]]);
    bench.outputs[1] = "";
    const requests = Buffer.concat(Array.from({ length: 500 }, () => encodeCommand(request.split(" "))));
    bench.together([
      [0, encodeCommand(["SHUTDOWN", "NOSAVE"])],
      [1, requests],
    ]);
    expect(bench.outputs[1]).toEndWith("<end>");
    expect(bench.outputs[1].split("\r\n").length).toBeLessThan(4);
    bench.server.stopNow();
  },
);

test("replies to a long row of requests leave bit by bit", () => {
  const bench = new SocketlessServer(1);
  const { reply } = bench.server;
  let longest = 0;
  const pong = reply.pong.bind(reply);
  reply.pong = () => {
    pong();
    longest = Math.max(longest, reply.length);
  };
  const count = 290_000;
  bench.together([[0, Buffer.concat(Array.from({ length: count }, () => encodeCommand(["PING"])))]]);
  expect(bench.outputs[0].length).toBe(count * "+PONG\r\n".length);
  expect(longest).toBeLessThan(300_000);
});
