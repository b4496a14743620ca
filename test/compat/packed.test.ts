/** The elements of packed sequences have the bytes that redis-server gives them, which its DUMP of a list shows. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { NewElement } from "../../src/memory/packed.ts";
import { RawClient } from "../support/raw-client.ts";
import { startRedis } from "../support/redis.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";

/** In a dump of a list of one chunk, its form and the number of chunks, and the form of the chunk. */
const LIST_OF_ONE_CHUNK = Buffer.from([0x12, 1, 2]);
/** In front of the elements of a chunk: its length and their number. */
const HEAD_BYTES = 6;
/** Behind them: the end mark, and the footer of the dump. */
const TAIL_BYTES = 1 + 10;

const LENGTHS = [0, 63, 64, 125, 126, 4095, 4096, 16_377, 16_378, 2_097_145, 2_097_146];
const TEXTS = [
  ...["", "-", "-0", "00", "01", "+1", " 1", "1.0", "9223372036854775808", "-9223372036854775809"],
  ...[7n, 12n, 13n, 15n, 16n, 23n, 24n, 31n, 32n, 52n, 53n, 63n].flatMap((bits) =>
    [-1n, 1n].flatMap((sign) => [-1n, 0n, 1n].map((offset) => String(sign * 2n ** bits + offset))),
  ),
  ...LENGTHS.map((length) => "x".repeat(length)),
];

/** Bytes that the length in front of the chunk takes. */
function lengthBytes(first: number): number {
  if (first < 0x40) return 1;
  return first < 0x80 ? 2 : 5;
}

describeWith(["redis-server"], "elements of packed sequences", () => {
  let redis: ServerProcess;
  let client: RawClient;

  beforeAll(async () => {
    redis = await startRedis({ args: ["--rdbcompression", "no"] });
    client = await RawClient.connect(redis.port);
  });

  afterAll(async () => {
    client.close();
    await redis.stop();
  });

  async function elementInRedis(text: string): Promise<Buffer> {
    await client.call("DEL", "list");
    await client.call("RPUSH", "list", text);
    const reply = await client.call("DUMP", "list");
    const dump = reply.subarray(reply.indexOf("\r\n") + 2, reply.length - 2);
    expect(dump.subarray(0, LIST_OF_ONE_CHUNK.length)).toEqual(LIST_OF_ONE_CHUNK);
    const at = LIST_OF_ONE_CHUNK.length;
    return dump.subarray(at + lengthBytes(dump[at]) + HEAD_BYTES, dump.length - TAIL_BYTES);
  }

  test("are the same byte by byte", async () => {
    const element = new NewElement();
    for (const text of TEXTS) {
      const bytes = Buffer.from(text);
      const own = Buffer.alloc(element.point(bytes, 0, bytes.length).size);
      element.write(own, 0);
      const expected = await elementInRedis(text);
      expect([text.slice(0, 30), own.equals(expected)]).toEqual([text.slice(0, 30), true]);
    }
  });
});
