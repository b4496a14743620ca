/** When the poller waits, when it goes on, and when it leaves things to the event loop; and that it mixes nothing up. */

import { describe, expect, test } from "bun:test";
import type { ClientSocket } from "../../src/server/client-socket.ts";
import type { Connection } from "../../src/server/connection.ts";
import type { Epoll } from "../../src/server/epoll.ts";
import type { PolledSocket } from "../../src/server/polled-socket.ts";
import { type PolledServer, Poller } from "../../src/server/poller.ts";
import type { Round } from "../../src/server/round.ts";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";

const BUFFER_BYTES = 1000;
const LISTENER = 3;
const REFUSED = 7;

/** What a descriptor has: so many bytes (none or less after all), its end, or room to be written to. */
type Report = readonly [descriptor: number, what: number | "ended" | "writable"];

/** A kernel that reports what it is told, turn by turn, and then nothing. */
class FakeEpoll {
  readonly received = Buffer.alloc(BUFFER_BYTES);
  readonly waits: number[] = [];
  readonly log: string[] = [];
  /** How many bytes the next sends take. */
  takes: number[] = [];
  private reports: readonly Report[] = [];

  constructor(readonly turns: (readonly Report[])[] = []) {}

  add(descriptor: number): boolean {
    this.log.push(`add ${descriptor}`);
    return descriptor !== REFUSED;
  }
  change(descriptor: number, readable: boolean, writable: boolean): void {
    this.log.push(`change ${descriptor}${readable ? " readable" : ""}${writable ? " writable" : ""}`);
  }
  remove(descriptor: number): void {
    this.log.push(`remove ${descriptor}`);
  }
  wait(ms: number): number {
    this.waits.push(ms);
    this.reports = this.turns.shift() ?? [];
    return this.reports.length;
  }
  nap(): void {
    this.log.push("nap");
  }
  descriptorAt(i: number): number {
    return this.reports[i][0];
  }
  isPlainAt(i: number): boolean {
    return typeof this.reports[i][1] === "number";
  }
  isEndedAt(i: number): boolean {
    return this.reports[i][1] === "ended";
  }
  /** Where what was received lies. */
  readonly places: number[] = [];
  receive(descriptor: number, at: number): number {
    this.places.push(at);
    const report = this.reports.find(([of]) => of === descriptor) as Report;
    return report[1] as number;
  }
  send(descriptor: number, bytes: Buffer, at: number, length: number): number {
    const taken = this.takes.shift() ?? length;
    this.log.push(`send ${descriptor} ${bytes.toString("latin1", at, at + taken)}`);
    return taken;
  }
}

/** A round that is full with this many bytes. */
const FULL_BYTES = 500;

class FakeRound {
  chunks: [Connection, number][] = [];

  get end(): number {
    return this.chunks.reduce((sum, [, length]) => sum + length, 0);
  }
  get full(): boolean {
    return this.end >= FULL_BYTES;
  }
  add(connection: Connection, length: number): void {
    this.chunks.push([connection, length]);
  }
}

/** A server that executes as many requests as a chunk has bytes. */
class FakeServer implements PolledServer {
  hasPlannedWork = false;
  hasExactTimers = false;
  turnBeganMs = 0;
  requests = 0;
  readonly log: string[] = [];
  /** What a chunk takes. */
  chunkMs = 0;

  execute(round: Round): void {
    const fake = round as unknown as FakeRound;
    for (const [connection, length] of fake.chunks) {
      this.turnBeganMs += this.chunkMs;
      this.requests += length;
      this.log.push(`${connection} ${length}`);
    }
    fake.chunks = [];
  }
  endTurn(): void {
    this.log.push("end");
  }
}

class FakeSocket implements ClientSocket {
  readonly log: string[] = [];
  takes = Number.POSITIVE_INFINITY;

  write(bytes: Buffer, at: number, length: number): number {
    this.log.push(`write ${bytes.toString("latin1", at, at + length)}`);
    return Math.min(this.takes, length);
  }
  pause(): void {
    this.log.push("pause");
  }
  resume(): void {
    this.log.push("resume");
  }
  end(): void {
    this.log.push("end");
  }
  close(): void {
    this.log.push("close");
  }
}

