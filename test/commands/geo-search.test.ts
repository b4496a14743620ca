import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { digest } from "../../src/store/digest.ts";
import { parseFrame, type Reply } from "../compat/support/frames.ts";
import { Engine } from "../support/engine.ts";
import { addSicily, ZSET_FORMS } from "../support/geo-samples.ts";
import { elements } from "../support/replies.ts";

const SYNTAX = "-ERR syntax error\r\n";
const NOT_FLOAT = "-ERR value is not a valid float\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const UNIT = "-ERR unsupported unit provided. please use M, KM, FT, MI\r\n";
const RADIUS = "-ERR need numeric radius\r\n";
const NO_MEMBER = "-ERR could not decode requested zset member\r\n";
const COUNT = "-ERR COUNT must be > 0\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const EMPTY = "*0\r\n";

const ALL = ["Agrigento", "Palermo", "Catania"];
const NEAREST = ["Catania", "Agrigento", "Palermo"];
const FARTHEST = NEAREST.toReversed();

let engine: Engine;
const run = (line: string) => engine.run(...line.split(" "));

/** The members in a reply without details. */
const found = (line: string) => elements(run(line));

type Tree = string | null | Tree[];

function treeOf({ items, text, type }: Reply): Tree {
  return type === "*" ? items.map(treeOf) : text;
}

/** A reply with details: texts and integers in arrays. */
const detailed = (line: string) => treeOf(parseFrame(Buffer.from(run(line), "latin1")));

const members = (key: string) => elements(run(`ZRANGE ${key} 0 -1 WITHSCORES`));

