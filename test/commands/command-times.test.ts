import { expect, test } from "bun:test";
import { CommandTimes } from "../../src/commands/command-times.ts";
import { newCommandTable } from "../../src/commands/registry.ts";

test("the time of a batch is shared out among its calls, and nothing is left for the next batch", () => {
  const table = newCommandTable();
  const get = table.named("get")!;
  const set = table.named("set")!;
  const times = new CommandTimes();
  for (const command of [get, set, get, get]) times.note(command, 1);
  times.share(100);
  expect([get.microseconds, set.microseconds]).toEqual([75, 25]);
  times.note(set, 1);
  times.share(7);
  times.share(50);
  expect([get.microseconds, set.microseconds]).toEqual([75, 32]);
});
