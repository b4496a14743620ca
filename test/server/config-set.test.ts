/** CONFIG SET and CONFIG GET, with the answers of redis-server 7.0.15 to the same calls. */
import { describe, expect, test } from "bun:test";
import { Config } from "../../src/server/config/config.ts";
import { CONFIG_NAMES, DIRECTIVES } from "../../src/server/config/table.ts";

const failed = (name: string, text: string) =>
  `CONFIG SET failed (possibly related to argument '${name}') - ${text}`;

const NOT_MEMORY = "argument must be a memory value";
const NOT_INTEGER = "argument couldn't be parsed into an integer";
const POLICIES =
  "argument(s) must be one of the following: volatile-lru, volatile-lfu, volatile-random, volatile-ttl, " +
  "allkeys-lru, allkeys-lfu, allkeys-random, noeviction";

describe("values that are taken over, as CONFIG GET shows them", () => {
  const cases: [name: string, value: string, shown: string][] = [
    ["maxmemory", "1gb", "1073741824"],
    ["maxmemory", "1GB", "1073741824"],
    ["maxmemory", "1g", "1000000000"],
    ["maxmemory", "1k", "1000"],
    ["maxmemory", "1kb", "1024"],
    ["maxmemory", "1m", "1000000"],
    ["maxmemory", "1B", "1"],
    ["maxmemory", "", "0"],
    ["maxmemory", "mb", "0"],
    ["maxmemory", "010", "10"],
    ["maxmemory", "18446744073709551615", "18446744073709551615"],
    ["maxmemory-clients", "10%", "10%"],
    ["maxmemory-clients", "0%", "0"],
    ["maxmemory-clients", "5mb", "5242880"],
    ["maxmemory-policy", "ALLKEYS-LRU", "allkeys-lru"],
    ["dynamic-hz", "Yes", "yes"],
    ["hz", "0", "1"],
    ["hz", "501", "500"],
    ["repl-backlog-size", "1", "16384"],
    ["client-query-buffer-limit", "1mb", "1048576"],
    ["notify-keyspace-events", "KEA", "AKE"],
    ["notify-keyspace-events", "KExg", "gxKE"],
    ["notify-keyspace-events", "Kn", "nK"],
    ["notify-keyspace-events", "mn", "nm"],
    ["notify-keyspace-events", "AKEnm", "AKEm"],
    ["notify-keyspace-events", "KEg$lshzxetd", "AKE"],
    ["notify-keyspace-events", "KEl$", "$lKE"],
    ["notify-keyspace-events", "", ""],
    ["save", "900 1 300 10", "900 1 300 10"],
    ["save", "010 1", "10 1"],
    ["save", "", ""],
    ["client-output-buffer-limit", "", "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"],
    [
      "client-output-buffer-limit",
      "NORMAL 1kb 2kb 3",
      "normal 1024 2048 3 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
    ],
    [
      "client-output-buffer-limit",
      "pubsub 1mb 0 0 replica 2 2 2",
      "normal 0 0 0 slave 2 2 2 pubsub 1048576 0 0",
    ],
    ["latency-tracking-info-percentiles", "0.5 1e1", "0.5 10"],
    ["latency-tracking-info-percentiles", "", ""],
    ["oom-score-adj-values", "-1 0 1", "-1 0 1"],
    ["cluster-announce-hostname", "a.b", "a.b"],
    ["proc-title-template", "x", "x"],
    ["hash-max-ziplist-entries", "7", "7"],
    ["requirepass", "p\xff", "p\xff"],
  ];
  test.each(cases)("CONFIG SET %s '%s' shows '%s'", (name, value, shown) => {
    const config = Config.load();
    expect(config.set([[name, value]])).toBeNull();
    expect(config.matching([name])).toEqual([[name, shown]]);
  });
});