for (const { name, limits } of ZSET_FORMS) {
  describe(`in sorted sets that are ${name},`, () => {
    beforeEach(() => {
      engine = new Engine();
      Object.assign(engine.keyspace.limits, limits);
      addSicily(engine);
    });

    describe("a search", () => {
      test("finds the members in a circle, each command in its own words", () => {
        expect(found("GEORADIUS s 15 37 200 km")).toEqual(ALL);
        expect(found("GEORADIUS_RO s 15 37 100 km")).toEqual(["Catania"]);
        expect(found("GEORADIUSBYMEMBER s Agrigento 100 km")).toEqual(["Agrigento", "Palermo"]);
        expect(found("GEORADIUSBYMEMBER_RO s Agrigento 100 km")).toEqual(["Agrigento", "Palermo"]);
        expect(found("GEOSEARCH s FROMLONLAT 15 37 BYRADIUS 200000 m")).toEqual(ALL);
        expect(found("GEOSEARCH s BYRADIUS 100 KM FROMMEMBER Agrigento")).toEqual(["Agrigento", "Palermo"]);
      });

      test("finds the members in a box", () => {
        expect(found("GEOSEARCH s FROMLONLAT 15 37 BYBOX 400 400 km ASC")).toEqual(NEAREST);
        expect(found("GEOSEARCH s FROMLONLAT 15 37 BYBOX 50 400 km ASC")).toEqual(["Catania"]);
      });

      test("takes circles of any size", () => {
        expect(run("GEORADIUS s 15 37 0 m")).toBe(EMPTY);
        expect(found("GEORADIUS s 15 37 1e300 mi")).toEqual(ALL);
        expect(found("GEORADIUS s 15 37 inf m ASC")).toEqual(NEAREST);
      });

      test("sorts by distance if it is asked to, or only some are wanted", () => {
        expect(found("GEORADIUS s 15 37 200 km ASC")).toEqual(NEAREST);
        expect(found("GEORADIUS s 15 37 200 km DESC")).toEqual(FARTHEST);
        expect(found("GEORADIUS s 15 37 200 km COUNT 2")).toEqual(NEAREST.slice(0, 2));
        expect(found("GEORADIUS s 15 37 200 km COUNT 2 DESC")).toEqual(FARTHEST.slice(0, 2));
        expect(found("GEORADIUS s 15 37 200 km COUNT 9223372036854775807")).toEqual(NEAREST);
      });

      test("with ANY stops at the first ones it finds", () => {
        expect(found("GEORADIUS s 15 37 200 km COUNT 2 ANY")).toEqual(["Agrigento", "Palermo"]);
        expect(found("GEORADIUS s 15 37 200 km COUNT 2 ANY DESC")).toEqual(["Palermo", "Agrigento"]);
        expect(found("GEORADIUS s 15 37 200 km ANY COUNT 2 COUNT 1")).toEqual(["Agrigento"]);
        expect(found("GEORADIUS s 15 37 200 km COUNT 9223372036854775807 ANY")).toEqual(ALL);
      });

      test("gives distance, geohash and position in this order", () => {
        const position = ["15.08726745843887329", "37.50266842333162032"];
        expect(detailed("GEORADIUS s 15 37 200 km WITHCOORD WITHHASH WITHDIST COUNT 1")).toEqual([
          ["Catania", "56.4413", "3479447370796909", position],
        ]);
        expect(detailed("GEORADIUS s 15 37 100 km WITHCOORD")).toEqual([["Catania", position]]);
        expect(run("GEORADIUS s 15 37 100 km WITHHASH")).toBe(
          "*1\r\n*2\r\n$7\r\nCatania\r\n:3479447370796909\r\n",
        );
        expect(detailed("GEORADIUSBYMEMBER_RO s Agrigento 100 km WITHDIST")).toEqual([
          ["Agrigento", "0.0000"],
          ["Palermo", "90.9778"],
        ]);
      });

      test("gives positions as doubles in RESP3, but distances as texts", () => {
        engine.ctx.client.resp = 3;
        expect(run("GEORADIUS s 15 37 100 km WITHCOORD WITHDIST")).toBe(
          "*1\r\n*3\r\n$7\r\nCatania\r\n$7\r\n56.4413\r\n*2\r\n,15.08726745843887329\r\n,37.50266842333162032\r\n",
        );
      });

      test("finds the corner of the map, whose geohash exceeds 2^53", () => {
        run("GEOADD s 180 85.05112878 corner");
        expect(detailed("GEOSEARCH s FROMLONLAT 180 85.05112878 BYRADIUS 1 m WITHHASH WITHCOORD")).toEqual([
          ["corner", "13510798882111488", ["180", "85.0511287799999991"]],
        ]);
      });

      test("gives back members that are numbers", () => {
        run("GEOADD n 1 1 1 1 1 22 1 1 -333 1 1 9223372036854775807");
        const all = ["-333", "1", "22", "9223372036854775807"];
        expect(found("GEORADIUS n 1 1 1 m")).toEqual(all);
        expect(run("GEORADIUS n 1 1 1 m STORE n")).toBe(":4\r\n");
        expect(elements(run("ZRANGE n 0 -1"))).toEqual(all);
      });

      test("with COUNT chooses among equal distances as Redis does", () => {
        for (let i = 0; i < 12; i++) run(`GEOADD n 1 1 m${i}`);
        expect(found("GEORADIUS n 1 1 1 m COUNT 3")).toEqual(["m9", "m1", "m10"]);
        expect(found("GEORADIUS n 1 1 1 m COUNT 12").slice(0, 3)).toEqual(["m0", "m1", "m10"]);
      });
    });

    describe("a search with a destination", () => {
      test("stores the matches with their geohashes", () => {
        const scores = ["Agrigento", "3479030013248308", "Palermo", "3479099956230698"];
        expect(run("GEORADIUS s 15 37 200 km STORE d")).toBe(":3\r\n");
        expect(members("d")).toEqual([...scores, "Catania", "3479447370796909"]);
        expect(run("GEORADIUSBYMEMBER s Agrigento 100 km STORE d")).toBe(":2\r\n");
        expect(members("d")).toEqual(scores);
        expect(run("GEOSEARCHSTORE d s FROMMEMBER Agrigento BYBOX 200 200 km")).toBe(":2\r\n");
        expect(members("d")).toEqual(scores);
        checkKeyspace(engine.keyspace);
      });

      test("stores distances in the unit of the request", () => {
        const nearest = ["Catania", "56.441257870158204", "Agrigento", "130.42348706714702"];
        expect(run("GEORADIUS s 15 37 200 km STOREDIST d COUNT 2")).toBe(":2\r\n");
        expect(members("d")).toEqual(nearest);
        expect(run("GEOSEARCHSTORE d s STOREDIST FROMLONLAT 15 37 BYRADIUS 150 km")).toBe(":2\r\n");
        expect(members("d")).toEqual(nearest);
      });

      test("uses the last of several destinations", () => {
        expect(run("GEORADIUSBYMEMBER s Agrigento 100 km STOREDIST a STORE b")).toBe(":2\r\n");
        expect(run("EXISTS a")).toBe(":0\r\n");
        expect(members("b")).toEqual(["Agrigento", "3479030013248308", "Palermo", "3479099956230698"]);
      });

      test("may replace its source, and values of other types", () => {
        run("SET str x EX 100");
        expect(run("GEOSEARCHSTORE str s FROMLONLAT 15 37 BYRADIUS 150 km")).toBe(":2\r\n");
        expect(run("TYPE str")).toBe("+zset\r\n");
        expect(run("TTL str")).toBe(":-1\r\n");
        expect(run("GEOSEARCHSTORE s s FROMLONLAT 15 37 BYRADIUS 150 km")).toBe(":2\r\n");
        expect(elements(run("ZRANGE s 0 -1"))).toEqual(["Agrigento", "Catania"]);
        checkKeyspace(engine.keyspace);
      });

      test("deletes the destination when nothing is found", () => {
        for (const line of [
          "GEOSEARCHSTORE d s FROMLONLAT 0 0 BYRADIUS 1 m",
          "GEOSEARCHSTORE d none FROMMEMBER a BYRADIUS 1 m",
          "GEORADIUS none 1 1 1 m STORE d",
          "GEORADIUSBYMEMBER none x bad bad STOREDIST d",
        ]) {
          run("SET d x");
          const { dirty } = engine.keyspace;
          expect([line, run(line)]).toEqual([line, ":0\r\n"]);
          expect(run("EXISTS d")).toBe(":0\r\n");
          expect(run(line)).toBe(":0\r\n");
          expect(engine.keyspace.dirty).toBe(dirty + 1);
        }
      });
    });
  });
}

