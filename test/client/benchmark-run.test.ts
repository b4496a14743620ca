import { afterEach, describe, expect, test } from "bun:test";
import { runBenchmark } from "../../src/client/benchmark/benchmark.ts";
import { parseBenchmarkOptions } from "../../src/client/benchmark/options.ts";
import type { Answer, FakeServer } from "./fake-server.ts";
import { redisAnswer, startFakeServer } from "./fake-server.ts";

let server: FakeServer | undefined;
afterEach(() => server?.stop());

const isPing = (words: string[]) => words[0] === "PING";

/** Runs a command line against a server that answers PING, and `answer` for the rest. */
async function run(line: string, answer: (words: string[], count: number) => Answer, greeting = "") {
  server = startFakeServer(answer, greeting);
  let out = "";
  let err = "";
  const options = parseBenchmarkOptions(["-p", String(server.port), ...line.split(" ")]);
  const isGood = await runBenchmark(options, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    coloured: false,
    errColumns: 0,
  });
  return { isGood, out, err, requests: server.requests.filter((words) => !isPing(words)) };
}

describe("the requests", () => {
  test("are exactly as many as asked for, with a last batch that is cut", async () => {
    const { isGood, requests } = await run("-c 3 -n 100 -P 7 -t set -q", redisAnswer);
    expect(isGood).toBe(true);
    expect(requests.length).toBe(100);
    expect(requests[0]).toEqual(["SET", "key:__rand_int__", "VXK"]);
  });

  test("go out with a whole pipeline in one write", async () => {
    await run("-c 1 -n 32 -P 16 -t get -q", redisAnswer);
    const request = "*2\r\n$3\r\nGET\r\n$16\r\nkey:__rand_int__\r\n";
    expect(server!.received).toEqual(["*1\r\n$4\r\nPING\r\n", request.repeat(16), request.repeat(16)]);
  });

  test("have random keys within the keyspace", async () => {
    const { requests } = await run("-c 2 -n 200 -P 4 -r 10 -t get -q", redisAnswer);
    const keys = new Set(requests.map((words) => words[1]));
    expect(keys.size).toBe(10);
    for (const key of keys) expect(key).toMatch(/^key:00000000000\d$/);
  });

  test("arrive whole when they exceed what a socket takes at once", async () => {
    const { isGood, requests } = await run("-c 2 -n 12 -P 3 -d 1000000 -t set -q", redisAnswer);
    expect(isGood).toBe(true);
    expect(requests.map((words) => words[2].length)).toEqual(Array(12).fill(1_000_000));
  });

  test("follow AUTH and SELECT", async () => {
    const { requests } = await run("-c 1 -n 1 -a pw --dbnum 3 -t get -q", redisAnswer);
    expect(requests).toEqual([
      ["AUTH", "pw"],
      ["SELECT", "3"],
      ["GET", "key:__rand_int__"],
    ]);
  });

  test("have a connection each with -k 0", async () => {
    const { isGood } = await run("-c 2 -n 10 -k 0 -t get -q", redisAnswer);
    expect(isGood).toBe(true);
    expect(server!.connections).toBe(10);
  });

  test("are not shifted by a greeting", async () => {
    const { isGood, out } = await run(
      "-c 2 -n 10 -t ping_inline,get --csv",
      redisAnswer,
      "+OK OpenKV connected\r\n",
    );
    expect(isGood).toBe(true);
    expect(out.split("\n").length).toBe(4);
  });
});

describe("what is printed", () => {
  const number = String.raw`\d+\.\d\d`;
  const latency = String.raw`\d+\.\d\d\d`;

  test("with --csv is redis-benchmark's header and a row for each test", async () => {
    const { out, err } = await run("-c 2 -n 20 -t ping,mset --csv", redisAnswer);
    const lines = out.split("\n");
    expect(lines[0]).toBe(
      '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"',
    );
    const titles = ["PING_INLINE", "PING_MBULK", String.raw`MSET \(10 keys\)`];
    for (const [i, title] of titles.entries()) {
      expect(lines[i + 1]).toMatch(new RegExp(`^"${title}","${number}"(,"${latency}"){6}$`));
    }
    expect(lines.slice(4)).toEqual([""]);
    expect(err).toBe("");
  });

  test("with -q is redis-benchmark's line for each test, and an empty one", async () => {
    const { out } = await run("-c 2 -n 20 -t set,get -q", redisAnswer);
    const line = `: ${number} requests per second, p50=${latency} msec\n`;
    expect(out).toMatch(new RegExp(`^SET${line}GET${line}\n$`));
  });

  test("with -q for a command is its line alone", async () => {
    const { out } = await run("-c 2 -n 20 -q set foo bar", redisAnswer);
    expect(out).toMatch(new RegExp(`^set foo bar: ${number} requests per second, p50=${latency} msec\n$`));
  });

  test("for people names everything that was measured", async () => {
    const { out, isGood } = await run("--connections 2 --requests 20 --command PING", redisAnswer);
    expect(isGood).toBe(true);
    const rows = out.split("\n").map((row) => row.trim());
    expect(rows[0]).toBe("====== PING ======");
    for (const row of ["Command: PING", "Connections: 2", "Requests: 20", "Successful requests: 20"]) {
      expect(rows.map((text) => text.replace(/\s+/g, " "))).toContain(row);
    }
    expect(out).toMatch(/Failed requests: +0\n/);
    expect(out).toMatch(new RegExp(`Elapsed seconds: +${latency}\n`));
    expect(out).toMatch(new RegExp(`Requests per second: +${number}\n`));
    expect(out).toMatch(/min +avg +p50 +p95 +p99 +p99\.9 +max\n/);
  });
});