/** A poller with two connections: `a` on descriptor 5, `b` on 6. */
function newPoller(...turns: (readonly Report[])[]) {
  const server = new FakeServer();
  const epoll = new FakeEpoll(turns);
  const poller = new Poller(server, epoll as unknown as Epoll, new FakeRound() as unknown as Round);
  const bun = new FakeSocket();
  const [a, b] = [5, 6].map((descriptor) => poller.open(bun, descriptor) as PolledSocket);
  a.connection = "a" as unknown as Connection;
  b.connection = "b" as unknown as Connection;
  epoll.log.length = 0;
  return { server, epoll, poller, bun, a, b };
}

/** So many looks, and the wait that follows when they were in vain. */
function looks(count: number, ms: number): number[] {
  return [...Array(count).fill(0), ms];
}

describe("the poller", () => {
  test("serves as long as something comes, turn by turn", () => {
    const { server, poller } = newPoller(
      [
        [5, 7],
        [6, 8],
      ],
      [[6, 9]],
    );
    expect(poller.run()).toBe(false);
    expect(server.log).toEqual(["a 7", "b 8", "end", "b 9", "end"]);
    expect(poller.running).toBe(false);
  });

  test("looks some times before it sleeps, more often after many requests", () => {
    const one = newPoller();
    expect(one.poller.run()).toBe(false);
    expect(one.epoll.waits).toEqual(looks(16, 10));
    const many = newPoller([[5, 10]], [[5, 500]]);
    many.poller.run();
    expect(many.epoll.waits).toEqual([0, 0, ...looks(64, 10)]);
  });

  test("sleeps for a millisecond only while a timer has to be exact, and not at all while work waits", () => {
    const { server, epoll, poller } = newPoller();
    server.hasExactTimers = true;
    poller.run();
    expect(epoll.waits).toEqual(looks(16, 1));
    epoll.waits.length = 0;
    server.hasPlannedWork = true;
    expect(poller.run()).toBe(false);
    expect(epoll.waits).toEqual([0]);
  });

  test.each<[string, Report]>([
    ["a new client", [LISTENER, 1]],
    ["an end", [5, "ended"]],
    ["nothing to be read after all", [5, 0]],
    ["a socket that takes bytes again", [5, "writable"]],
    ["more than one read takes", [5, BUFFER_BYTES]],
  ])("lets the event loop go on at once for %s", (_what, report) => {
    const { epoll, poller, server } = newPoller([report, [6, 1]], [[6, 2]]);
    expect(poller.run()).toBe(true);
    // Reported again: what may be there still, but not what would be for ever.
    const isRenewed = report[1] === "writable" || report[1] === BUFFER_BYTES;
    expect(epoll.log).toEqual(isRenewed ? ["change 5 readable"] : []);
    expect(server.log).toContain("b 1");
    expect(server.log).not.toContain("b 2");
  });

  test("does not keep the event loop from finding an end after the last bytes", () => {
    const { epoll, poller } = newPoller([[5, "ended"]]);
    expect([poller.run(), poller.run(), poller.run()]).toEqual([true, false, false]);
    expect(epoll.waits).toEqual([0, 0, ...looks(16, 10)]);
  });

  test("lets the event loop go on when work was planned, or when its time is over", () => {
    const turns = () => Array.from({ length: 20 }, (): Report[] => [[5, 1]]);
    const planned = newPoller(...turns());
    planned.server.hasPlannedWork = true;
    expect(planned.poller.run()).toBe(true);
    expect(planned.server.log).toEqual(["a 1", "end"]);
    const long = newPoller(...turns());
    long.server.chunkMs = 3;
    expect(long.poller.run()).toBe(true);
    expect(long.server.log.filter((line) => line === "end")).toHaveLength(3);
    const exact = newPoller(...turns());
    exact.server.chunkMs = 1;
    exact.server.hasExactTimers = true;
    expect(exact.poller.run()).toBe(true);
    expect(exact.server.log.filter((line) => line === "end")).toHaveLength(1);
  });

  test("serves no socket that has left, also in the middle of a turn", () => {
    const { server, poller, b } = newPoller([
      [5, FULL_BYTES],
      [6, 2],
    ]);
    const { execute } = server;
    server.execute = (round) => {
      execute.call(server, round);
      b.close();
    };
    expect(poller.run()).toBe(true);
    expect(server.log).toEqual([`a ${FULL_BYTES}`, "end"]);
  });

  /** A poller that has served 40 clients in turn, which were reported one by one, and what comes then. */
  function newCrowd(...turns: (readonly Report[])[]) {
    const crowd = newPoller();
    const descriptors = Array.from({ length: 40 }, (_, i) => 100 + i);
    for (const descriptor of descriptors) {
      const socket = crowd.poller.open(crowd.bun, descriptor) as PolledSocket;
      socket.connection = String(descriptor) as unknown as Connection;
    }
    for (let round = 0; round < 10; round++)
      for (const descriptor of descriptors) crowd.epoll.turns.push([[descriptor, 1]]);
    crowd.poller.run();
    // Whatever it has waited for in vain is long ago.
    crowd.server.turnBeganMs = performance.now() + 1000;
    for (const log of [crowd.epoll.log, crowd.epoll.waits, crowd.server.log]) log.length = 0;
    crowd.epoll.turns.push(...turns);
    return crowd;
  }

  test("waits a moment for more when there are many clients, and serves all that have come together", () => {
    const more: Report[] = [
      [101, 1],
      [102, 1],
      [103, 1],
    ];
    const { epoll, poller, server } = newCrowd([[100, 1]], more);
    poller.run();
    expect(server.log.slice(0, 5)).toEqual(["100 1", "101 1", "102 1", "103 1", "end"]);
    // The second wait was in vain: then it sleeps as always.
    expect(epoll.log).toEqual(["nap", "nap"]);
    expect(epoll.waits).toEqual([0, 0, 0, 0, ...looks(16, 10)]);
  });

  test("does not wait when many have come already, or when the event loop has something to do", () => {
    const many = Array.from({ length: 30 }, (_, i): Report => [100 + i, 1]);
    const busy = newCrowd(many);
    busy.server.hasPlannedWork = true;
    expect(busy.poller.run()).toBe(true);
    expect(busy.epoll.log).toEqual([]);
    const leaving = newCrowd([
      [100, 1],
      [LISTENER, 1],
    ]);
    expect(leaving.poller.run()).toBe(true);
    expect(leaving.epoll.log).toEqual([]);
    const large = newCrowd([[100, FULL_BYTES]]);
    large.poller.run();
    expect(large.server.log).toEqual([`100 ${FULL_BYTES}`, "end"]);
    // For what came later, in vain.
    expect(large.epoll.log).toEqual(["nap"]);
    const crowded = newCrowd(many);
    crowded.poller.run();
    expect(crowded.server.log.indexOf("end")).toBe(30);
    expect(crowded.epoll.log).toEqual(["nap"]);
  });

  test("receives into the room that what waits to be executed leaves", () => {
    const { epoll, poller, server } = newPoller([
      [5, 300],
      [6, BUFFER_BYTES - 300],
    ]);
    expect(poller.run()).toBe(true);
    expect(server.log).toEqual(["a 300", `b ${BUFFER_BYTES - 300}`, "end"]);
    expect(epoll.places).toEqual([0, 300]);
    // There may be more of what has filled it.
    expect(epoll.log).toEqual(["change 6 readable"]);
  });
});

