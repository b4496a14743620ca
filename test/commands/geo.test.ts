import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";
import { addSicily, ZSET_FORMS } from "../support/geo-samples.ts";

const SYNTAX = "-ERR syntax error\r\n";
const NOT_FLOAT = "-ERR value is not a valid float\r\n";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const UNIT = "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const NULL = "$-1\r\n";

const PALERMO = ["13.36138933897018433", "38.11555639549629859"];
const CATANIA = ["15.08726745843887329", "37.50266842333162032"];
/** Where the first cell is, and the last place of the map. */
const FIRST = ["-179.99999731779098511", "-85.05112751263942528"];
const LAST = ["180", "85.0511287799999991"];

let engine: Engine;
const run = (line: string) => engine.run(...line.split(" "));
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const pair = (texts: string[]) => `*2\r\n${texts.map(bulk).join("")}`;
const invalid = (text: string) => `-ERR invalid longitude,latitude pair ${text}\r\n`;

for (const { name, limits } of ZSET_FORMS) {
  describe(`in sorted sets that are ${name},`, () => {
    beforeEach(() => {
      engine = new Engine();
      Object.assign(engine.keyspace.limits, limits);
      addSicily(engine);
    });

    describe("GEOADD", () => {
      test("makes the geohash of a position the score of the member", () => {
        expect(run("ZSCORE s Palermo")).toBe(bulk("3479099956230698"));
        expect(run("ZSCORE s Catania")).toBe(bulk("3479447370796909"));
        expect(run("OBJECT ENCODING s")).toBe(bulk(name === "packed" ? "listpack" : "skiplist"));
        checkKeyspace(engine.keyspace);
      });

      test("counts new members, with CH moved ones as well", () => {
        expect(run("GEOADD s 1 1 a 2 2 b")).toBe(":2\r\n");
        expect(run("GEOADD s 1 1 a 2 3 b 3 3 c")).toBe(":1\r\n");
        expect(run("GEOADD s ch 1 1 a 2 4 b 4 4 d")).toBe(":2\r\n");
        expect(run("GEOADD s CH 1 1 a")).toBe(":0\r\n");
        checkKeyspace(engine.keyspace);
      });

      test("with NX leaves members where they are, with XX adds none", () => {
        expect(run("GEOADD s NX CH 1 1 Palermo 2 2 New")).toBe(":1\r\n");
        expect(run("GEOPOS s Palermo")).toBe(`*1\r\n${pair(PALERMO)}`);
        expect(run("GEOADD s XX 1 1 Palermo 3 3 Other")).toBe(":0\r\n");
        expect(run("GEOADD s XX CH 13.361389 38.115556 Palermo 3 3 Other")).toBe(":1\r\n");
        expect(run("ZCARD s")).toBe(":4\r\n");
        expect(run("GEOADD none XX 1 1 a")).toBe(":0\r\n");
        expect(run("EXISTS none")).toBe(":0\r\n");
      });

      test("counts as a change only if something changes", () => {
        const { dirty } = engine.keyspace;
        run("GEOADD s 13.361389 38.115556 Palermo");
        run("GEOADD s NX 1 1 Palermo");
        run("GEOADD s XX 1 1 Other");
        expect(engine.keyspace.dirty).toBe(dirty);
        run("GEOADD s 1 1 Palermo");
        expect(engine.keyspace.dirty).toBe(dirty + 1);
      });

      test("takes the edges of the map, and nothing beyond", () => {
        expect(run("GEOADD s 180 85.05112878 corner -180 -85.05112878 other")).toBe(":2\r\n");
        expect(run("ZSCORE s corner")).toBe(bulk("13510798882111488"));
        expect(run("ZSCORE s other")).toBe(bulk("0"));
        expect(run("GEOADD s 200 10 b")).toBe(invalid("200.000000,10.000000"));
        expect(run("GEOADD s 0 85.0511288 b")).toBe(invalid("0.000000,85.051129"));
        expect(run("GEOADD s inf -0 b")).toBe(invalid("inf,-0.000000"));
        expect(run("GEOADD s -181.5 1e22 b")).toBe(invalid("-181.500000,10000000000000000000000.000000"));
      });

      test("changes nothing when a later argument is wrong", () => {
        const before = digest(engine.keyspace);
        for (const line of ["1 1 a 200 10 b", "1 1 a b 2 c", "1 1 a 2 nan b", "1 1 a 2 2"])
          expect(run(`GEOADD s ${line}`)).toStartWith("-ERR");
        expect(digest(engine.keyspace)).toBe(before);
      });

      test("looks at options, then at positions, then at the key", () => {
        run("SET str x");
        expect(run("GEOADD str NX XX 1000 1 a")).toBe(SYNTAX);
        expect(run("GEOADD str NX XX CH")).toBe(SYNTAX);
        expect(run("GEOADD str NX CH CH")).toBe(SYNTAX);
        expect(run("GEOADD str 1000 1 a 2 2")).toBe(SYNTAX);
        expect(run("GEOADD str GT 1 a")).toBe(NOT_FLOAT);
        expect(run("GEOADD str -0 0.0078125x b")).toBe(NOT_FLOAT);
        expect(run("GEOADD str 1 100 a")).toBe(invalid("1.000000,100.000000"));
        expect(run("GEOADD str 1 1 a")).toBe(WRONG_TYPE);
      });
    });

    describe("GEOPOS", () => {
      test("replies longitude and latitude of each member, a null array for the missing", () => {
        expect(run("GEOPOS s Palermo none Catania")).toBe(`*3\r\n${pair(PALERMO)}*-1\r\n${pair(CATANIA)}`);
        expect(run("GEOPOS none a")).toBe("*1\r\n*-1\r\n");
        expect(run("GEOPOS s")).toBe("*0\r\n");
        expect(run("GEOPOS none")).toBe("*0\r\n");
      });

      test("replies doubles and nulls in RESP3", () => {
        engine.ctx.client.resp = 3;
        expect(run("GEOPOS s Palermo none")).toBe(
          "*2\r\n*2\r\n,13.36138933897018433\r\n,38.11555639549629859\r\n_\r\n",
        );
      });

      test("makes something of every score", () => {
        run("ZADD f 0 zero 0.5 half -1 below 1e30 above");
        expect(run("GEOPOS f zero half below above")).toBe(
          `*4\r\n${pair(FIRST)}${pair(FIRST)}${pair(LAST)}${pair(FIRST)}`,
        );
      });
    });

    describe("GEOHASH", () => {
      test("replies standard geohashes, nulls for the missing", () => {
        expect(run("GEOHASH s Palermo none Catania")).toBe(
          `*3\r\n${bulk("sqc8b49rny0")}${NULL}${bulk("sqdtr74hyu0")}`,
        );
        expect(run("GEOHASH none a")).toBe(`*1\r\n${NULL}`);
        engine.ctx.client.resp = 3;
        expect(run("GEOHASH s Palermo none")).toBe(`*2\r\n${bulk("sqc8b49rny0")}_\r\n`);
      });
    });

    describe("GEODIST", () => {
      test("replies the distance in metres or another unit", () => {
        expect(run("GEODIST s Palermo Catania")).toBe(bulk("166274.1516"));
        expect(run("GEODIST s Palermo Catania m")).toBe(bulk("166274.1516"));
        expect(run("GEODIST s Palermo Catania km")).toBe(bulk("166.2742"));
        expect(run("GEODIST s Palermo Catania MI")).toBe(bulk("103.3182"));
        expect(run("GEODIST s Palermo Catania Ft")).toBe(bulk("545518.8700"));
        expect(run("GEODIST s Palermo Palermo")).toBe(bulk("0.0000"));
        engine.ctx.client.resp = 3;
        expect(run("GEODIST s Palermo Catania")).toBe(bulk("166274.1516"));
        expect(run("GEODIST s Palermo none")).toBe("_\r\n");
      });

      test("is null when a member is missing", () => {
        expect(run("GEODIST s Palermo none")).toBe(NULL);
        expect(run("GEODIST s none Palermo")).toBe(NULL);
        expect(run("GEODIST none a b")).toBe(NULL);
      });

      test("looks at the arguments before the key", () => {
        run("SET str x");
        expect(run("GEODIST none a b meters")).toBe(UNIT);
        expect(run("GEODIST str a b meters")).toBe(UNIT);
        expect(run("GEODIST str a b meters m")).toBe(SYNTAX);
        expect(run("GEODIST str a b")).toBe(WRONG_TYPE);
      });
    });
  });
}

describe("a key of another type", () => {
  test("is refused", () => {
    engine = new Engine();
    run("SET str x");
    for (const line of ["GEOPOS str a", "GEOPOS str", "GEOHASH str a", "GEODIST str a b m"])
      expect([line, run(line)]).toEqual([line, WRONG_TYPE]);
  });
});

describe("a full arena", () => {
  test("lets GEOADD fail as a whole", () => {
    engine = new Engine({ shards: 1, databases: 1, arenaBytes: 1 << 20 });
    let calls = 0;
    let reply = "";
    for (; !reply.startsWith("-"); calls++)
      reply = run(`GEOADD s 1 1 a${calls} ${calls % 180} 2 ${"b".repeat(300)}${calls} 3 3 c${calls}`);
    expect(reply).toBe(OOM);
    expect(calls).toBeGreaterThan(100);
    expect(run("ZCARD s")).toBe(`:${3 * (calls - 1)}\r\n`);
    expect(run(`GEOPOS s a${calls - 1} c${calls - 1}`)).toBe("*2\r\n*-1\r\n*-1\r\n");
    checkKeyspace(engine.keyspace);
  });
});
