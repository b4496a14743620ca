/** Collections that grow to hundreds of elements and shrink to nothing, with whatever may happen in between. */

import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import { request } from "./requests.ts";
import type { Draw, GroupRow, Op } from "./spec.ts";

/** How a type of collection grows, and the ways in which it loses all its elements. */
interface Growth {
  add(key: Part, names: Part[]): Part[];
  remove(key: Part, names: Part[]): Part[];
  clear(gen: Gen, key: Part): Part[];
  look(gen: Gen, key: Part): Part[];
}

const LIST: Growth = {
  add: (key, names) => ["RPUSH", key, ...names],
  remove: (key, names) => ["LPOP", key, names.length],
  clear: (g, key) =>
    g.pick<Part[]>([
      ["LTRIM", key, 1, 0],
      ["RPOP", key, 5_000],
      ["LTRIM", key, 5_000, -1],
    ]),
  look: (g, key) =>
    g.pick<Part[]>([
      ["LLEN", key],
      ["LINDEX", key, g.below(400)],
      ["LPOS", key, g.below(400)],
    ]),
};

const SET: Growth = {
  add: (key, names) => ["SADD", key, ...names],
  remove: (key, names) => ["SREM", key, ...names],
  clear: (g, key) =>
    g.pick<Part[]>([
      ["SINTERSTORE", key, key, "missing:0"],
      ["SDIFFSTORE", key, key, key],
    ]),
  look: (g, key) =>
    g.pick<Part[]>([
      ["SCARD", key],
      ["SISMEMBER", key, g.below(400)],
    ]),
};

const HASH: Growth = {
  add: (key, names) => ["HSET", key, ...names.flatMap((name, i) => [name, i])],
  remove: (key, names) => ["HDEL", key, ...names],
  clear: (_, key) => ["UNLINK", key],
  look: (g, key) =>
    g.pick<Part[]>([
      ["HLEN", key],
      ["HGET", key, g.below(400)],
      ["HINCRBY", key, g.below(400), 1],
    ]),
};

const ZSET: Growth = {
  add: (key, names) => ["ZADD", key, ...names.flatMap((name, i) => [i % 40, name])],
  remove: (key, names) => ["ZREM", key, ...names],
  clear: (g, key) =>
    g.pick<Part[]>([
      ["ZREMRANGEBYRANK", key, 0, -1],
      ["ZPOPMIN", key, 5_000],
      ["ZREMRANGEBYSCORE", key, "-inf", "+inf"],
    ]),
  look: (g, key) =>
    g.pick<Part[]>([
      ["ZCARD", key],
      ["ZRANK", key, g.below(400)],
      ["ZRANGE", key, -5, -1, "WITHSCORES"],
    ]),
};

function growAndShrink(gen: Gen, draw: Draw, type: Growth): Op {
  const key = gen.key();
  const prefix = gen.pick(["", "", "n"]);
  const first = gen.below(200);
  const size = 1 + gen.below(150);
  const batches = Array.from({ length: 1 + gen.below(5) }, (_, batch) =>
    Array.from({ length: size }, (_, i): Part => `${prefix}${first + batch * size + i}`),
  );
  const removed = batches.slice(gen.below(batches.length + 1));
  const steps = [
    ...batches.map((names) => type.add(key, names)),
    ...removed.map((names) => type.remove(key, names)),
    // Now and then the rest stays.
    ...(gen.chance(80) ? [type.clear(gen, key)] : []),
  ];
  return [
    ...(gen.chance(70) ? [request(["DEL", key])] : []),
    ...steps.flatMap((step) => [request(step), ...looks(gen, draw, type, key)]),
  ];
}

/** What is asked about the collection between two steps, and sometimes a request that may change it. */
function looks(gen: Gen, draw: Draw, type: Growth, key: Part): Op {
  const about = [request(["OBJECT", "ENCODING", key]), request(type.look(gen, key))];
  return gen.chance(40) ? [...about, draw("alone")] : about;
}

export const GROWTH_GROUPS: GroupRow[] = [
  { name: "a list grows and shrinks", weight: 1, op: (g, draw) => growAndShrink(g, draw, LIST) },
  { name: "a set grows and shrinks", weight: 1, op: (g, draw) => growAndShrink(g, draw, SET) },
  { name: "a hash grows and shrinks", weight: 1, op: (g, draw) => growAndShrink(g, draw, HASH) },
  { name: "a sorted set grows and shrinks", weight: 1, op: (g, draw) => growAndShrink(g, draw, ZSET) },
];