describe("a search of a key that does not exist", () => {
  test("finds nothing, and looks at the arguments as far as Redis does", () => {
    engine = new Engine();
    expect(run("GEORADIUS none 15 37 200 km")).toBe(EMPTY);
    expect(run("GEORADIUS none 15 37 200 bad")).toBe(UNIT);
    expect(run("GEORADIUSBYMEMBER none x bad bad")).toBe(EMPTY);
    expect(run("GEORADIUSBYMEMBER none x bad bad bad")).toBe(SYNTAX);
    expect(run("GEOSEARCH none FROMMEMBER x BYRADIUS 1 m")).toBe(EMPTY);
    expect(run("GEOSEARCH none FROMMEMBER x BYRADIUS 1 bad")).toBe(UNIT);
  });
});

describe("a search that is refused", () => {
  beforeEach(() => {
    engine = new Engine();
    addSicily(engine);
    run("SET str x");
    run("SET d x");
  });

  /** Replies to lines; none of them changes anything. */
  function expectErrors(errors: Record<string, string>): void {
    const before = digest(engine.keyspace);
    for (const [line, error] of Object.entries(errors)) expect([line, run(line)]).toEqual([line, error]);
    expect(digest(engine.keyspace)).toBe(before);
  }

  test("for its key's type is so before its arguments are looked at", () => {
    expectErrors({
      "GEORADIUS str x x x x": WRONG_TYPE,
      "GEORADIUS_RO str x x x x": WRONG_TYPE,
      "GEORADIUSBYMEMBER str x x x": WRONG_TYPE,
      "GEORADIUSBYMEMBER_RO str x x x": WRONG_TYPE,
      "GEOSEARCH str a b c d e": WRONG_TYPE,
      "GEOSEARCHSTORE d str a b c d e": WRONG_TYPE,
    });
  });

  test("for an area says what is wrong with it first", () => {
    expectErrors({
      "GEORADIUS s x 200 x x": NOT_FLOAT,
      "GEORADIUS s 15 200 x x": "-ERR invalid longitude,latitude pair 15.000000,200.000000\r\n",
      "GEORADIUS s 15 37 x x": RADIUS,
      "GEORADIUS s 15 37 -1 x": "-ERR radius cannot be negative\r\n",
      "GEORADIUS s 15 37 1 x COUNT x": UNIT,
      "GEORADIUSBYMEMBER s none x x": NO_MEMBER,
      "GEORADIUSBYMEMBER s Palermo x x": RADIUS,
      "GEOSEARCH s FROMMEMBER none bad bad bad": NO_MEMBER,
      "GEOSEARCH s FROMLONLAT 181 1 bad bad": "-ERR invalid longitude,latitude pair 181.000000,1.000000\r\n",
      "GEOSEARCH s BYRADIUS x x bad bad": RADIUS,
      "GEOSEARCH s BYBOX x x x bad": "-ERR need numeric width\r\n",
      "GEOSEARCH s BYBOX 1 x x bad": "-ERR need numeric height\r\n",
      "GEOSEARCH s BYBOX 1 -1 x bad": "-ERR height or width cannot be negative\r\n",
      "GEOSEARCH s BYBOX 1 1 x bad": UNIT,
    });
  });

  test("for centre and area wants exactly one of each", () => {
    const center = "-ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ";
    const area = "-ERR exactly one of BYRADIUS and BYBOX can be specified for ";
    expectErrors({
      "GEOSEARCH s FROMMEMBER Palermo FROMLONLAT 1 1": SYNTAX,
      "GEOSEARCH s FROMLONLAT 1 1 FROMMEMBER Palermo": SYNTAX,
      "GEOSEARCH s BYBOX 1 1 m BYRADIUS 1 m": SYNTAX,
      "GEOSEARCH s BYRADIUS 1 m BYBOX 1 1 m": SYNTAX,
      "GEOSEARCH s FROMLONLAT 1 1 BYRADIUS 1 m FROMLONLAT 1": SYNTAX,
      "GEORADIUS s 15 37 1 m BYRADIUS 1 m": SYNTAX,
      "GEOSEARCH s BYRADIUS 1 m WITHDIST WITHCOORD": `${center}GEOSEARCH\r\n`,
      "GeoSearchStore d s BYRADIUS 1 m ASC ASC": `${center}GeoSearchStore\r\n`,
      "GEOSEARCH s FROMMEMBER Palermo ASC WITHDIST ANY": `${area}GEOSEARCH\r\n`,
      "GeoSearchStore d s FROMMEMBER Palermo ASC ASC ASC": `${area}GeoSearchStore\r\n`,
    });
  });

  test("for its count or destination", () => {
    const details = "is not compatible with WITHDIST, WITHHASH and WITHCOORD options\r\n";
    expectErrors({
      "GEORADIUS s 15 37 1 m COUNT": SYNTAX,
      "GEORADIUS s 15 37 1 m COUNT 0": COUNT,
      "GEORADIUS s 15 37 1 m COUNT -9223372036854775808": COUNT,
      "GEORADIUS s 15 37 1 m COUNT 9223372036854775808": NOT_INTEGER,
      "GEOSEARCH s FROMLONLAT 1 1 BYRADIUS 1 m ANY": "-ERR the ANY argument requires COUNT argument\r\n",
      "GEORADIUS s 15 37 1 m STORE": SYNTAX,
      "GEORADIUS_RO s 15 37 100 km STORE d": SYNTAX,
      "GEORADIUSBYMEMBER_RO s Agrigento 100 km STOREDIST d": SYNTAX,
      "GEOSEARCH s FROMLONLAT 1 1 BYRADIUS 1 m STORE d": SYNTAX,
      "GEOSEARCH s FROMLONLAT 1 1 BYRADIUS 1 m STOREDIST": SYNTAX,
      "GEORADIUS s 15 37 1 m STORE d WITHDIST": `-ERR STORE option in GEORADIUS ${details}`,
      "GEORADIUS s 15 37 1 m WITHHASH STOREDIST d": `-ERR STORE option in GEORADIUS ${details}`,
      "GeoSearchStore d s BYRADIUS 1 m WITHDIST ASC": `-ERR GEOSEARCHSTORE ${details}`,
    });
  });

  test("for a member that is given twice takes the last one", () => {
    expect(
      found(
        "GEOSEARCH s BYRADIUS 100 m COUNT 5 BYRADIUS 200 km FROMMEMBER Catania FROMMEMBER Palermo ASC DESC",
      ),
    ).toEqual(["Catania", "Agrigento", "Palermo"]);
  });
});