describe("a polled socket", () => {
  test("writes past Bun, and leaves to it what the kernel does not take", () => {
    const { epoll, bun, a } = newPoller();
    epoll.takes = [5, 2];
    expect(a.write(Buffer.from("-hello-"), 1, 5)).toBe(5);
    expect(bun.log).toEqual([]);
    bun.takes = 1;
    expect(a.write(Buffer.from("hello"), 0, 5)).toBe(3);
    expect(bun.log).toEqual(["write llo"]);
    // Who waits for room is told of it, even though it is the poller's turn.
    expect(epoll.log.at(-1)).toBe("change 5 readable writable");
    epoll.takes = [0];
    bun.takes = -1;
    expect(a.write(Buffer.from("hello"), 0, 5)).toBe(-1);
  });

  test("is not polled while it is paused", () => {
    const { epoll, bun, a } = newPoller();
    a.pause();
    a.renew();
    epoll.takes = [0];
    bun.takes = 0;
    a.write(Buffer.from("x"), 0, 1);
    const onlyWritable = "change 5 writable";
    expect(epoll.log).toEqual([onlyWritable, "send 5 ", onlyWritable]);
    a.resume();
    expect(epoll.log.at(-1)).toBe("change 5 readable");
    expect(bun.log).toEqual(["pause", "write x", "resume"]);
  });

  test.each(["end", "close"] as const)("after `%s` touches its descriptor no more", (how) => {
    const { epoll, bun, a } = newPoller();
    a[how]();
    expect(epoll.log).toEqual(["remove 5"]);
    a.write(Buffer.from("x"), 0, 1);
    a.pause();
    a.resume();
    a.close();
    expect(epoll.log).toEqual(["remove 5"]);
    expect(bun.log).toEqual([how, "write x", "pause", "resume", "close"]);
  });

  test("gives its descriptor up to the next one that has it", () => {
    const { epoll, bun, poller, a, server } = newPoller([[5, 1]]);
    const next = poller.open(bun, 5) as PolledSocket;
    next.connection = "next" as unknown as Connection;
    epoll.log.length = 0;
    a.write(Buffer.from("x"), 0, 1);
    a.detach();
    expect(epoll.log).toEqual([]);
    poller.run();
    expect(server.log).toContain("next 1");
  });

  test("is none when the kernel will not poll it", () => {
    expect(newPoller().poller.open(new FakeSocket(), REFUSED)).toBe(null);
  });
});

