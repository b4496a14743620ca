import { expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { PARSE_MORE, PARSE_REQUEST, RequestParser } from "../../src/protocol/request-parser.ts";
import { testSeed } from "../support/seed.ts";
import { converse, cutAt, DEFAULT_LIMITS, encode, latin1 } from "./support.ts";

const SEEDS = [
  encode("PING"),
  encode("SET", "name", "value"),
  encode("MSET", "a", "1", "b", "2") + encode("GET", "a"),
  'ECHO "a \\x41 b"\r\nPING\n',
  "*1048576\r\n$536870912\r\n",
  "*2147483648\r\n$-1\r\n",
].map(latin1);

const ALPHABET = "*$\r\n0123456789-+ \"'\\x\x00\xffA";

/** A frame with some bytes changed, inserted, removed or doubled, and perhaps truncated. */
function mutated(random: Random): Buffer {
  let frame = SEEDS[random.below(SEEDS.length)];
  for (let i = random.below(5); i > 0; i--) {
    const at = random.below(frame.length + 1);
    const byte = latin1(ALPHABET[random.below(ALPHABET.length)]);
    const choice = random.below(4);
    const skipped = choice === 0 ? 1 : choice === 1 ? random.below(4) : 0;
    const inserted =
      choice === 3 ? frame.subarray(at, at + random.below(9)) : choice === 1 ? latin1("") : byte;
    frame = Buffer.concat([frame.subarray(0, at), inserted, frame.subarray(at + skipped)]);
  }
  return random.below(3) === 0 ? frame.subarray(0, random.below(frame.length + 1)) : frame;
}

test("100,000 damaged frames parse the same whole and cut, and the table stays small", () => {
  const random = new Random(testSeed("damaged frames"));
  let errors = 0;
  let requests = 0;
  for (let round = 0; round < 100_000; round++) {
    const frame = Buffer.from(mutated(random));
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const whole = converse([frame], { parser });
    if (whole.error !== "") errors++;
    requests += whole.requests.length;
    // An argument takes at least six bytes of an array and two of a line.
    if (parser.offsets.length > 32 + 2 * frame.length)
      throw new Error("The table outgrew the bytes received");
    const cut = converse(cutAt(frame, random.below(frame.length + 1)));
    if (JSON.stringify(cut) !== JSON.stringify(whole)) {
      expect({ frame: frame.toString("latin1"), ...cut }).toEqual({
        frame: frame.toString("latin1"),
        ...whole,
      });
    }
  }
  expect(errors).toBeGreaterThan(10_000);
  expect(requests).toBeGreaterThan(10_000);
});

test("Random bytes never make the parser stand still", () => {
  const random = new Random(testSeed("random bytes"));
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(Array.from({ length: random.below(60) }, () => random.below(256)));
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    let position = 0;
    let outcome = parser.parse(bytes, 0, bytes.length);
    while (outcome === PARSE_REQUEST) {
      if (parser.next <= position || parser.next > bytes.length) throw new Error("No progress");
      position = parser.next;
      outcome = parser.parse(bytes, position, bytes.length);
    }
    if (outcome === PARSE_MORE) {
      expect(parser.next).toBeGreaterThanOrEqual(position);
      expect(parser.next).toBeLessThanOrEqual(bytes.length);
    }
  }
});
