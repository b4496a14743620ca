/**
 * The tests of the benchmark: those of redis-benchmark 7.0.15 in its order, byte for byte the same
 * requests, and a few more that run only when `-t` names them.
 */

import { encodeRequest } from "../../protocol/request.ts";
import type { BenchmarkOptions } from "./settings.ts";
import { OptionError } from "./settings.ts";

/** One test: a request to be sent over and over. */
export interface Workload {
  /** As in reports: "SET", "LRANGE_100 (first 100 elements)". */
  title: string;
  /** The command it sends, in upper case. */
  commandName: string;
  /** The request, `__rand_int__` still in it. */
  request: Buffer;
  /** What the request says, for people; long values are shown as their size. */
  command: string;
  /** First byte of each reply, such as 0x2b for `+`; 0 when any reply but an error will do. */
  replyType: number;
  /** The payload that reports show. redis-benchmark shows a command of the user's own by its whole size. */
  payloadBytes: number;
}

type Argument = string | typeof DATA | typeof SCORE;

/** Stands for the payload. */
const DATA = Symbol("payload");
/** Stands for the score of ZADD: random with `-r`, else 0. */
const SCORE = Symbol("score");

interface WorkloadSpec {
  title: string;
  /** The names `-t` knows it by. */
  names: readonly string[];
  args: readonly Argument[];
  replyType: string;
  /** Whether it runs when `-t` is absent. */
  byDefault: boolean;
}

const KEY = "key:__rand_int__";
const ELEMENT = "element:__rand_int__";
const LRANGE_NAMES = ["lrange_100", "lrange_300", "lrange_500", "lrange_600"];

function standard(title: string, args: readonly Argument[], replyType: string): WorkloadSpec {
  return { title, names: [title.toLowerCase()], args, replyType, byDefault: true };
}

function extra(title: string, args: readonly Argument[], replyType: string): WorkloadSpec {
  return { ...standard(title, args, replyType), byDefault: false };
}

function lrange(count: number): WorkloadSpec {
  return {
    title: `LRANGE_${count} (first ${count} elements)`,
    names: ["lrange", `lrange_${count}`],
    args: ["LRANGE", "mylist", "0", String(count - 1)],
    replyType: "*",
    byDefault: true,
  };
}

const SPECS: readonly WorkloadSpec[] = [
  { ...standard("PING_INLINE", [], "+"), names: ["ping_inline", "ping"] },
  { ...standard("PING_MBULK", ["PING"], "+"), names: ["ping_mbulk", "ping"] },
  standard("SET", ["SET", KEY, DATA], "+"),
  standard("GET", ["GET", KEY], "$"),
  standard("INCR", ["INCR", "counter:__rand_int__"], ":"),
  standard("LPUSH", ["LPUSH", "mylist", DATA], ":"),
  standard("RPUSH", ["RPUSH", "mylist", DATA], ":"),
  standard("LPOP", ["LPOP", "mylist"], "$"),
  standard("RPOP", ["RPOP", "mylist"], "$"),
  standard("SADD", ["SADD", "myset", ELEMENT], ":"),
  standard("HSET", ["HSET", "myhash", ELEMENT, DATA], ":"),
  standard("SPOP", ["SPOP", "myset"], "$"),
  standard("ZADD", ["ZADD", "myzset", SCORE, ELEMENT], ":"),
  standard("ZPOPMIN", ["ZPOPMIN", "myzset"], "*"),
  {
    ...standard("LPUSH (needed to benchmark LRANGE)", ["LPUSH", "mylist", DATA], ":"),
    names: ["lrange", ...LRANGE_NAMES],
  },
  lrange(100),
  lrange(300),
  lrange(500),
  lrange(600),
  { ...standard("MSET (10 keys)", ["MSET", ...repeated(10, KEY, DATA)], "+"), names: ["mset"] },
  extra("XADD", ["XADD", "mystream", "*", "myfield", DATA], "$"),
  extra("SETEX", ["SETEX", KEY, "100", DATA], "+"),
  extra("EXPIRE", ["EXPIRE", KEY, "100"], ":"),
  extra("TTL", ["TTL", KEY], ":"),
  extra("EXISTS", ["EXISTS", KEY], ":"),
  extra("DEL", ["DEL", KEY], ":"),
  extra("DECR", ["DECR", "counter:__rand_int__"], ":"),
  { ...extra("MGET (10 keys)", ["MGET", ...repeated(10, KEY)], "*"), names: ["mget"] },
];

/** The inline form, which no argument list describes. */
const PING_INLINE = Buffer.from("PING\r\n");

/** Values longer than this are shown by their size. */
const SHOWN_BYTES_MAX = 32;

function repeated(times: number, ...args: Argument[]): Argument[] {
  return Array.from({ length: times }, () => args).flat();
}

/** Every name that `-t` knows. */
export function workloadNames(): string[] {
  return [...new Set(SPECS.flatMap((spec) => spec.names))];
}

/**
 * What `options` ask for, in the order it is to run.
 *
 * @throws OptionError when `-t` names a test that does not exist.
 */
export function selectWorkloads(options: BenchmarkOptions, payload: Buffer): Workload[] {
  if (options.command.length > 0) return [commandWorkload(options)];
  const { tests } = options;
  if (tests !== null) {
    const known = workloadNames();
    const unknown = tests.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new OptionError(`unknown test '${unknown}'; the tests are ${known.join(",")}`);
    }
  }
  const selected = SPECS.filter((spec) =>
    tests === null ? spec.byDefault : spec.names.some((name) => tests.includes(name)),
  );
  if (selected.length === 0) throw new OptionError("-t names no test");
  return selected.map((spec) => workloadOf(spec, options, payload));
}

function workloadOf(spec: WorkloadSpec, options: BenchmarkOptions, payload: Buffer): Workload {
  const args = spec.args.map((arg) => {
    if (arg === DATA) return payload;
    if (arg === SCORE) return options.keyspace === null ? "0" : "__rand_int__";
    return arg;
  });
  const isInline = args.length === 0;
  return {
    title: spec.title,
    commandName: isInline ? "PING" : String(spec.args[0]),
    request: isInline ? PING_INLINE : encodeRequest(args),
    command: isInline ? "PING (inline)" : describe(args),
    replyType: spec.replyType.charCodeAt(0),
    payloadBytes: options.payloadBytes,
  };
}

/** A command of the user's own. Only of PING it is certain what the reply looks like. */
function commandWorkload(options: BenchmarkOptions): Workload {
  const { command } = options;
  const request = encodeRequest(command);
  const commandName = command[0].toString("latin1").toUpperCase();
  const isPing = command.length === 1 && commandName === "PING";
  return {
    title: options.commandTitle,
    commandName,
    request,
    command: describe(command),
    replyType: isPing ? 0x2b : 0,
    payloadBytes: request.length,
  };
}

function describe(args: readonly (string | Buffer)[]): string {
  const shown: string[] = [];
  for (const arg of args.slice(0, 5)) {
    const length = typeof arg === "string" ? Buffer.byteLength(arg) : arg.length;
    const text = arg.toString();
    shown.push(length > SHOWN_BYTES_MAX || /[^\x20-\x7e]/.test(text) ? `<${length} bytes>` : text);
  }
  if (args.length > 5) shown.push("...");
  return shown.join(" ");
}

/**
 * `length` printable bytes, the same as redis-benchmark writes: a linear congruential sequence from 1234,
 * six of its bits a byte.
 */
export function makePayload(length: number): Buffer {
  const payload = Buffer.allocUnsafe(length);
  let state = 1234;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    payload[i] = 0x30 + ((state >>> 16) & 63);
  }
  return payload;
}
