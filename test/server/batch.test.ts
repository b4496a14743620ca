/**
 * Requests of one chunk are executed as a batch, and what was hashed for one of them must never serve another
 * one that happens to lie at the same place of a later chunk.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
let client: RawClient;

beforeAll(async () => {
  server = await startOpenKV({ args: ["--banner", "never"] });
  client = await RawClient.connect(server.port);
});

afterAll(async () => {
  client.close();
  await server.stop();
});

async function exchange(bytes: Buffer, replies: number): Promise<string> {
  return (await client.exchange(bytes, replies)).toString("latin1");
}

const bulk = (value: string | undefined): string =>
  value === undefined ? "$-1\r\n" : `$${value.length}\r\n${value}\r\n`;

/** The memory of a large dataset is asked for in advance, which is where keys are hashed early. */
const DATASETS: [name: string, fillerBytes: number][] = [
  ["a small dataset", 1],
  ["a dataset of more than 4 MiB", 5_000_000],
];

/** Empties the dataset and puts one value of so many bytes into it. */
async function fill(bytes: number): Promise<void> {
  await client.call("FLUSHALL");
  await client.call("SET", "filler", Buffer.alloc(bytes));
  // To report the peak, the server looks at the size of its dataset.
  await client.call("INFO", "memory");
}

describe.each(DATASETS)(
  "requests without arguments in the place of one with a key, in %s",
  (_name, bytes) => {
    const PING = encodeCommand(["PING"]);
    const pings = (count: number): Buffer[] => Array.from({ length: count }, () => PING);
    // No command has this name: it puts the argument behind it where the first key of the long request will be.
    const EARLIER = encodeCommand(["X".repeat(17), "earlier"]);

    test.each([1, 4, 8])("a long request behind %d of them finds its keys", async (count) => {
      await fill(bytes);
      await client.call("MSET", "key_000", "v0", "key_001", "v1");
      const earlier = Buffer.concat([...pings(count - 1), EARLIER]);
      const request = Buffer.concat([
        ...pings(count),
        encodeCommand(["MGET", "key_000", "key_001", ..."abcdef"]),
      ]);
      expect(request.indexOf("key_000")).toBe(earlier.indexOf("earlier"));
      await client.exchange(earlier, count);
      expect(await exchange(request, count + 1)).toBe(
        `${"+PONG\r\n".repeat(count)}*8\r\n${bulk("v0")}${bulk("v1")}${bulk(undefined).repeat(6)}`,
      );
    });

    test.each([1, 4, 8])("a long request behind %d of them writes where others find it", async (count) => {
      await fill(bytes);
      const earlier = Buffer.concat([...pings(count - 1), EARLIER]);
      const pairs = ["key_002", "NEW", "b", "1", "c", "1", "d", "1"];
      const request = Buffer.concat([...pings(count), encodeCommand(["MSET", ...pairs])]);
      expect(request.indexOf("key_002")).toBe(earlier.indexOf("earlier"));
      await client.exchange(earlier, count);
      expect(await exchange(request, count + 1)).toBe(`${"+PONG\r\n".repeat(count)}+OK\r\n`);
      expect(await exchange(encodeCommand(["GET", "key_002"]), 1)).toBe(bulk("NEW"));
    });
  },
);

test("an element hashed for one batch is not taken for one of the next, whose commands name none", async () => {
  await fill(5_000_000);
  // So many that the set is a table.
  await client.call("SADD", "set", ...Array.from({ length: 1000 }, (_, i) => `member ${i}`));
  const inRow = (words: string[]) => Buffer.concat(Array.from({ length: 8 }, () => encodeCommand(words)));
  expect(await exchange(inRow(["SISMEMBER", "set", "member 1"]), 8)).toBe(":1\r\n".repeat(8));
  expect(await exchange(inRow(["SMISMEMBER", "set", "member 2"]), 8)).toBe("*1\r\n:1\r\n".repeat(8));
});

/** Writes random pipelines and knows what is answered. */
class Pipelines {
  private readonly map = new Map<string, string>();
  private lastKey = "key_000";

  constructor(private readonly random: Random) {}

  /** Between `min` and `max`, both included. */
  between(min: number, max: number): number {
    return min + this.random.below(max - min + 1);
  }

  /** One pipeline: its bytes, its replies, and where its requests end. */
  next(): { bytes: Buffer; replies: string[]; ends: number[] } {
    const parts: Buffer[] = [];
    const replies: string[] = [];
    const ends: number[] = [];
    let length = 0;
    for (let left = this.between(1, this.random.below(4) === 0 ? 80 : 6); left > 0; left--) {
      const [words, reply] = this.request();
      const inline = words.length < 5 && this.random.below(8) === 0;
      const part = inline ? Buffer.from(`${words.join(" ")}\r\n`) : encodeCommand(words);
      parts.push(part);
      replies.push(reply);
      length += part.length;
      ends.push(length);
    }
    return { bytes: Buffer.concat(parts), replies, ends };
  }

  /** Few keys, all of one length, so that they often lie at the same places; often the same one again. */
  private key(): string {
    if (this.random.below(2) === 0) this.lastKey = `key_${String(this.random.below(40)).padStart(3, "0")}`;
    return this.lastKey;
  }

  private value(): string {
    return "v".repeat(this.between(1, 12)) + this.random.below(1000);
  }

  private request(): [words: string[], reply: string] {
    const { map } = this;
    const key = this.key();
    switch (this.random.below(9)) {
      case 0:
      case 1:
        return [["PING"], "+PONG\r\n"];
      case 2:
        return [["GET", key], bulk(map.get(key))];
      case 3: {
        const value = this.value();
        map.set(key, value);
        return [["SET", key, value], "+OK\r\n"];
      }
      case 4:
      case 5: {
        const keys = Array.from({ length: this.between(6, 10) }, () => this.key());
        return [["MGET", ...keys], `*${keys.length}\r\n${keys.map((name) => bulk(map.get(name))).join("")}`];
      }
      case 6: {
        const pairs = Array.from({ length: this.between(3, 5) }, () => [this.key(), this.value()]);
        for (const [name, value] of pairs) map.set(name, value);
        return [["MSET", ...pairs.flat()], "+OK\r\n"];
      }
      case 7:
        return [["DEL", key], map.delete(key) ? ":1\r\n" : ":0\r\n"];
      default: {
        // No command; its name moves the key behind it to any place.
        const name = "X".repeat(this.between(5, 30));
        return [[name, key], `-ERR unknown command '${name}', with args beginning with: '${key}' \r\n`];
      }
    }
  }
}

test.each(DATASETS)(
  "random pipelines on %s, cut at random places, are answered as by a map",
  async (name, size) => {
    const random = new Random(testSeed(`batches on ${name}`));
    const pipelines = new Pipelines(random);
    await fill(size);
    for (let round = 0; round < 3000; round++) {
      const { bytes, replies, ends } = pipelines.next();
      const cuts = new Set<number>([bytes.length]);
      for (let i = random.below(4); i > 0; i--)
        cuts.add(random.below(2) === 0 ? ends[random.below(ends.length)] : random.below(bytes.length));
      let from = 0;
      for (const cut of [...cuts].sort((a, b) => a - b)) {
        client.send(bytes.subarray(from, cut));
        from = cut;
        if (from < bytes.length) await Bun.sleep(0);
      }
      const answered = (await client.readReplies(replies.length)).toString("latin1");
      if (answered !== replies.join("")) {
        console.log(`round ${round}: ${JSON.stringify(bytes.toString())} cut at ${[...cuts].join(", ")}`);
        expect(answered).toBe(replies.join(""));
      }
    }
  },
  60_000,
);
