/** Client libraries behind one small interface, so that each runs the same session. */

import { RedisClient } from "bun";
import Redis from "ioredis";
import { createClient, RESP_TYPES, WatchError } from "redis";

/** What the session needs of a library, by the library's own typed methods where it has them. */
export interface Driver {
  set(key: string, value: string | Buffer): Promise<unknown>;
  get(key: string): Promise<string | null>;
  getBytes(key: string): Promise<Buffer | null>;
  del(...keys: string[]): Promise<number>;
  expire(key: string, seconds: number): Promise<unknown>;
  ttl(key: string): Promise<number>;
  incr(key: string): Promise<number>;
  mget(...keys: string[]): Promise<(string | null)[]>;
  scan(cursor: string, pattern: string): Promise<[cursor: string, keys: string[]]>;
  /** Sends all INCRs of the key without waiting, and returns their replies in order. */
  pipelineIncr(key: string, count: number): Promise<unknown[]>;
  hset(key: string, fields: Record<string, string>): Promise<number>;
  hgetall(key: string): Promise<Record<string, string>>;
  rpush(key: string, ...elements: string[]): Promise<number>;
  lrange(key: string, first: number, last: number): Promise<string[]>;
  blpop(key: string, seconds: number): Promise<{ key: string; element: string } | null>;
  sadd(key: string, ...members: string[]): Promise<number>;
  smembers(key: string): Promise<string[]>;
  zadd(key: string, score: number, member: string): Promise<number>;
  zrangeWithScores(key: string): Promise<{ value: string; score: number }[]>;
  watch(key: string): Promise<unknown>;
  /** INCR of each key in a transaction; null when a watched key has changed. */
  transactionIncr(...keys: string[]): Promise<unknown[] | null>;
  close(): Promise<void> | void;
}

/** One library: its name, and how it connects to 127.0.0.1:`port`. */
export interface Library {
  name: string;
  connect(port: number): Promise<Driver>;
}

async function connectIoredis(port: number): Promise<Driver> {
  const client = new Redis({ host: "127.0.0.1", port, lazyConnect: true, retryStrategy: null });
  client.on("error", () => {});
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    getBytes: (key) => client.getBuffer(key),
    del: (...keys) => client.del(...keys),
    expire: (key, seconds) => client.expire(key, seconds),
    ttl: (key) => client.ttl(key),
    incr: (key) => client.incr(key),
    mget: (...keys) => client.mget(...keys),
    scan: (cursor, pattern) => client.scan(cursor, "MATCH", pattern, "COUNT", 100),
    async pipelineIncr(key, count) {
      const pipeline = client.pipeline();
      for (let i = 0; i < count; i++) pipeline.incr(key);
      return ((await pipeline.exec()) ?? []).map(([error, reply]) => error ?? reply);
    },
    hset: (key, fields) => client.hset(key, fields),
    hgetall: (key) => client.hgetall(key),
    rpush: (key, ...elements) => client.rpush(key, ...elements),
    lrange: (key, first, last) => client.lrange(key, first, last),
    async blpop(key, seconds) {
      const reply = await client.blpop(key, seconds);
      return reply === null ? null : { key: reply[0], element: reply[1] };
    },
    sadd: (key, ...members) => client.sadd(key, ...members),
    smembers: (key) => client.smembers(key),
    zadd: async (key, score, member) => Number(await client.zadd(key, String(score), member)),
    async zrangeWithScores(key) {
      const flat = (await client.zrange(key, "0", "-1", "WITHSCORES")).flat();
      return Array.from({ length: flat.length / 2 }, (_, i) => ({
        value: String(flat[i * 2]),
        score: Number(flat[i * 2 + 1]),
      }));
    },
    watch: (key) => client.watch(key),
    async transactionIncr(...keys) {
      const transaction = client.multi();
      for (const key of keys) transaction.incr(key);
      return (await transaction.exec())?.map(([error, reply]) => error ?? reply) ?? null;
    },
    close: () => client.disconnect(),
  };
}

