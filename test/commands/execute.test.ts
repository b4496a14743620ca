import { describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

describe("An error that quotes an argument", () => {
  test("is cut before it could exceed what a reply may be", () => {
    const engine = new Engine({ server: { configSet: ([[name]]) => `Unknown option '${name}'` } });
    const long = "x".repeat(200_000);
    for (const request of [
      ["EXPIRE", "key", "1", long],
      ["HELLO", "3", long],
      ["CLIENT", "KILL", "TYPE", long],
      ["CONFIG", "SET", long, "1"],
    ]) {
      const reply = engine.run(...request);
      expect(reply).toMatch(/^-ERR .*x{65000}.*\r\n$/);
      expect(reply.length).toBeLessThan(132_000);
    }
  });
});
