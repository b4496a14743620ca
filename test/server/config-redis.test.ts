/** Every directive of redis-server 7.0.15: same names, same defaults, same answers to CONFIG SET and GET. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Config } from "../../src/server/config/config.ts";
import { CONFIG_NAMES } from "../../src/server/config/table.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import { startRedis } from "../support/redis.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";

/** Settings whose default is our own. */
const OWN_DEFAULTS = ["bind", "port", "dir", "list-compress-depth"];

/**
 * Settings that are not tried on the reference server: they cut the connection, need other rights or
 * libraries, depend on the machine, or are refused here on purpose. TLS settings too: Redis without certificates refuses some.
 */
const NOT_TRIED = [
  ...["bind", "port", "dir", "requirepass", "maxclients", "maxmemory-clients"],
  ...["oom-score-adj", "oom-score-adj-values", "activedefrag", "appendonly"],
];

const TRIED_VALUES = [
  ...[
    "",
    "0",
    "1",
    "-1",
    "007",
    "+1",
    " 1",
    "1 ",
    "99999999999",
    "9223372036854775807",
    "9223372036854775808",
  ],
  ...[
    "yes",
    "NO",
    "x",
    "1mb",
    "3KB",
    "2g",
    "1.5mb",
    "50%",
    "101%",
    "1 2",
    "1 2 3",
    "60 1 5 6",
    "a.b",
    "{port}",
  ],
  ...[
    "normal 1kb 2 3",
    "replica 1 2 3 pubsub 0 0 0",
    "KEA",
    "gxK",
    "nm",
    "always",
    "warning",
    "swapdb",
    "clients",
  ],
];

describeWith(["redis-server"], "the configuration beside redis-server", () => {
  let redis: ServerProcess;
  let client: RawClient;
  const call = async (...words: string[]) => {
    client.send(encodeCommand(words.map((word) => Buffer.from(word, "latin1"))));
    return (await client.readReplies(1)).toString("latin1");
  };
  const getReply = (config: Config, name: string) =>
    encodeCommand(config.matching([name]).flat()).toString("latin1");

  beforeAll(async () => {
    redis = await startRedis({ args: ["--enable-protected-configs", "yes"] });
    client = await RawClient.connect(redis.port);
  });
  afterAll(async () => {
    client.close();
    await redis.stop();
  });

  const redisNames = async () => {
    const words = (await call("CONFIG", "GET", "*")).split("\r\n").filter((_, at) => at % 2 === 0 && at > 0);
    return words.filter((_, at) => at % 2 === 0).sort();
  };

  test("has every directive of Redis with Redis' default, and only the ones marked as its own besides", async () => {
    const config = Config.load({ env: { OPENKV_ENABLE_PROTECTED_CONFIGS: "yes" } });
    const names = await redisNames();
    expect(names.length).toBe(192);
    const ours = config.matching(["*"]).map(([name]) => name);
    expect(ours.filter((name) => !CONFIG_NAMES.get(name)?.directive.isOwn).sort()).toEqual(names);
    for (const name of names) {
      if (OWN_DEFAULTS.includes(name)) continue;
      expect(getReply(config, name)).toBe(await call("CONFIG", "GET", name));
    }
  });

  test("answers CONFIG SET as Redis does, for values good and bad", async () => {
    const config = Config.load({ env: { OPENKV_ENABLE_PROTECTED_CONFIGS: "yes" } });
    let tried = 0;
    for (const name of await redisNames()) {
      if (NOT_TRIED.includes(name) || name.startsWith("tls-")) continue;
      for (const value of TRIED_VALUES) {
        const error = config.set([[name, value]], true);
        const theirs = await call("CONFIG", "SET", name, value);
        expect([name, value, error === null ? "+OK\r\n" : `-ERR ${error}\r\n`]).toEqual([
          name,
          value,
          theirs,
        ]);
        if (error === null) expect(getReply(config, name)).toBe(await call("CONFIG", "GET", name));
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(5000);
  });
});