async function connectNodeRedis(port: number): Promise<Driver> {
  const client = createClient({ socket: { host: "127.0.0.1", port, reconnectStrategy: false } });
  client.on("error", () => {});
  await client.connect();
  const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    getBytes: (key) => binary.get(key),
    del: (...keys) => client.del(keys),
    expire: (key, seconds) => client.expire(key, seconds),
    ttl: (key) => client.ttl(key),
    incr: (key) => client.incr(key),
    mget: (...keys) => client.mGet(keys),
    async scan(cursor, pattern) {
      const reply = await client.scan(cursor, { MATCH: pattern, COUNT: 100 });
      return [reply.cursor, reply.keys];
    },
    pipelineIncr(key, count) {
      const all = client.multi();
      for (let i = 0; i < count; i++) all.incr(key);
      return all.execAsPipeline();
    },
    hset: (key, fields) => client.hSet(key, fields),
    hgetall: (key) => client.hGetAll(key),
    rpush: (key, ...elements) => client.rPush(key, elements),
    lrange: (key, first, last) => client.lRange(key, first, last),
    blpop: (key, seconds) => client.blPop(key, seconds),
    sadd: (key, ...members) => client.sAdd(key, members),
    smembers: (key) => client.sMembers(key),
    zadd: (key, score, value) => client.zAdd(key, { score, value }),
    zrangeWithScores: (key) => client.zRangeWithScores(key, 0, -1),
    watch: (key) => client.watch(key),
    async transactionIncr(...keys) {
      const transaction = client.multi();
      for (const key of keys) transaction.incr(key);
      try {
        return await transaction.exec();
      } catch (error) {
        if (error instanceof WatchError) return null;
        throw error;
      }
    },
    close: () => client.destroy(),
  };
}

async function connectBun(port: number): Promise<Driver> {
  const client = new RedisClient(`redis://127.0.0.1:${port}`, { autoReconnect: false });
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    async getBytes(key) {
      const bytes = await client.getBuffer(key);
      return bytes === null ? null : Buffer.from(bytes);
    },
    del: (...keys) => client.send("DEL", keys),
    expire: (key, seconds) => client.expire(key, seconds),
    ttl: (key) => client.ttl(key),
    incr: (key) => client.incr(key),
    mget: (...keys) => client.send("MGET", keys),
    scan: (cursor, pattern) => client.send("SCAN", [cursor, "MATCH", pattern, "COUNT", "100"]),
    pipelineIncr: (key, count) => Promise.all(Array.from({ length: count }, () => client.incr(key))),
    hset: (key, fields) => client.send("HSET", [key, ...Object.entries(fields).flat()]),
    hgetall: async (key) => ({ ...(await client.hgetall(key)) }),
    rpush: (key, ...elements) => client.send("RPUSH", [key, ...elements]),
    lrange: (key, first, last) => client.send("LRANGE", [key, String(first), String(last)]),
    async blpop(key, seconds) {
      const reply = await client.send("BLPOP", [key, String(seconds)]);
      return reply === null ? null : { key: reply[0], element: reply[1] };
    },
    sadd: (key, ...members) => client.send("SADD", [key, ...members]),
    smembers: (key) => client.smembers(key),
    zadd: (key, score, member) => client.send("ZADD", [key, String(score), member]),
    async zrangeWithScores(key) {
      const pairs: [string, number][] = await client.send("ZRANGE", [key, "0", "-1", "WITHSCORES"]);
      return pairs.map(([value, score]) => ({ value, score }));
    },
    watch: (key) => client.send("WATCH", [key]),
    async transactionIncr(...keys) {
      await client.send("MULTI", []);
      for (const key of keys) await client.send("INCR", [key]);
      return client.send("EXEC", []);
    },
    close: () => client.close(),
  };
}

export const LIBRARIES: Library[] = [
  { name: "ioredis", connect: connectIoredis },
  { name: "node-redis", connect: connectNodeRedis },
  { name: "Bun.RedisClient", connect: connectBun },
];