describe("values that are refused, in Redis' words", () => {
  const cases: [name: string, value: string, text: string][] = [
    ["maxmemory", "1.5gb", NOT_MEMORY],
    ["maxmemory", "-1", NOT_MEMORY],
    ["maxmemory", " 1", NOT_MEMORY],
    ["maxmemory", "+1", NOT_MEMORY],
    ["maxmemory", "0x10", NOT_MEMORY],
    ["maxmemory", "1t", NOT_MEMORY],
    ["timeout", "", NOT_INTEGER],
    ["timeout", "010", NOT_INTEGER],
    ["timeout", "1.5", NOT_INTEGER],
    ["timeout", " 5", NOT_INTEGER],
    ["timeout", "+5", NOT_INTEGER],
    ["timeout", "-0", NOT_INTEGER],
    ["timeout", "9223372036854775808", NOT_INTEGER],
    ["timeout", "2147483648", "argument must be between 0 and 2147483647 inclusive"],
    ["set-max-intset-entries", "1k", NOT_INTEGER],
    ["slowlog-log-slower-than", "-2", "argument must be between -1 and 9223372036854775807 inclusive"],
    ["maxclients", "0", "argument must be between 1 and 4294967295 inclusive"],
    ["maxmemory-clients", "101%", "percentage argument must be less or equal to 100"],
    ["maxmemory-clients", "05%", "argument must be a memory or percent value"],
    ["maxmemory-clients", "%", "argument must be a memory or percent value"],
    ["maxmemory-policy", "noeviction ", POLICIES],
    ["dynamic-hz", "1", "argument must be 'yes' or 'no'"],
    ["proto-max-bulk-len", "1024", "argument must be between 1048576 and 9223372036854775807 inclusive"],
    ["notify-keyspace-events", "E $", "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."],
    ["save", "900", "Invalid save parameters"],
    ["save", "0 1", "Invalid save parameters"],
    ["save", "900 1  300 10", "Invalid save parameters"],
    [
      "client-output-buffer-limit",
      " normal 0 0 0",
      "Wrong number of arguments in buffer limit configuration.",
    ],
    [
      "client-output-buffer-limit",
      "master 0 0 0",
      "Invalid client class specified in buffer limit configuration.",
    ],
    [
      "client-output-buffer-limit",
      "normal 0 0 -1",
      "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
    ],
    ["latency-tracking-info-percentiles", "abc", "Invalid latency-tracking-info-percentiles parameters"],
    [
      "latency-tracking-info-percentiles",
      "101",
      "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
    ],
    ["oom-score-adj-values", "0 200", "wrong number of arguments"],
    [
      "oom-score-adj-values",
      "2001 0 0",
      "Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
    ],
    ["proc-title-template", "{nope}", "template format is invalid or contains unknown variables"],
    [
      "cluster-announce-hostname",
      "a b",
      "Hostnames may only contain alphanumeric characters, hyphens or dots",
    ],
    ["cluster-announce-hostname", "x".repeat(300), "Hostnames must be less than 256 characters"],
    ["bind", "127.0.0.1 ".repeat(17).trim(), "Too many bind addresses specified."],
    ["loglevel", "nothing", "argument(s) must be one of the following: debug, verbose, notice, warning"],
    ["databases", "16", "can't set immutable config"],
    ["dir", "/", "can't set protected config"],
    ["hash-max-ziplist-entries", "x", NOT_INTEGER],
  ];
  test.each(cases)("CONFIG SET %s '%s': %s", (name, value, text) => {
    const config = Config.load();
    const before = config.matching(["*"]);
    expect(config.set([[name, value]])).toBe(failed(name, text));
    expect(config.matching(["*"])).toEqual(before);
  });
});

describe("several pairs are one change", () => {
  /** Words in turn: names and values. */
  const cases: [words: string, error: string][] = [
    ["nosuch 1", "Unknown option or number of arguments for CONFIG SET - 'nosuch'"],
    ["port x NoSuch 1", "Unknown option or number of arguments for CONFIG SET - 'NoSuch'"],
    ["MaxMemory 1 maxmemory 2", failed("maxmemory", "duplicate parameter")],
    ["timeout 5 maxmemory x", failed("maxmemory", NOT_MEMORY)],
    ["databases 1 nosuch x", failed("databases", "can't set immutable config")],
    ["DataBases x", failed("DataBases", "can't set immutable config")],
    ["MaxMemory x", failed("maxmemory", NOT_MEMORY)],
    ["timeout 1 timeout 2 databases 1", failed("timeout", "duplicate parameter")],
  ];
  test.each(cases)("CONFIG SET %s fails and changes nothing", (words, error) => {
    const parts = words.split(" ");
    const pairs = parts.flatMap((name, at): [string, string][] =>
      at % 2 === 0 ? [[name, parts[at + 1]]] : [],
    );
    const config = Config.load();
    const before = config.matching(["*"]);
    expect(config.set(pairs)).toBe(error);
    expect(config.matching(["*"])).toEqual(before);
    expect(config.timeout).toBe(0);
  });

  test("both names of one setting are no duplicates, and the later one counts", () => {
    const config = Config.load();
    const pairs: [string, string][] = [
      ["hash-max-ziplist-entries", "1"],
      ["hash-max-listpack-entries", "2"],
    ];
    expect(config.set(pairs)).toBeNull();
    expect(config.matching(["hash-max-*-entries"])).toEqual([
      ["hash-max-listpack-entries", "2"],
      ["hash-max-ziplist-entries", "2"],
    ]);
  });
});

