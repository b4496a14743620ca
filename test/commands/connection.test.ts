import { describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

const OK = "+OK\r\n";
const WRONG_PASSWORD = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
const NO_AUTH = "-NOAUTH Authentication required.\r\n";
const SYNTAX = "-ERR syntax error\r\n";

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** HELLO's reply to the client with the id 1. */
function greeting(head: string, proto: number): string {
  const fields = [
    `${bulk("server")}${bulk("redis")}`,
    `${bulk("version")}${bulk("7.2.4")}`,
    `${bulk("proto")}:${proto}\r\n`,
    `${bulk("id")}:1\r\n`,
    `${bulk("mode")}${bulk("standalone")}`,
    `${bulk("role")}${bulk("master")}`,
    `${bulk("modules")}*0\r\n`,
  ];
  return `${head}\r\n${fields.join("")}`;
}

/** An engine with a password, and a client that has not given it. */
function locked(password = "secret"): Engine {
  const engine = new Engine();
  engine.ctx.password = password;
  engine.ctx.client.authenticated = false;
  return engine;
}

describe("PING and ECHO", () => {
  test("PING answers PONG, or its message", () => {
    const engine = new Engine();
    expect(engine.run("PING")).toBe("+PONG\r\n");
    expect(engine.run("ping", "hello")).toBe(bulk("hello"));
    expect(engine.run("PING", "")).toBe("$0\r\n\r\n");
    expect(engine.run("PING", "a", "b")).toBe("-ERR wrong number of arguments for 'ping' command\r\n");
  });

  test("ECHO answers its message, bytes untouched", () => {
    const engine = new Engine();
    expect(engine.run("ECHO", "a\r\n\0\xff")).toBe("$5\r\na\r\n\0\xff\r\n");
    expect(engine.run("ECHO")).toBe("-ERR wrong number of arguments for 'echo' command\r\n");
  });
});

describe("SELECT", () => {
  test("chooses the db of the commands that follow", () => {
    const engine = new Engine({ databases: 4 });
    engine.run("SET", "a", "zero");
    expect(engine.run("SELECT", 3)).toBe(OK);
    expect(engine.run("GET", "a")).toBe("$-1\r\n");
    engine.run("SELECT", 0);
    expect(engine.run("GET", "a")).toBe(bulk("zero"));
  });

  test("refuses what is no db and keeps the one in use", () => {
    const engine = new Engine({ databases: 4 });
    engine.run("SELECT", 2);
    expect(engine.run("SELECT", 4)).toBe("-ERR DB index is out of range\r\n");
    expect(engine.run("SELECT", -1)).toBe("-ERR DB index is out of range\r\n");
    expect(engine.run("SELECT", "x")).toBe("-ERR value is not an integer or out of range\r\n");
    expect(engine.run("SELECT", 2 ** 31)).toBe(
      "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n",
    );
    expect(engine.ctx.client.db).toBe(2);
  });
});

describe("HELLO", () => {
  test("without arguments describes the server in the present protocol", () => {
    expect(new Engine().run("HELLO")).toBe(greeting("*14", 2));
  });

  test("answers in the protocol it has just chosen", () => {
    const engine = new Engine();
    expect(engine.run("HELLO", 3)).toBe(greeting("%7", 3));
    expect(engine.run("GET", "missing")).toBe("_\r\n");
    expect(engine.run("HELLO", 2)).toBe(greeting("*14", 2));
    expect(engine.run("GET", "missing")).toBe("$-1\r\n");
  });

  test("refuses other protocols", () => {
    const engine = new Engine();
    for (const version of [0, 1, 4, -3]) {
      expect(engine.run("HELLO", version)).toBe("-NOPROTO unsupported protocol version\r\n");
    }
    expect(engine.run("HELLO", "three")).toBe("-ERR Protocol version is not an integer or out of range\r\n");
    expect(engine.ctx.client.resp).toBe(2);
  });

  test("authenticates and names the client in one go", () => {
    const engine = locked();
    expect(engine.run("HELLO", 3, "AUTH", "default", "secret", "SETNAME", "me")).toBe(greeting("%7", 3));
    expect(engine.run("CLIENT", "GETNAME")).toBe(bulk("me"));
  });

  test("is refused to a client that has not authenticated, and changes nothing", () => {
    const engine = locked();
    expect(engine.run("HELLO", 3, "SETNAME", "me")).toStartWith("-NOAUTH HELLO must be called with");
    expect(engine.run("HELLO", 3, "AUTH", "default", "wrong")).toBe(WRONG_PASSWORD);
    expect(engine.run("HELLO", 3, "AUTH", "bob", "secret")).toBe(WRONG_PASSWORD);
    expect(engine.ctx.client).toMatchObject({ authenticated: false, resp: 2, name: "" });
  });

  test("with a mistake in its options changes nothing", () => {
    const engine = locked();
    const badName = "-ERR Client names cannot contain spaces, newlines or special characters.\r\n";
    expect(engine.run("HELLO", 3, "AUTH", "default", "secret", "SETNAME", "a b")).toBe(badName);
    expect(engine.run("HELLO", 3, "AUTH", "default")).toBe("-ERR Syntax error in HELLO option 'AUTH'\r\n");
    expect(engine.run("HELLO", 3, "Bad")).toBe("-ERR Syntax error in HELLO option 'Bad'\r\n");
    expect(engine.ctx.client).toMatchObject({ authenticated: false, resp: 2, name: "" });
  });
});

describe("AUTH", () => {
  test("opens the server to the client that knows the password", () => {
    const engine = locked();
    expect(engine.run("GET", "a")).toBe(NO_AUTH);
    expect(engine.run("AUTH", "secret")).toBe(OK);
    expect(engine.run("GET", "a")).toBe("$-1\r\n");
  });

  test("takes the user's name as well", () => {
    const engine = locked();
    expect(engine.run("AUTH", "bob", "secret")).toBe(WRONG_PASSWORD);
    expect(engine.run("AUTH", "DEFAULT", "secret")).toBe(WRONG_PASSWORD);
    expect(engine.run("AUTH", "default", "secret")).toBe(OK);
    expect(engine.ctx.client.authenticated).toBe(true);
  });

  test.each(["", "secre", "secreT", "secretsecret", "secret\0", "xsecret", "s"])(
    "does not take %j for the password",
    (attempt) => {
      const engine = locked();
      expect(engine.run("AUTH", attempt)).toBe(WRONG_PASSWORD);
      expect(engine.ctx.client.authenticated).toBe(false);
    },
  );

  test("compares bytes of a password that is no ASCII", () => {
    const engine = locked("p\xe9\0");
    expect(engine.run("AUTH", "p\xe9")).toBe(WRONG_PASSWORD);
    expect(engine.run("AUTH", "p\xe9\0")).toBe(OK);
  });

  test("a failed attempt does not end the authentication there was", () => {
    const engine = locked();
    engine.run("AUTH", "secret");
    expect(engine.run("AUTH", "wrong")).toBe(WRONG_PASSWORD);
    expect(engine.run("PING")).toBe("+PONG\r\n");
  });

  test("without a password on the server says so, but any password does for the user default", () => {
    const engine = new Engine();
    expect(engine.run("AUTH", "x")).toBe(
      "-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\r\n",
    );
    expect(engine.run("AUTH", "default", "x")).toBe(OK);
    expect(engine.run("AUTH", "bob", "x")).toBe(WRONG_PASSWORD);
    expect(engine.run("AUTH", "a", "b", "c")).toBe(SYNTAX);
  });
});

describe("RESET and QUIT", () => {
  test("RESET puts the client back to where it began", () => {
    const engine = new Engine();
    engine.run("HELLO", 3, "SETNAME", "me");
    engine.run("SELECT", 5);
    engine.run("CLIENT", "REPLY", "OFF");
    expect(engine.run("RESET")).toBe("+RESET\r\n");
    expect(engine.ctx.client).toMatchObject({ db: 0, resp: 2, name: "" });
    expect(engine.run("GET", "missing")).toBe("$-1\r\n");
  });

  test("RESET takes the authentication away where a password is needed", () => {
    const engine = locked();
    engine.run("AUTH", "secret");
    expect(engine.run("RESET")).toBe("+RESET\r\n");
    expect(engine.run("PING")).toBe(NO_AUTH);
  });

  test("QUIT says goodbye and asks for the connection to end, authenticated or not", () => {
    const engine = locked();
    expect(engine.ctx.client.closeAfterReply).toBe(false);
    expect(engine.run("QUIT")).toBe(OK);
    expect(engine.ctx.client.closeAfterReply).toBe(true);
  });
});