describe("a destination", () => {
  test("keeps the sign of a -0 as Redis does: in a linked set, not in a packed one", () => {
    engine = new Engine();
    engine.keyspace.limits.zsetEntries = 1;
    run("ZADD z 3 a");
    run("ZADD z -0.0 b");
    const search = "GEOSEARCHSTORE d z FROMLONLAT -180 -85.05112878 BYRADIUS 500 mi ASC";
    expect(run(search)).toBe(":2\r\n");
    expect(members("d")).toEqual(["b", "-0", "a", "3"]);
    engine.keyspace.limits.zsetEntries = 2;
    expect(run(search)).toBe(":2\r\n");
    expect(members("d")).toEqual(["b", "0", "a", "3"]);
    engine.keyspace.limits.zsetValueBytes = 0;
    expect(run(search)).toBe(":2\r\n");
    expect(members("d")).toEqual(["b", "-0", "a", "3"]);
  });
});

describe("a search whose results do not fit into memory", () => {
  test("leaves the destination as it was", () => {
    engine = new Engine({ shards: 1, databases: 1, arenaBytes: 2 << 20 });
    for (let i = 0; i < 25_000; i++) run(`GEOADD s 1 1 member-number-${i}`);
    run("GEOADD d 1 1 a");
    expect(run("GEORADIUS s 1 1 1 m STORE d")).toBe(OOM);
    expect(found("GEORADIUS d 1 1 1 m")).toEqual(["a"]);
    while (engine.keyspace.collectGarbage(1e6));
    checkKeyspace(engine.keyspace);
    expect(run("GEOSEARCHSTORE d s FROMLONLAT 1 1 BYRADIUS 1 m COUNT 100")).toBe(":100\r\n");
  });
});

describe("the keys of a search", () => {
  test("are found wherever the destination is", () => {
    engine = new Engine();
    const keys = (request: string) => elements(run(`COMMAND GETKEYS ${request}`));
    expect(keys("GEORADIUS s 1 2 3 m")).toEqual(["s"]);
    expect(keys("GEORADIUS s 1 2 3 m COUNT 2 STORE a")).toEqual(["s", "a"]);
    expect(keys("GEORADIUS s 1 2 3 m STOREDIST b STORE a")).toEqual(["s", "a", "b"]);
    expect(keys("GEORADIUS s 1 2 3 STORE b m")).toEqual(["s"]);
    expect(keys("GEORADIUSBYMEMBER s a 3 m STOREDIST b")).toEqual(["s", "b"]);
    expect(keys("GEOSEARCHSTORE d s FROMMEMBER a BYRADIUS 1 m")).toEqual(["d", "s"]);
    expect(run("COMMAND GETKEYSANDFLAGS GEORADIUS s 1 2 3 m STORE a")).toBe(
      "*2\r\n*2\r\n$1\r\ns\r\n*2\r\n+RO\r\n+access\r\n*2\r\n$1\r\na\r\n*2\r\n+OW\r\n+update\r\n",
    );
  });
});