describe("CONFIG GET", () => {
  test("a pattern in any case gives names in lower case, a name comes back as written, and nothing twice", () => {
    const config = Config.load();
    expect(config.matching(["TIMEOUT", "timeout", "time?ut", "nosuch", "MAXC[kl]*"])).toEqual([
      ["TIMEOUT", "0"],
      ["maxclients", "10000"],
    ]);
    expect(config.matching(["time\\out", ""])).toEqual([]);
  });

  test("hidden settings are shown only by their full name", () => {
    const config = Config.load();
    expect(config.matching(["key-load*"])).toEqual([]);
    expect(config.matching(["key-load-delay"])).toEqual([["key-load-delay", "0"]]);
  });

  test("every setting that can change can be set to the value it shows", () => {
    const config = Config.load({ env: { OPENKV_ENABLE_PROTECTED_CONFIGS: "yes" } });
    const all = config.matching(["*"]);
    expect(all.length).toBe([...CONFIG_NAMES.values()].filter((n) => !n.directive.isHidden).length);
    for (const [name, value] of all) {
      const directive = CONFIG_NAMES.get(name)?.directive;
      if (directive?.isImmutable && !directive.isOwn) continue;
      expect([name, config.set([[name, value]])]).toEqual([name, null]);
    }
    expect(config.matching(["*"])).toEqual(all);
  });

  test("every setting that has an effect has a summary", () => {
    const mute = DIRECTIVES.filter(({ inert, summary }) => inert === null && summary === "");
    expect(mute.map(({ name }) => name)).toEqual([]);
  });

  test("every default is in its normal form and can be served", () => {
    for (const { name, kind, initial, refuse } of DIRECTIVES) {
      if (name === "dir") continue;
      const args = kind.isMulti && initial !== "" ? initial.split(" ") : [initial];
      expect([name, kind.parse(args, initial), refuse(initial)]).toEqual([name, initial, null]);
    }
  });
});

describe("protected settings", () => {
  test("enable-protected-configs decides who may change them", () => {
    const local = Config.load({ env: { OPENKV_ENABLE_PROTECTED_CONFIGS: "local" } });
    expect(local.set([["dbfilename", "x.rdb"]])).toBe(failed("dbfilename", "can't set protected config"));
    expect(local.set([["dbfilename", "x.rdb"]], true)).toBeNull();
    expect(local.set([["dbfilename", "a/b"]], true)).toBe(
      failed("dbfilename", "dbfilename can't be a path, just a filename"),
    );
    expect(local.set([["dir", "/does/not/exist"]], true)).toBe(failed("dir", "No such file or directory"));
  });
});

describe("what cannot be served is not accepted in silence", () => {
  test("the append-only file is refused with what to do", () => {
    const text = failed("appendonly", "the append-only file is not supported yet: keep appendonly no");
    expect(Config.load().set([["appendonly", "yes"]])).toBe(text);
  });

  test("a setting without effect is kept and reported, but not when it keeps its value", () => {
    const config = Config.load();
    const said: string[] = [];
    config.onWarning = (line) => said.push(line);
    config.set([["save", ""]]);
    expect(said).toEqual([]);
    config.set([["save", "900 1"]]);
    expect(config.get("save")).toBe("900 1");
    expect(said).toEqual(["CONFIG SET save: the value is kept but has no effect yet"]);
  });

  test("an eviction policy is kept and reported, but not when it keeps its value or asks for none", () => {
    const config = Config.load();
    const said: string[] = [];
    config.onWarning = (line) => said.push(line);
    config.set([["maxmemory-policy", "allkeys-lfu"]]);
    config.set([["maxmemory-policy", "allkeys-lfu"]]);
    config.set([["maxmemory-policy", "noeviction"]]);
    expect(said).toEqual([
      "CONFIG SET maxmemory-policy allkeys-lfu: nothing is evicted yet: writes are refused when memory is full",
    ]);
    expect(config.maxmemoryPolicy).toBe("noeviction");
  });

  test("the port stays as it is unless the server can change it", () => {
    const config = Config.load();
    expect(config.set([["port", "9501"]])).toBeNull();
    expect(config.set([["port", "1"]])).toStartWith(failed("port", "Unable to listen on this port"));
    expect(config.port).toBe(9501);
    config.onChange("port", () => null);
    expect(config.set([["port", "1"]])).toBeNull();
    expect(config.port).toBe(1);
  });

  test("a setting of our own that never changes can be set to what it is", () => {
    const config = Config.load();
    expect(config.set([["shards", "16"]])).toBeNull();
    expect(config.set([["shards", "32"]])).toBe(failed("shards", "can't set immutable config"));
  });
});

describe("change hooks", () => {
  test("a hook runs after a change, with the typed field up to date, and not without a change", () => {
    const config = Config.load();
    const seen: number[] = [];
    config.onChange("maxclients", () => {
      seen.push(config.maxclients);
      return null;
    });
    config.set([["maxclients", "10000"]]);
    config.set([["maxclients", "5"]]);
    expect(seen).toEqual([5]);
  });

  test("an error of a hook undoes the whole CONFIG SET, and tells the hooks that had run", () => {
    const config = Config.load();
    const seen: number[] = [];
    config.onChange("maxclients", () => {
      seen.push(config.maxclients);
      return null;
    });
    config.onChange("timeout", () => "no timeouts today");
    const pairs: [string, string][] = [
      ["maxclients", "5"],
      ["timeout", "9"],
    ];
    expect(config.set(pairs)).toBe(failed("timeout", "no timeouts today"));
    expect(seen).toEqual([5, 10000]);
    expect([config.maxclients, config.timeout]).toEqual([10000, 0]);
  });
});
