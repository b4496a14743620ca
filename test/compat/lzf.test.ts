/** Compressed strings against the DUMP of a real server, byte for byte. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { decompressLzf, LzfCompressor } from "../../src/base/lzf.ts";
import { Random } from "../../src/base/random.ts";
import { Client } from "../../src/client/client.ts";
import { lzfSample } from "../support/lzf-samples.ts";
import { startRedis } from "../support/redis.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";

const SMALL_VALUES = 2000;
const LARGE_VALUES = 80;
const VALUE_BYTES_MAX = 200_000;

/** The type byte of a string, and its length when it is compressed. */
const STRING_TYPE = 0;
const COMPRESSED = 0xc3;

/** What `compressed` of a raw string of `length` bytes looks like in a dump, without the footer. */
function dumped(compressed: Buffer, length: number): Buffer {
  const lengths = [encodedLength(compressed.length), encodedLength(length)];
  return Buffer.concat([Buffer.of(STRING_TYPE, COMPRESSED), ...lengths, compressed]);
}

function encodedLength(length: number): Buffer {
  if (length < 64) return Buffer.of(length);
  if (length < 16_384) return Buffer.of(0x40 | (length >> 8), length & 0xff);
  const bytes = Buffer.alloc(5, 0x80);
  bytes.writeInt32BE(length, 1);
  return bytes;
}

describeWith(["redis-server"], "LZF", () => {
  let server: ServerProcess;
  let client: Client;

  beforeAll(async () => {
    server = await startRedis();
    client = await Client.connect({ host: "127.0.0.1", port: server.port, timeoutMs: 20_000 });
  });

  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test("is compressed as redis-server does, and decompressed again", async () => {
    const random = new Random(testSeed("lzf against redis-server"));
    const compressor = new LzfCompressor();
    let compressible = 0;
    for (let round = 0; round < SMALL_VALUES + LARGE_VALUES; round++) {
      const small = round < SMALL_VALUES;
      const value = lzfSample(
        random,
        21 + random.below(small ? 1 << (5 + (round & 7)) : VALUE_BYTES_MAX - 20),
      );
      await client.command("SET", "value", value);
      const reply = await client.command("DUMP", "value");
      if (reply.kind !== "bulk") throw new Error(JSON.stringify(reply));
      const dump = reply.bytes.subarray(0, -10);

      const target = Buffer.alloc(value.length);
      const end = compressor.compress(value, 0, value.length, target, 0, value.length - 4);
      if (end < 0) {
        expect(dump[1]).not.toBe(COMPRESSED);
        continue;
      }
      compressible++;
      const expected = dumped(target.subarray(0, end), value.length);
      if (!expected.equals(dump)) {
        const first = expected.findIndex((byte, at) => byte !== dump[at]);
        throw new Error(`round ${round}: ${value.length} bytes differ at byte ${first} of the dump`);
      }
      expect(decompressLzf(target, 0, end, value.length)?.equals(value)).toBe(true);
    }
    expect(compressible).toBeGreaterThan(SMALL_VALUES / 2);
  }, 60_000);
});
