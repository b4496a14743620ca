import { describe, expect, test } from "bun:test";
import { parseFrame } from "../compat/support/frames.ts";
import { Engine } from "../support/engine.ts";

const SYNTAX = "-ERR syntax error\r\n";

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function bulks(...texts: string[]): string {
  return `*${texts.length}\r\n${texts.map(bulk).join("")}`;
}

/** The elements of an aggregate reply. */
function items(reply: string) {
  return parseFrame(Buffer.from(reply, "latin1")).items;
}

/** The texts in a reply of one level. */
function texts(reply: string): (string | null)[] {
  return items(reply).map((item) => item.text);
}

const INCR_SPEC =
  "*1\r\n*10\r\n$4\r\nincr\r\n:2\r\n*3\r\n+write\r\n+denyoom\r\n+fast\r\n:1\r\n:1\r\n:1\r\n" +
  "*3\r\n+@write\r\n+@string\r\n+@fast\r\n*0\r\n" +
  `*1\r\n*6\r\n${bulk("flags")}*3\r\n+RW\r\n+access\r\n+update\r\n` +
  `${bulk("begin_search")}*4\r\n${bulk("type")}${bulk("index")}${bulk("spec")}*2\r\n${bulk("index")}:1\r\n` +
  `${bulk("find_keys")}*4\r\n${bulk("type")}${bulk("range")}${bulk("spec")}*6\r\n` +
  `${bulk("lastkey")}:0\r\n${bulk("keystep")}:1\r\n${bulk("limit")}:0\r\n*0\r\n`;

describe("COMMAND INFO", () => {
  test("describes a command in ten elements", () => {
    expect(new Engine().run("COMMAND", "INFO", "INCR")).toBe(INCR_SPEC);
  });

  test("uses maps and sets in RESP3", () => {
    const engine = new Engine();
    engine.run("HELLO", 3);
    const reply = engine.run("COMMAND", "INFO", "incr");
    expect(reply).toStartWith("*1\r\n*10\r\n$4\r\nincr\r\n:2\r\n~3\r\n+write\r\n");
    expect(reply).toContain(`~1\r\n%3\r\n${bulk("flags")}~3\r\n+RW\r\n`);
  });

  test("says where the keys of several forms are", () => {
    const positions = (name: string) => {
      const [info] = items(new Engine().run("COMMAND", "INFO", name));
      return info.items.slice(3, 6).map((item) => Number(item.text));
    };
    expect(positions("mset")).toEqual([1, -1, 2]);
    expect(positions("rename")).toEqual([1, 2, 1]);
    expect(positions("object|encoding")).toEqual([2, 2, 1]);
    expect(positions("ping")).toEqual([0, 0, 0]);
  });

  test("holds the place of names that are no command", () => {
    const engine = new Engine();
    const unknown = ["nosuch", "", "|", "get|x", "config|", "config|nosuch", "config|get|x"];
    for (const name of unknown) expect(engine.run("COMMAND", "INFO", name)).toBe("*1\r\n$-1\r\n");
    expect(items(engine.run("COMMAND", "INFO", "nosuch", "get")).map((item) => item.items.length)).toEqual([
      0, 10,
    ]);
  });

  test("finds subcommands by their full name, and shows a container's", () => {
    const engine = new Engine();
    expect(engine.run("COMMAND", "INFO", "CONFIG|Get")).toContain(bulk("config|get"));
    const container = engine.run("COMMAND", "INFO", "config");
    for (const name of ["get", "set", "resetstat", "rewrite", "help"]) {
      expect(container).toContain(bulk(`config|${name}`));
    }
  });

  test("derives the ACL categories from group and flags", () => {
    const categories = (name: string) => {
      const [info] = items(new Engine().run("COMMAND", "INFO", name));
      return info.items[6].items.map((item) => item.text);
    };
    expect(categories("get")).toEqual(["@read", "@string", "@fast"]);
    expect(categories("client")).toEqual(["@slow"]);
    expect(categories("client|kill")).toEqual(["@admin", "@slow", "@dangerous", "@connection"]);
    expect(categories("info")).toEqual(["@slow", "@dangerous"]);
    expect(categories("command")).toEqual(["@slow", "@connection"]);
    expect(categories("keys")).toEqual(["@keyspace", "@read", "@slow", "@dangerous"]);
  });
});

