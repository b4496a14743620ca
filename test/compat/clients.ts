/** Client libraries behind one small interface, so that each runs the same session. */

import { RedisClient } from "bun";
import Redis from "ioredis";
import { createClient, RESP_TYPES } from "redis";

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
    close: () => client.close(),
  };
}

export const LIBRARIES: Library[] = [
  { name: "ioredis", connect: connectIoredis },
  { name: "node-redis", connect: connectNodeRedis },
  { name: "Bun.RedisClient", connect: connectBun },
];
