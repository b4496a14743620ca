import { describe, expect, test } from "bun:test";
import type { InfoFacts } from "../../src/server/info/facts.ts";
import { buildInfo } from "../../src/server/info/info.ts";
import { humanBytes } from "../../src/server/info/memory.ts";
import { INFO_FIELDS, INFO_SECTIONS } from "../compat/contract-cases.ts";
import { Engine } from "../support/engine.ts";
import { startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";
import { startRedis } from "../support/redis.ts";
import { describeWith } from "../support/tools.ts";

const DEFAULT_SECTIONS = [
  "Server",
  "Clients",
  "Memory",
  "Persistence",
  "Stats",
  "Storage",
  "Replication",
  "CPU",
  "Modules",
  "Errorstats",
  "Cluster",
  "Keyspace",
];

function facts(engine: Engine): InfoFacts {
  return {
    keyspace: engine.keyspace,
    commands: engine.ctx.commands,
    commandsProcessed: engine.ctx.commandsProcessed,
    errorCounts: engine.ctx.errorCounts,
    lastSaveSeconds: 1_700_000_000,
    process: {
      productVersion: "9.8.7",
      os: "Linux 6.1 x86_64",
      processId: 4711,
      runId: "ab".repeat(20),
      port: 9501,
      nowMicroseconds: 1_700_000_000_000_000,
      uptimeSeconds: 2 * 86_400 + 5,
      hz: 10,
      executable: "/bin/openkv",
      configFile: "",
      multiplexingApi: "epoll",
      workerCount: 1,
      cpuSystemMicroseconds: 1_500_000,
      cpuUserMicroseconds: 42,
    },
    clients: {
      active: 3,
      handled: 8,
      rejected: 2,
      clientsMax: 10_000,
      blocked: 4,
      inputBytesMax: 11,
      outputBytesMax: 12,
      bufferBytes: 23,
    },
    memory: {
      residentBytes: 50 << 20,
      usedBytesPeak: 1 << 20,
      systemBytes: 2 ** 33,
      bytesMax: 2 ** 21,
      policy: "noeviction",
    },
    traffic: {
      inputBytes: 1000,
      outputBytes: 2000,
      requestsPerSecond: 12.345,
      inputBytesPerSecond: 1536,
      outputBytesPerSecond: 0,
      reads: 31,
      writes: 32,
    },
    latency: { isShown: true, percentiles: [50, 99, 99.9] },
  };
}

/** Titles of the sections. */
function titles(info: string): string[] {
  return [...info.matchAll(/^# (\w+)\r$/gm)].map((match) => match[1]);
}

/** Values by name. */
function fields(info: string): Map<string, string> {
  return new Map([...info.matchAll(/^([^#:\r\n]+):(.*)\r$/gm)].map((match) => [match[1], match[2]]));
}

/** INFO of an engine without data. */
function emptyInfo(...sections: string[]): string {
  return buildInfo(facts(new Engine()), sections);
}

describe("sections of INFO", () => {
  test("are the default ones when none is named", () => {
    expect(titles(emptyInfo())).toEqual(DEFAULT_SECTIONS);
    expect(emptyInfo("default")).toBe(emptyInfo());
  });

  test("are all with 'all' and 'everything'", () => {
    const all = [...DEFAULT_SECTIONS];
    all.splice(9, 1, "Commandstats", "Errorstats", "Latencystats");
    expect(titles(emptyInfo("all"))).toEqual(all);
    expect(titles(emptyInfo("everything"))).toEqual(all);
    expect(titles(emptyInfo("server", "all"))).toEqual(all);
  });

  test("are those that are named, each once and in Redis' order", () => {
    expect(titles(emptyInfo("keyspace", "server", "nosuch", "server"))).toEqual(["Server", "Keyspace"]);
    expect(titles(emptyInfo("commandstats", "default"))).toContain("Commandstats");
    expect(emptyInfo("module_list")).toBe(emptyInfo("modules"));
    expect(emptyInfo("cluster")).toBe("# Cluster\r\ncluster_enabled:0\r\n");
  });

  test("are none when the name does not exist", () => {
    expect(emptyInfo("nosuch")).toBe("");
  });

  test("are separated by an empty line", () => {
    expect(emptyInfo("cluster", "modules")).toBe("# Modules\r\n\r\n# Cluster\r\ncluster_enabled:0\r\n");
  });
});

describe("fields of INFO", () => {
  test("include the product's", () => {
    const info = emptyInfo();
    for (const section of INFO_SECTIONS) expect(titles(info)).toContain(section);
    for (const field of INFO_FIELDS) expect([...fields(info).keys()]).toContain(field);
  });

  test("do not repeat a name", () => {
    const names = [...emptyInfo("everything").matchAll(/^([^#:\r\n]+):/gm)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("do not claim to be another server than Redis", () => {
    const info = fields(emptyInfo("everything"));
    expect(info.get("redis_version")).toBe("7.2.4");
    expect([...info.keys()].filter((name) => /dragonfly|valkey/.test(name))).toEqual([]);
  });

  test("show what the server knows", () => {
    expect(Object.fromEntries(fields(emptyInfo()))).toMatchObject({
      openkv_version: "9.8.7",
      uptime_in_seconds: "172805",
      uptime_seconds: "172805",
      uptime_in_days: "2",
      worker_count: "1",
      connections_handled: "8",
      total_connections_received: "8",
      active_connections: "3",
      connected_clients: "3",
      blocked_clients: "4",
      rejected_connections: "2",
      mem_clients_normal: "23",
      requests_per_second: "12.35",
      instantaneous_ops_per_sec: "12",
      instantaneous_input_kbps: "1.50",
      total_net_output_bytes: "2000",
      total_reads_processed: "31",
      used_cpu_sys: "1.500000",
      used_cpu_user: "0.000042",
      rdb_last_save_time: "1700000000",
      maxmemory: "2097152",
      maxmemory_human: "2.00M",
      used_memory_rss_human: "50.00M",
    });
  });

  test("count memory as the arenas do", () => {
    const engine = new Engine();
    engine.run("SET", "a", "x".repeat(2 << 20));
    const info = fields(buildInfo(facts(engine), ["memory"]));
    const used = String(engine.keyspace.usedBytes);
    expect(info.get("used_memory")).toBe(used);
    expect(info.get("memory_usage_bytes")).toBe(used);
    expect(info.get("used_memory_peak")).toBe(used);
    expect(info.get("used_memory_peak_perc")).toBe("100.00%");
  });

  test("have no infinite ratios when the dataset is empty", () => {
    expect(emptyInfo()).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("count keys by db, and over all of them", () => {
    const engine = new Engine();
    engine.run("SET", "a", "1");
    engine.run("SELECT", 7);
    engine.run("SET", "b", "1");
    engine.run("SET", "c", "1", "EX", 100);
    const info = fields(buildInfo(facts(engine), []));
    expect(info.get("db0")).toBe("keys=1,expires=0,avg_ttl=0");
    expect(info.get("db7")).toBe("keys=2,expires=1,avg_ttl=0");
    expect(info.has("db1")).toBe(false);
    expect([info.get("total_keys"), info.get("expiring_keys")]).toEqual(["3", "1"]);
  });

  test("count hits, misses and expired keys", () => {
    const engine = new Engine();
    engine.run("SET", "a", "1", "PX", 10);
    engine.run("GET", "a");
    engine.advance(20);
    engine.run("GET", "a");
    const info = fields(buildInfo(facts(engine), ["stats"]));
    expect(["keyspace_hits", "keyspace_misses", "expired_keys"].map((name) => info.get(name))).toEqual([
      "1",
      "1",
      "1",
    ]);
  });

  test("count calls, refusals and failures of commands", () => {
    const engine = new Engine({ server: { configMatching: () => [] } });
    engine.run("SET", "a", "text");
    engine.run("SET", "a");
    engine.run("INCR", "a");
    engine.run("CONFIG", "GET", "x");
    const incr = engine.ctx.commands.named("incr");
    if (incr !== null) incr.microseconds = 2.5;
    const info = buildInfo(facts(engine), ["commandstats"]);
    expect(info.split("\r\n").filter((line) => !line.includes("_set") && line !== "")).toEqual([
      "# Commandstats",
      "cmdstat_incr:calls=1,usec=3,usec_per_call=2.50,rejected_calls=0,failed_calls=1",
      "cmdstat_config|get:calls=1,usec=0,usec_per_call=0.00,rejected_calls=0,failed_calls=0",
    ]);
    expect(fields(info).get("cmdstat_set")).toContain("rejected_calls=1,failed_calls=0");
  });

  test("show percentiles of the time of each command that has run, subcommands too", () => {
    const engine = new Engine({ server: { configMatching: () => [], resetStatistics: () => {} } });
    const { times } = engine.ctx;
    const latencies = () => buildInfo(facts(engine), ["latencystats"]);
    expect(latencies()).toBe("# Latencystats\r\n");
    for (let i = 0; i < 90; i++) engine.run("GET", "a");
    times.share(90);
    for (let i = 0; i < 9; i++) {
      engine.run("GET", "a");
      times.share(100);
    }
    engine.run("GET", "a");
    times.share(5000);
    engine.run("CONFIG", "GET", "x");
    times.share(16);
    engine.run("NOSUCH");
    times.share(1);
    expect(latencies()).toBe(
      [
        "# Latencystats",
        "latency_percentiles_usec_get:p50=1.000,p99=107.635,p99.9=5792.619",
        "latency_percentiles_usec_config|get:p50=16.000,p99=16.000,p99.9=16.000",
        "",
      ].join("\r\n"),
    );
    engine.run("CONFIG", "RESETSTAT");
    expect(latencies()).toBe("# Latencystats\r\n");
    times.share(16);
    expect(latencies()).toContain("latency_percentiles_usec_config|resetstat:p50=16.000,");
  });

  test("show the percentiles that are asked for, or none", () => {
    const engine = new Engine();
    engine.run("PING");
    engine.ctx.times.share(8);
    const latencies = (isShown: boolean, percentiles: number[]) =>
      buildInfo({ ...facts(engine), latency: { isShown, percentiles } }, ["latencystats"]);
    const line = (text: string) => `# Latencystats\r\nlatency_percentiles_usec_ping:${text}\r\n`;
    expect(latencies(true, [0, 50.5, 100 / 3, 99.999, 1e-6])).toBe(
      line("p0=8.000,p50.5=8.000,p33.333333=8.000,p99.999=8.000,p0.000001=8.000"),
    );
    expect(latencies(true, [])).toBe(line(""));
    expect(latencies(false, [50])).toBe("# Latencystats\r\n");
  });

  test("count error replies by their first word", () => {
    const engine = new Engine();
    engine.run("NOSUCH");
    engine.run("AUTH", "default2", "x");
    engine.run("INCR");
    expect(buildInfo(facts(engine), ["errorstats"])).toBe(
      "# Errorstats\r\nerrorstat_ERR:count=2\r\nerrorstat_WRONGPASS:count=1\r\n",
    );
    expect(fields(buildInfo(facts(engine), ["stats"])).get("total_error_replies")).toBe("3");
  });
});

describe("Latencystats of a server", () => {
  test("follow the configuration", async () => {
    const server = await startOpenKV();
    const client = await RawClient.connect(server.port);
    const latencies = async () => (await client.call("INFO", "latencystats")).toString();
    try {
      await client.call("SET", "a", "1");
      expect(await latencies()).toMatch(
        /\r\nlatency_percentiles_usec_set:p50=\d+\.\d{3},p99=\d+\.\d{3},p99\.9=\d+\.\d{3}\r\n/,
      );
      await client.call("CONFIG", "SET", "latency-tracking-info-percentiles", "0.5 100");
      expect(await latencies()).toMatch(/usec_config\|set:p0\.5=[\d.]+,p100=[\d.]+\r\n/);
      await client.call("CONFIG", "SET", "latency-tracking", "no");
      expect(await latencies()).toBe("$16\r\n# Latencystats\r\n\r\n");
    } finally {
      client.close();
      await server.stop();
    }
  });
});

describe("bytes for people", () => {
  test.each([
    [0, "0B"],
    [1023, "1023B"],
    [1024, "1.00K"],
    [1_233_696, "1.18M"],
    [2 ** 31, "2.00G"],
    [1.5 * 2 ** 40, "1.50T"],
  ])("%d is %s", (bytes, text) => {
    expect(humanBytes(bytes)).toBe(text);
  });
});

describeWith(["redis-server"], "INFO of Redis", () => {
  test("has no section and no field that is missing here", async () => {
    const redis = await startRedis();
    const client = await RawClient.connect(redis.port);
    try {
      await client.call("SET", "a", "1");
      const reply = (await client.call("INFO")).toString();
      const engine = new Engine();
      engine.run("SET", "a", "1");
      const own = buildInfo(facts(engine), []);
      expect(titles(reply).filter((title) => !titles(own).includes(title))).toEqual([]);
      expect([...fields(reply).keys()].filter((name) => !fields(own).has(name))).toEqual([]);
      // In the same order too, which people read and some tools rely on.
      const shared = [...fields(own).keys()].filter((name) => fields(reply).has(name));
      expect(shared).toEqual([...fields(reply).keys()]);
    } finally {
      client.close();
      await redis.stop();
    }
  });
});