describe("COMMAND without names", () => {
  test("COMMAND, COMMAND INFO, DOCS and COUNT agree on the number of commands", () => {
    const engine = new Engine();
    const count = engine.ctx.commands.all.length;
    expect(engine.run("COMMAND", "COUNT")).toBe(`:${count}\r\n`);
    expect(items(engine.run("COMMAND"))).toHaveLength(count);
    expect(engine.run("COMMAND", "INFO")).toBe(engine.run("COMMAND"));
    expect(items(engine.run("COMMAND", "DOCS"))).toHaveLength(2 * count);
  });
});

describe("COMMAND DOCS", () => {
  test("has summary, since, group, complexity and arguments, and leaves out what is no command", () => {
    const engine = new Engine();
    const { spec } = engine.ctx.commands.named("quit") ?? {};
    expect(engine.run("COMMAND", "DOCS", "nosuch", "QUIT")).toBe(
      `*2\r\n${bulk("quit")}*8\r\n${bulk("summary")}${bulk(spec?.summary ?? "")}${bulk("since")}${bulk("1.0.0")}` +
        `${bulk("group")}${bulk("connection")}${bulk("complexity")}${bulk("O(1)")}`,
    );
    expect(engine.run("COMMAND", "DOCS", "nosuch")).toBe("*0\r\n");
  });

  test("is a map of maps in RESP3, subcommands included", () => {
    const engine = new Engine();
    engine.run("HELLO", 3);
    expect(engine.run("COMMAND", "DOCS", "get")).toStartWith(`%1\r\n${bulk("get")}%5\r\n`);
    expect(engine.run("COMMAND", "DOCS", "get")).toEndWith(
      `${bulk("arguments")}*1\r\n%2\r\n${bulk("name")}${bulk("key")}${bulk("type")}${bulk("key")}`,
    );
    const config = engine.run("COMMAND", "DOCS", "config");
    expect(config).toStartWith(`%1\r\n${bulk("config")}%5\r\n`);
    expect(config).toContain(`${bulk("subcommands")}%5\r\n${bulk("config|get")}%5\r\n`);
  });
});

describe("COMMAND LIST", () => {
  test("names commands and subcommands", () => {
    const names = texts(new Engine().run("COMMAND", "LIST"));
    for (const name of ["get", "config", "config|set", "client|no-touch"]) expect(names).toContain(name);
  });

  test("filters by ACL category, pattern and module", () => {
    const engine = new Engine();
    const list = (...filter: string[]) => texts(engine.run("COMMAND", "LIST", "filterby", ...filter));
    expect(list("ACLCAT", "STRING")).toContain("get");
    expect(list("ACLCAT", "string")).not.toContain("ping");
    expect(list("ACLCAT", "nosuch")).toEqual([]);
    expect(list("PATTERN", "CLIENT|no-*").sort()).toEqual(["client|no-evict", "client|no-touch"]);
    expect(list("MODULE", "json")).toEqual([]);
  });

  test("refuses other filters", () => {
    const engine = new Engine();
    expect(engine.run("COMMAND", "LIST", "FILTERBY")).toBe(SYNTAX);
    expect(engine.run("COMMAND", "LIST", "FILTERBY", "GROUP", "string")).toBe(SYNTAX);
    expect(engine.run("COMMAND", "LIST", "FILTERBY", "PATTERN", "*", "x")).toBe(SYNTAX);
    expect(engine.run("COMMAND", "LIST", "BY", "PATTERN", "*")).toBe(SYNTAX);
  });
});

