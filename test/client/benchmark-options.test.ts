import { describe, expect, test } from "bun:test";
import { parseBenchmarkOptions } from "../../src/client/benchmark/options.ts";
import { defaultBenchmarkOptions } from "../../src/client/benchmark/settings.ts";

describe("the flags of redis-benchmark", () => {
  test("-h is the host, -p the port, -P the pipeline", () => {
    expect(parseBenchmarkOptions(["-h", "db", "-p", "1", "-P", "2"])).toEqual({
      ...defaultBenchmarkOptions(),
      host: "db",
      port: 1,
      pipeline: 2,
    });
  });

  test("all of them are understood together", () => {
    const line =
      "-s /s -a pw --user u -c 7 -n 8 -d 9 --dbnum 3 -k 0 -r 10 -t SET,get -q --csv -l -I -3 --seed 5";
    expect(parseBenchmarkOptions(line.split(" "))).toEqual({
      ...defaultBenchmarkOptions(),
      socketPath: "/s",
      password: "pw",
      user: "u",
      connections: 7,
      requests: 8,
      payloadBytes: 9,
      db: 3,
      keepAlive: false,
      keyspace: 10,
      tests: ["set", "get"],
      format: "csv",
      loop: true,
      idle: true,
      resp3: true,
      seed: 5,
    });
  });

  test("the first word that is no option begins the command, whatever follows", () => {
    const options = parseBenchmarkOptions(["-n", "5", "zadd", "z", "-1", "-q"]);
    expect(options.command.map(String)).toEqual(["zadd", "z", "-1", "-q"]);
    expect(options.commandTitle).toBe("zadd z -1 -q");
    expect(options.format).toBe("human");
  });

  test("-t beside a command is ignored with redis-benchmark's warning", () => {
    const options = parseBenchmarkOptions(["-t", "set", "ping"]);
    expect(options.tests).toBeNull();
    expect(options.warnings).toEqual(["WARNING: Option -t is ignored."]);
  });
});

describe("the long names", () => {
  test("mean the same, with a blank or an equals sign", () => {
    const long = "--host db --port=1 --connections 7 --requests=8 --pipeline 2 --timeout 1.5".split(" ");
    const options = parseBenchmarkOptions(long);
    expect(options).toEqual({
      ...parseBenchmarkOptions("-h db -p 1 -c 7 -n 8 -P 2".split(" ")),
      timeoutMs: 1500,
    });
  });

  test("--command splits its words by the rules of inline commands", () => {
    const options = parseBenchmarkOptions(["--command", `set "a b" '\\x'`]);
    expect(options.command.map(String)).toEqual(["set", "a b", "\\x"]);
  });
});

describe("mistakes", () => {
  const cases: [string, string][] = [
    ["--prot 1", "unknown option '--prot', did you mean '--port'?"],
    ["-Z", "unknown option '-Z'"],
    ["-n100", "unknown option '-n100'; one-letter options take their value as the next word"],
    ["-n", "-n needs a value"],
    ["-c -n 5", "-c needs a value"],
    ["-h", "-h needs a value (it is the host; help is --help)"],
    ["-n abc", "-n takes a whole number from 1 to 2147483647, not 'abc'"],
    ["-c 0", "-c takes a whole number from 1 to 60000, not '0'"],
    ["-p 65536", "-p takes a whole number from 1 to 65535, not '65536'"],
    ["-k 2", "-k takes a whole number from 0 to 1, not '2'"],
    ["--timeout x", "--timeout takes seconds from 0 to 86400, not 'x'"],
    ["--csv=yes", "--csv takes no value"],
    ["--threads 2", "--threads is not supported: the benchmark uses one thread"],
    ["--user u", "--user needs a password (-a)"],
    ["-x", "-x needs a command"],
    ["--command ping ping", "give the command once: by --command or at the end"],
    [`--command "ping`, "--command has unbalanced quotes"],
  ];
  for (const [line, message] of cases) {
    test(`'${line}' is refused`, () => {
      expect(() => parseBenchmarkOptions(line.split(" "))).toThrow(message);
    });
  }
});
