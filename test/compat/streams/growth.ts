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
  const names = (from: number, count: number): Part[] =>
    Array.from({ length: count }, (_, i) => `${prefix}${first + from + i}`);
  const step = 1 + gen.below(150);
  const steps = 1 + gen.below(5);
  const ops: Op = gen.chance(70) ? [request(["DEL", key])] : [];
  const look = (): void => {
    ops.push(request(["OBJECT", "ENCODING", key]), request(type.look(gen, key)));
    if (gen.chance(40)) ops.push(draw("alone"));
  };
  for (let i = 0; i < steps; i++) {
    ops.push(request(type.add(key, names(i * step, step))));
    look();
  }
  const kept = gen.below(steps + 1);
  for (let i = 0; i < steps - kept; i++) {
    ops.push(request(type.remove(key, names(i * step, step))));
    look();
  }
  // Now and then the rest stays.
  if (kept > 0 && gen.chance(80)) ops.push(request(type.clear(gen, key)));
  ops.push(request(["TYPE", key]));
  return ops;
}

export const GROWTH_GROUPS: GroupRow[] = [
  { name: "a list grows and shrinks", weight: 1, op: (g, draw) => growAndShrink(g, draw, LIST) },
  { name: "a set grows and shrinks", weight: 1, op: (g, draw) => growAndShrink(g, draw, SET) },
  { name: "a hash grows and shrinks", weight: 1, op: (g, draw) => growAndShrink(g, draw, HASH) },
  { name: "a sorted set grows and shrinks", weight: 1, op: (g, draw) => growAndShrink(g, draw, ZSET) },
];