describe("COMMAND GETKEYS", () => {
  test("finds the keys of a request", () => {
    const engine = new Engine();
    const keys = (...request: string[]) => engine.run("COMMAND", "GETKEYS", ...request);
    expect(keys("get", "a")).toBe(bulks("a"));
    expect(keys("MSET", "a", "1", "b", "2")).toBe(bulks("a", "b"));
    expect(keys("DEL", "a", "b", "c")).toBe(bulks("a", "b", "c"));
    expect(keys("COPY", "a", "b", "REPLACE")).toBe(bulks("a", "b"));
    expect(keys("OBJECT", "encoding", "a")).toBe(bulks("a"));
  });

  test("says why a request has none", () => {
    const engine = new Engine();
    const keys = (...request: string[]) => engine.run("COMMAND", "GETKEYS", ...request);
    expect(keys("NOSUCH", "a")).toBe("-ERR Invalid command specified\r\n");
    expect(keys("OBJECT", "NOSUCH")).toBe("-ERR Invalid command specified\r\n");
    expect(keys("PING", "a")).toBe("-ERR The command has no key arguments\r\n");
    expect(keys("GET", "a", "b")).toBe("-ERR Invalid number of arguments specified for command\r\n");
    expect(keys("GET")).toBe("-ERR wrong number of arguments for 'command|getkeys' command\r\n");
  });

  test("GETKEYSANDFLAGS adds what the command does with them", () => {
    const engine = new Engine();
    expect(engine.run("COMMAND", "GETKEYSANDFLAGS", "GET", "a")).toBe(
      `*1\r\n*2\r\n${bulk("a")}*2\r\n+RO\r\n+access\r\n`,
    );
    const access = (...request: string[]) =>
      items(engine.run("COMMAND", "GETKEYSANDFLAGS", ...request)).map(({ items: [key, flags] }) =>
        [key, ...flags.items].map(({ text }) => text).join(" "),
      );
    expect(access("DEL", "a", "b")).toEqual(["a RM delete", "b RM delete"]);
    expect(access("MSET", "a", "1", "b", "2")).toEqual(["a OW update", "b OW update"]);
    expect(access("COPY", "a", "b")).toEqual(["a RO access", "b OW update"]);
    expect(access("OBJECT", "ENCODING", "a")).toEqual(["a RO"]);
  });

  test("GETKEYSANDFLAGS knows that SET reads the key only for its option GET", () => {
    const engine = new Engine();
    const overwritten = `*1\r\n*2\r\n${bulk("k")}*2\r\n+OW\r\n+update\r\n`;
    const read = `*1\r\n*2\r\n${bulk("k")}*3\r\n+RW\r\n+access\r\n+update\r\n`;
    const run = (...request: string[]) => engine.run("COMMAND", "GETKEYSANDFLAGS", ...request);
    expect(run("SET", "k", "get")).toBe(overwritten);
    expect(run("SET", "k", "v", "EX", "10")).toBe(overwritten);
    expect(run("SET", "k", "v", "EX", "10", "get")).toBe(read);
  });

  test("INFO has one key specification for keys that are treated alike, and else one for each key", () => {
    const engine = new Engine();
    const keySpecs = (name: string) => items(engine.run("COMMAND", "INFO", name))[0].items[8].items;
    expect(keySpecs("mset")).toHaveLength(1);
    expect(keySpecs("rename")).toHaveLength(2);
    expect(engine.run("COMMAND", "INFO", "rename")).toContain(
      `*2\r\n+OW\r\n+update\r\n${bulk("begin_search")}*4\r\n${bulk("type")}${bulk("index")}${bulk("spec")}` +
        `*2\r\n${bulk("index")}:2\r\n${bulk("find_keys")}*4\r\n${bulk("type")}${bulk("range")}${bulk("spec")}` +
        `*6\r\n${bulk("lastkey")}:0\r\n${bulk("keystep")}:1\r\n${bulk("limit")}:0\r\n`,
    );
  });
});

describe("COMMAND HELP", () => {
  test("lists each subcommand, and an unknown one is an error", () => {
    const help = new Engine().run("COMMAND", "HELP");
    for (const name of ["COUNT", "INFO", "DOCS", "LIST", "GETKEYS", "GETKEYSANDFLAGS", "HELP"]) {
      expect(help).toMatch(new RegExp(`^\\+${name}\\b`, "m"));
    }
    expect(new Engine().run("COMMAND", "NOSUCH")).toBe(
      "-ERR unknown subcommand 'NOSUCH'. Try COMMAND HELP.\r\n",
    );
  });
});
