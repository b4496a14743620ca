import { afterAll, beforeAll, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
let client: RawClient;

beforeAll(async () => {
  server = await startOpenKV({ args: ["--banner", "never", "--hll-sparse-max-bytes", "40"] });
  client = await RawClient.connect(server.port);
});

afterAll(async () => {
  client?.close();
  await server?.stop();
});

test("hll-sparse-max-bytes decides when a HyperLogLog becomes dense, from the start on and when it is set", async () => {
  const call = async (...words: string[]) => (await client.call(...words)).toString();
  const elements = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
  await call("PFADD", "first", ...elements);
  expect(await call("STRLEN", "first")).toBe(":12304\r\n");
  expect(await call("CONFIG", "SET", "hll-sparse-max-bytes", "1kb")).toBe("+OK\r\n");
  await call("PFADD", "second", ...elements);
  expect(await call("STRLEN", "second")).toBe(":47\r\n");
});