describe.each([
  ["auto", process.platform === "linux" ? "epoll" : "bun"],
  ["bun", "bun"],
])("a server with multiplexing-api %s", (setting, shown) => {
  test("says so in INFO, and mixes up nothing of what several clients send in pieces", async () => {
    const server = await startOpenKV({ args: ["--multiplexing-api", setting] });
    const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.connect(server.port)));
    const [first, waiting] = clients;
    try {
      const info = await first.exchange(encodeCommand(["INFO", "server"]));
      expect(info.toString()).toContain(`\r\nmultiplexing_api:${shown}\r\n`);
      // Kept from one chunk to a later one, while those of others come: queued requests, and one that waits.
      await first.exchange(encodeCommand(["MULTI"]));
      await first.exchange(encodeCommand(["SET", "queued", "by the first client"]));
      waiting.send(encodeCommand(["BLPOP", "list-of-the-waiting-client", "0"]));
      const others = clients.slice(2);
      for (let round = 0; round < 50; round++) {
        const values = others.map((_, i) => `${i}`.repeat(1 + ((round * 7919) % 40_000)));
        const requests = others.map((_, i) => encodeCommand(["SET", `key:${i}`, values[i]]));
        // All heads before the first tail.
        const cut = 1 + (round % 30);
        for (const [i, client] of others.entries()) client.send(requests[i].subarray(0, cut));
        if (round % 10 === 0) await Bun.sleep(1);
        for (const [i, client] of others.entries()) client.send(requests[i].subarray(cut));
        for (const client of others) expect((await client.readReplies(1)).toString()).toBe("+OK\r\n");
        const replies = await Promise.all(
          others.map((client, i) => client.exchange(encodeCommand(["GET", `key:${i}`]))),
        );
        expect(replies.map(String)).toEqual(values.map((value) => `$${value.length}\r\n${value}\r\n`));
      }
      expect((await first.exchange(encodeCommand(["EXEC"]))).toString()).toBe("*1\r\n+OK\r\n");
      expect((await first.exchange(encodeCommand(["GET", "queued"]))).toString()).toContain(
        "by the first client",
      );
      await first.exchange(encodeCommand(["RPUSH", "list-of-the-waiting-client", "element"]));
      expect((await waiting.readReplies(1)).toString()).toBe(
        "*2\r\n$26\r\nlist-of-the-waiting-client\r\n$7\r\nelement\r\n",
      );
    } finally {
      for (const client of clients) client.close();
      await server.stop();
    }
  });
});
