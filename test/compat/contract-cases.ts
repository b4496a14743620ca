/** The first contract as data: what is typed, and the bytes that come back. Each session starts empty. */

export interface Session {
  name: string;
  /** Lines without their end, and the reply to each. */
  steps: [line: string, reply: string][];
}

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const MISSING = "$-1\r\n";
const INTEGER_ERROR = "-ERR value is not an integer or out of range\r\n";
const arity = (name: string): string => `-ERR wrong number of arguments for '${name}' command\r\n`;

export const GREETING = "+OK OpenKV connected\r\n";

export const SESSIONS: Session[] = [
  {
    name: "PING answers PONG, or what it was given",
    steps: [
      ["PING", "+PONG\r\n"],
      ["PING hello", bulk("hello")],
      ['PING "two words"', bulk("two words")],
    ],
  },
  {
    name: "a value is set, read and deleted",
    steps: [
      ["SET name Saboor", "+OK\r\n"],
      ["GET name", bulk("Saboor")],
      ["GET missing", MISSING],
      ["EXISTS name", ":1\r\n"],
      ["DEL name", ":1\r\n"],
      ["EXISTS name", ":0\r\n"],
      ["DEL name", ":0\r\n"],
      ["GET name", MISSING],
    ],
  },
  {
    name: "a key without expire time has TTL -1, a missing one -2",
    steps: [
      ["SET name Saboor", "+OK\r\n"],
      ["TTL name", ":-1\r\n"],
      ["TTL missing", ":-2\r\n"],
      ["EXPIRE missing 5", ":0\r\n"],
    ],
  },
  {
    name: "EXPIRE gives a key a time to live",
    steps: [
      ["SET session abc123", "+OK\r\n"],
      ["EXPIRE session 5", ":1\r\n"],
      ["TTL session", ":5\r\n"],
      ["GET session", bulk("abc123")],
    ],
  },
  {
    name: "counters start at zero and go both ways",
    steps: [
      ["INCR count", ":1\r\n"],
      ["DECR count", ":0\r\n"],
      ["DECR below", ":-1\r\n"],
      ["SET count 10", "+OK\r\n"],
      ["INCR count", ":11\r\n"],
      ["DECR count", ":10\r\n"],
      ["GET count", bulk("10")],
    ],
  },
  {
    name: "a text is no counter, and the error names the key",
    steps: [
      ["SET name Saboor", "+OK\r\n"],
      ["INCR name", "-ERR Value for key 'name' is not an integer.\r\n"],
      ["DECR name", "-ERR Value for key 'name' is not an integer.\r\n"],
      ["INCRBY name 5", "-ERR Value for key 'name' is not an integer.\r\n"],
      ["DECRBY name 5", "-ERR Value for key 'name' is not an integer.\r\n"],
      ["GET name", bulk("Saboor")],
    ],
  },
  {
    name: "blanks around and between arguments do not count",
    steps: [
      ["  set   name   Saboor  ", "+OK\r\n"],
      ["\tGET\t name \t", bulk("Saboor")],
    ],
  },
  {
    name: "an empty line is ignored",
    steps: [
      ["", ""],
      ["   ", ""],
      ["PING", "+PONG\r\n"],
    ],
  },
  {
    name: "command names may be written in any case",
    steps: [
      ["sEt name Saboor", "+OK\r\n"],
      ["get name", bulk("Saboor")],
      ["Ping", "+PONG\r\n"],
      ["incr Count", ":1\r\n"],
      ["GET count", MISSING],
    ],
  },
  {
    name: "malformed input gets one error, changes nothing, and the connection lives on",
    steps: [
      ["SET name", arity("set")],
      ["GET", arity("get")],
      ["GET a b", arity("get")],
      ["DEL", arity("del")],
      ["EXISTS", arity("exists")],
      ["EXPIRE name", arity("expire")],
      ["TTL", arity("ttl")],
      ["INCR", arity("incr")],
      ["PING a b", arity("ping")],
      ["SET name Saboor", "+OK\r\n"],
      ["SET name other BAD", "-ERR syntax error\r\n"],
      ["EXPIRE name soon", INTEGER_ERROR],
      ["EXPIRE name 1.5", INTEGER_ERROR],
      ["EXPIRE name 9223372036854775807", "-ERR invalid expire time in 'expire' command\r\n"],
      ["INCRBY count many", INTEGER_ERROR],
      ["NOSUCH a b", "-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' \r\n"],
      ["GET name", bulk("Saboor")],
      ["TTL name", ":-1\r\n"],
      ["EXISTS count", ":0\r\n"],
      ["DBSIZE", ":1\r\n"],
    ],
  },
];

/** The counters of STATS, in this order. */
export const STATS_COUNTERS = [
  "commands_processed",
  "total_keys",
  "expired_keys",
  "uptime_seconds",
  "requests_per_second",
  "connections_handled",
  "active_connections",
];

/** The sections of INFO that the product has from its start, and its own fields. */
export const INFO_SECTIONS = ["Server", "Clients", "Stats", "Storage", "Memory"];
export const INFO_FIELDS = [
  "openkv_version",
  "uptime_seconds",
  "worker_count",
  "connections_handled",
  "active_connections",
  "commands_processed",
  "requests_per_second",
  "expired_keys",
  "total_keys",
  "memory_usage_bytes",
];
