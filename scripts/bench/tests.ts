/** The tests of `bench-vs`: what redis-benchmark sends, and what must be there before it does. */

export const VALUE = "x".repeat(64);

/** What a test is run with. */
export interface Volume {
  /** Requests of the run. */
  requests: number;
  /** Keys or elements that random ones are chosen from. */
  keys: number;
}

export interface TestSpec {
  /** Arguments of redis-benchmark: one of its own tests, or a command spelled out. */
  args: readonly string[];
  /** The run has this fraction of the requests, as one over it: for requests that take long. */
  share?: number;
  /** A key that is deleted before each run. */
  clear?: string;
  /** The elements stay as they are: filling the key once is enough. */
  keeps?: true;
  /** Requests that fill a key before each run. */
  elements?(volume: Volume): Iterable<readonly string[]>;
}

/** Elements that one request of {@link fillOf} adds. */
const FILL_STEP = 500;

/** Requests that add `count` elements, 500 at a time; `element` gives the arguments of one. */
function* fillOf(
  head: readonly string[],
  count: number,
  element: (i: number) => readonly string[],
): Iterable<readonly string[]> {
  for (let from = 0; from < count; from += FILL_STEP) {
    const indexes = Array.from({ length: Math.min(FILL_STEP, count - from) }, (_, i) => from + i);
    yield [...head, ...indexes.flatMap(element)];
  }
}

/** As redis-benchmark writes `element:__rand_int__`. */
const name = (i: number) => `element:${String(i).padStart(12, "0")}`;

const list = {
  clear: "mylist",
  elements: ({ requests }: Volume) => fillOf(["RPUSH", "mylist"], requests, () => [VALUE]),
};
const set = { elements: ({ keys }: Volume) => fillOf(["SADD", "myset"], keys, (i) => [name(i)]) };
const hash = { elements: ({ keys }: Volume) => fillOf(["HSET", "myhash"], keys, (i) => [name(i), VALUE]) };
const zset = {
  elements: ({ keys }: Volume) => fillOf(["ZADD", "myzset"], keys, (i) => [String(i), name(i)]),
};

/** LRANGE over the first elements of a list of 1,000. */
function lrange(count: number): TestSpec {
  return {
    args: ["LRANGE", "mylist", "0", String(count - 1)],
    share: count / 20,
    clear: "mylist",
    elements: () => fillOf(["RPUSH", "mylist"], 1000, () => [VALUE]),
  };
}

const SPECS = {
  PING_INLINE: { args: ["-t", "ping_inline"] },
  PING: { args: ["-t", "ping_mbulk"] },
  SET: { args: ["-t", "set"] },
  GET: { args: ["-t", "get"] },
  INCR: { args: ["-t", "incr"] },
  LPUSH: { args: ["-t", "lpush"], clear: "mylist" },
  RPUSH: { args: ["-t", "rpush"], clear: "mylist" },
  LPOP: { args: ["-t", "lpop"], ...list },
  RPOP: { args: ["-t", "rpop"], ...list },
  SADD: { args: ["-t", "sadd"], clear: "myset" },
  HSET: { args: ["-t", "hset"], clear: "myhash" },
  SPOP: { args: ["-t", "spop"], ...set },
  ZADD: { args: ["-t", "zadd"], clear: "myzset" },
  ZPOPMIN: { args: ["-t", "zpopmin"], ...zset },
  LRANGE_100: lrange(100),
  LRANGE_300: lrange(300),
  LRANGE_500: lrange(500),
  LRANGE_600: lrange(600),
  // Ten keys and values per request.
  MSET: { args: ["-t", "mset"], share: 10 },
  SETEX: { args: ["SETEX", "key:__rand_int__", "3600", VALUE] },
  EXPIRE: { args: ["EXPIRE", "key:__rand_int__", "3600"] },
  HGET: { args: ["HGET", "myhash", "element:__rand_int__"], ...hash, keeps: true },
  SISMEMBER: { args: ["SISMEMBER", "myset", "element:__rand_int__"], ...set, keeps: true },
  ZRANGEBYSCORE: {
    args: ["ZRANGEBYSCORE", "myzset", "__rand_int__", "+inf", "LIMIT", "0", "10"],
    ...zset,
    keeps: true,
  },
  ZRANK: { args: ["ZRANK", "myzset", "element:__rand_int__"], ...zset, keeps: true },
} satisfies Record<string, TestSpec>;

export type Test = keyof typeof SPECS;
export const TESTS: Readonly<Record<Test, TestSpec>> = SPECS;
export const TEST_NAMES = Object.keys(SPECS) as Test[];