describe("without -t", () => {
  test("tests whose command the server does not know are left out, and named once", async () => {
    const { isGood, out, err, requests } = await run("-c 2 -n 20 -q", redisAnswer);
    expect(out.split("\n").map((line) => line.split(":")[0])).toEqual([
      ...["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)", "", ""],
    ]);
    expect(err).toBe(
      "Left out, for the server does not know them: " +
        "LPUSH, RPUSH, LPOP, RPOP, SADD, HSET, SPOP, ZADD, ZPOPMIN, LRANGE\n",
    );
    expect(isGood).toBe(true);
    expect(requests.filter(([name]) => name === "LPUSH")).toEqual([["LPUSH"]]);
  });

  test("all tests run where the server knows all commands, whatever else it says about the question", async () => {
    const { err } = await run("-c 1 -n 1 -q", (words) =>
      isPing(words) ? "+PONG\r\n" : "-ERR wrong number of arguments\r\n",
    );
    expect(err.split("\n").length).toBe(19);
    expect(err).not.toContain("Left out");
  });

  test("a server that knows none of the commands is an error", async () => {
    const running = run("-c 1 -n 1 -q", (words) => `-ERR unknown command '${words[0]}'\r\n`);
    await expect(running).rejects.toThrow(`127.0.0.1:${server!.port}: the server knows none of PING, SET`);
  });
});

describe("failures", () => {
  test.each(["", " -q", " --csv"])("of every request of a test show no latencies:%s", async (format) => {
    const { out, err, isGood } = await run(`-c 2 -n 20 -t lpush${format}`, redisAnswer);
    expect([isGood, err]).toEqual([false, "LPUSH: 20 of 20 requests failed: ERR unknown command 'LPUSH'\n"]);
    expect(out.replace(/^"test".*/, "")).not.toMatch(/p50|p99|\d\.\d\d\d"/);
    expect(out).toContain("LPUSH");
  });

  test("of one test are counted, explained and do not keep the next from running", async () => {
    const { isGood, out, err } = await run("-c 2 -n 20 -P 4 -t lpush,get --csv", redisAnswer);
    expect(isGood).toBe(false);
    expect(out.split("\n").map((row) => row.split(",")[0])).toEqual(['"test"', '"GET"', '"LPUSH"', ""]);
    expect(out).toContain('"LPUSH","0.00","","","","","",""\n');
    expect(err).toBe("LPUSH: 20 of 20 requests failed: ERR unknown command 'LPUSH'\n");
  });

  test("are single error replies, too", async () => {
    const answer = (words: string[], count: number) => (count === 5 ? "-ERR five\r\n" : redisAnswer(words));
    const { isGood, out, err } = await run("-c 1 -n 20 -t get", answer);
    expect(isGood).toBe(false);
    expect(out).toMatch(/Successful requests: +19\n/);
    expect(out).toMatch(/Failed requests: +1\n/);
    expect(err).toBe("GET: 1 of 20 requests failed: ERR five\n");
  });

  test("are replies of the wrong type", async () => {
    const { isGood, err } = await run("-c 2 -n 20 -t set -q", (words) =>
      isPing(words) ? "+PONG\r\n" : ":1\r\n",
    );
    expect(isGood).toBe(false);
    expect(err).toBe("SET: 20 of 20 requests failed: a reply of the wrong type\n");
  });

  test("are requests that a closed connection leaves unanswered", async () => {
    const answer = (words: string[], count: number) => (count > 4 ? "close" : redisAnswer(words));
    const { isGood, err } = await run("-c 2 -n 20 -t get -q", answer);
    expect(isGood).toBe(false);
    expect(err).toBe("GET: 14 of 20 requests failed: connection closed by the server\n");
  });

  test("are the rest of a pipeline that breaks off", async () => {
    const answer = (words: string[], count: number) => (count > 3 ? "close" : redisAnswer(words));
    const { isGood, out, err } = await run("-c 1 -n 20 -P 4 -t get", answer);
    expect(isGood).toBe(false);
    expect(out).toMatch(/Successful requests: +2\n/);
    expect(err).toBe("GET: 18 of 20 requests failed: connection closed by the server\n");
  });

  test("are more replies than requests", async () => {
    const { isGood, err } = await run("-c 1 -n 20 -t get -q", (words) => {
      return isPing(words) ? "+PONG\r\n" : "$1\r\na\r\n$1\r\nb\r\n";
    });
    expect(isGood).toBe(false);
    expect(err).toContain("the server sends more replies than it got requests");
  });

  test("of the handshake end the run", async () => {
    const running = run("-c 5 -n 20 -a pw -q", (words) =>
      words[0] === "AUTH" ? "-WRONGPASS no\r\n" : "+OK\r\n",
    );
    await expect(running).rejects.toThrow(`127.0.0.1:${server!.port}: WRONGPASS no`);
  });

  test("to connect end the run", async () => {
    server = startFakeServer(() => null);
    const { port } = server;
    server.stop();
    const options = parseBenchmarkOptions(["-p", String(port), "-q"]);
    const output = { out() {}, err() {}, coloured: false, errColumns: 0 };
    await expect(runBenchmark(options, output)).rejects.toThrow(
      `Could not connect to 127.0.0.1:${port}: connection refused`,
    );
  });

  test("to reply in time end the run", async () => {
    const running = run("-c 2 -n 20 -t get -q --timeout 0.05", (words) =>
      isPing(words) ? "+PONG\r\n" : null,
    );
    await expect(running).rejects.toThrow("no reply within 0.05 s");
  });
});
