import { afterEach, expect, test } from "bun:test";
import type { FakeServer } from "./fake-server.ts";
import { redisAnswer, startFakeServer } from "./fake-server.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

let server: FakeServer | undefined;
afterEach(() => server?.stop());

/** Runs the program; `PORT` in `line` is that of the fake server. */
async function openkv(line: string, input = "") {
  const words = line.replace("PORT", String(server?.port)).split(" ");
  const child = Bun.spawn([process.execPath, MAIN, ...words], {
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, status };
}

test("a benchmark without failures ends with 0 and draws nothing on a pipe", async () => {
  server = startFakeServer(redisAnswer);
  const { out, err, status } = await openkv("benchmark -h 127.0.0.1 -p PORT -c 2 -n 20 --command PING");
  expect([err, status]).toEqual(["", 0]);
  expect(out).toMatch(/Successful requests: +20\n/);
  expect(out.includes("\r") || out.includes("\x1b")).toBe(false);
});

test("a benchmark with a failed request ends with 1", async () => {
  server = startFakeServer(redisAnswer);
  const { err, status } = await openkv("benchmark -p PORT -c 2 -n 20 -q lpush a b");
  expect([err, status]).toEqual(["lpush a b: 20 of 20 requests failed: ERR unknown command 'lpush'\n", 1]);
});

test("the last argument of a benchmark can come from standard input", async () => {
  server = startFakeServer(redisAnswer);
  const { status } = await openkv("benchmark -p PORT -c 1 -n 1 -q -x set a", "from stdin\n");
  expect(status).toBe(0);
  expect(server.requests.at(-1)).toEqual(["set", "a", "from stdin\n"]);
});

test("a server that is not there is one line and status 1", async () => {
  server = startFakeServer(redisAnswer);
  server.stop();
  const line = `openkv: Could not connect to 127.0.0.1:${server.port}: connection refused\n`;
  expect(await openkv("benchmark -p PORT --csv")).toEqual({ out: "", err: line, status: 1 });
  expect(await openkv("stats --port PORT")).toEqual({ out: "", err: line, status: 1 });
});

test("a mistake on the command line is one line and status 2", async () => {
  expect(await openkv("benchmark --prot 1")).toEqual({
    out: "",
    err: "openkv: benchmark: unknown option '--prot', did you mean '--port'?\n",
    status: 2,
  });
});

test("stats prints what the server counts", async () => {
  server = startFakeServer(() => "$24\r\ncommands_processed:1\r\na:\r\n");
  expect(await openkv("stats --port PORT")).toEqual({
    out: "commands_processed:1\na:\n",
    err: "",
    status: 0,
  });
});
