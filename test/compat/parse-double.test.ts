/** Scores from texts, good and bad, against ZADD and ZSCORE of a real server. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { formatDouble } from "../../src/base/double.ts";
import { parseDouble } from "../../src/base/parse-double.ts";
import { Random } from "../../src/base/random.ts";
import { Client } from "../../src/client/client.ts";
import { startRedis } from "../support/redis.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";

const BATCHES = 40;
const BATCH_TEXTS = 500;

const NOT_A_FLOAT = "ERR value is not a valid float";

class TextSource {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): string {
    const kind = this.#below(10);
    let text: string;
    if (kind < 3) text = this.#decimal();
    else if (kind < 5) text = this.#hexadecimal();
    else if (kind === 5) text = this.#printed();
    else if (kind === 6) text = this.#halfway();
    else if (kind === 7)
      text = this.#near(["1.7976931348623158e308", "2.4703282292062327e-324", "2.2250738585072014e-308"]);
    else if (kind === 8)
      text = this.#near(["inf", "Infinity", "-INF", "nan", "+iNf", "nan(0)", "0x1p-1075", "1e400"]);
    else text = String(Math.floor(this.#random.float() * 10 ** this.#below(20)));
    return this.#below(4) === 0 ? this.#damaged(text) : text;
  }

  #below(n: number): number {
    return this.#random.below(n);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)];
  }

  #digits(alphabet: string, max: number): string {
    let text = "";
    for (let length = this.#below(max + 1); length > 0; length--)
      text += alphabet[this.#below(alphabet.length)];
    return text;
  }

  #sign(): string {
    return this.#pick(["", "", "", "-", "+"]);
  }

  #decimal(): string {
    const max = this.#pick([3, 10, 20, 400]);
    const fraction = this.#pick(["", ".", `.${this.#digits("0123456789", max)}`]);
    const power = this.#pick([
      "",
      "",
      `${this.#pick(["e", "E"])}${this.#sign()}${this.#below(this.#pick([5, 30, 420]))}`,
    ]);
    return `${this.#sign()}${this.#digits("0123456789", max)}${fraction}${power}`;
  }

  #hexadecimal(): string {
    const max = this.#pick([2, 8, 18, 40]);
    const alphabet = this.#pick(["0123456789abcdefABCDEF", "0018f"]);
    const fraction = this.#pick(["", ".", `.${this.#digits(alphabet, max)}`]);
    const power = this.#pick([
      "",
      `${this.#pick(["p", "P"])}${this.#sign()}${this.#below(this.#pick([5, 60, 1200]))}`,
    ]);
    return `${this.#sign()}${this.#pick(["0x", "0X"])}${this.#digits(alphabet, max)}${fraction}${power}`;
  }

  #printed(): string {
    const words = Int32Array.of(this.#random.next32(), this.#random.next32());
    return formatDouble(new Float64Array(words.buffer)[0]);
  }

  /** The exact decimal text of a number halfway between two doubles, sometimes with a little more. */
  #halfway(): string {
    const mantissa = 2n ** 53n + BigInt(this.#random.next32() >>> 0) * 2n + 1n;
    const shift = BigInt(this.#below(70));
    const scaled = mantissa * 5n ** shift;
    const text = scaled.toString().padStart(Number(shift) + 1, "0");
    const point = text.length - Number(shift);
    return `${text.slice(0, point)}.${text.slice(point)}${this.#pick(["", "", "0".repeat(800), `${"0".repeat(800)}1`])}`;
  }

  /** One of the texts, often with its last digits or letters changed. */
  #near(texts: readonly string[]): string {
    const text = this.#pick(texts);
    return this.#below(2) === 0 ? text : this.#damaged(text);
  }

  #damaged(text: string): string {
    const at = this.#below(text.length + 1);
    const odd = this.#pick([" ", "\0", "e", "x", "p", "+", "-", ".", "0", "9", "f", "\n", "\xff", ""]);
    return text.slice(0, at) + odd + text.slice(at + this.#below(2));
  }
}

describeWith(["redis-server"], "Texts as scores", () => {
  let server: ServerProcess;
  let client: Client;

  beforeAll(async () => {
    // A listpack would drop the sign of a zero.
    server = await startRedis({ args: ["--zset-max-listpack-entries", "0"] });
    client = await Client.connect({ host: "127.0.0.1", port: server.port, timeoutMs: 20_000 });
  });

  afterAll(async () => {
    client.close();
    await server.stop();
  });

  /** What the server makes of a score: its text, or the error. */
  async function serverScore(text: string): Promise<string> {
    const member = Buffer.from(text, "latin1");
    const [added, score] = await Promise.all([
      // A sound pair first: behind the key, "nx" would be an option.
      client.command("ZADD", "scores", "0", "sound", member, member),
      client.command("ZSCORE", "scores", member),
    ]);
    if (added.kind === "error") return added.text;
    if (score.kind !== "bulk") throw new Error(JSON.stringify(score));
    return score.bytes.toString();
  }

  function ownScore(text: string): string {
    const bytes = Buffer.from(text, "latin1");
    const value = parseDouble(bytes, 0, bytes.length);
    return Number.isNaN(value) ? NOT_A_FLOAT : formatDouble(value);
  }

  test("are taken and refused as redis-server does", async () => {
    const source = new TextSource(new Random(testSeed("scores against redis-server")));
    let refused = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const texts = Array.from({ length: BATCH_TEXTS }, () => source.next());
      const theirs = await Promise.all(texts.map(serverScore));
      await client.command("DEL", "scores");
      const compared = texts.map((text, i) => [text, ownScore(text), theirs[i]]);
      expect(compared.filter(([, own, their]) => own !== their)).toEqual([]);
      refused += theirs.filter((score) => score === NOT_A_FLOAT).length;
    }
    const share = refused / (BATCHES * BATCH_TEXTS);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.6);
  }, 60_000);

  test("may be very long", async () => {
    for (const text of [
      `0.${"0".repeat(100_000)}1e100001`,
      "9".repeat(100_000),
      `${"0".repeat(2_000_000)}17.5`,
    ]) {
      expect(ownScore(text)).toBe(await serverScore(text));
    }
  });
});
