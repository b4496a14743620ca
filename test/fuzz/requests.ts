/**
 * Valid requests that are to be damaged. None of them can stop the server, make it wait, or ask for memory beyond the
 * bytes it is sent. Their replies do not depend on chance, nor on the order in which a server keeps members of a set.
 */

import { dumpOf, listpack, raw } from "../support/rdb-encoders.ts";

type Part = string | Buffer;

const STRINGS: Part[][] = [
  ["SET", "key", "value"],
  ["SET", "key", "5", "EX", "1000", "NX", "GET"],
  ["GET", "key"],
  ["GETRANGE", "key", "0", "-1"],
  ["MSET", "a", "1", "b", "2", "c", "3"],
  ["MGET", "a", "b", "c"],
  ["INCR", "counter"],
  ["INCRBYFLOAT", "float", "1.5e3"],
  ["APPEND", "log", "entry"],
  ["LCS", "a", "b", "IDX"],
  ["SETBIT", "bits", "7", "1"],
  ["BITCOUNT", "bits", "0", "-1", "BIT"],
  ["BITOP", "XOR", "mixed", "bits", "key"],
  ["BITFIELD", "fields", "SET", "u8", "#1", "200", "OVERFLOW", "SAT", "INCRBY", "i5", "3", "9"],
  ["PFADD", "hll", "a", "b", "c"],
  ["PFCOUNT", "hll", "other"],
  ["PFMERGE", "other", "hll"],
];

const COLLECTIONS: Part[][] = [
  ["RPUSH", "list", "one", "2", "three"],
  ["LPUSH", "list", "zero"],
  ["LRANGE", "list", "0", "-1"],
  ["LINSERT", "list", "BEFORE", "2", "x"],
  ["LPOS", "list", "2", "RANK", "-1", "COUNT", "0"],
  ["LREM", "list", "1", "zero"],
  ["LMOVE", "list", "moved", "LEFT", "RIGHT"],
  ["LMPOP", "2", "list", "moved", "LEFT", "COUNT", "2"],
  ["LTRIM", "list", "0", "9"],
  ["SADD", "set", "a", "1", "b"],
  ["SISMEMBER", "set", "1"],
  ["SMOVE", "set", "numbers", "1"],
  ["SINTERCARD", "2", "set", "numbers", "LIMIT", "5"],
  ["SUNIONSTORE", "all", "set", "numbers"],
  ["HSET", "hash", "field", "value", "n", "1"],
  ["HMGET", "hash", "field", "none"],
  ["HINCRBYFLOAT", "hash", "n", "0.5"],
  ["HDEL", "hash", "field"],
  ["ZADD", "zset", "GT", "CH", "1.5", "m", "-inf", "low"],
  ["ZINCRBY", "zset", "2", "m"],
  ["ZRANGE", "zset", "(1", "+inf", "BYSCORE", "LIMIT", "0", "5", "WITHSCORES"],
  ["ZRANGESTORE", "part", "zset", "0", "-1", "REV"],
  ["ZUNION", "2", "zset", "part", "WEIGHTS", "1", "2", "AGGREGATE", "MAX", "WITHSCORES"],
  ["ZMPOP", "1", "part", "MIN"],
  ["ZRANK", "zset", "m"],
  ["GEOADD", "places", "13.361389", "38.115556", "Palermo"],
  ["GEOSEARCH", "places", "FROMLONLAT", "15", "37", "BYBOX", "400", "400", "km", "ASC", "WITHDIST"],
  ["SORT", "list", "ALPHA", "LIMIT", "0", "5", "GET", "#"],
];

const KEYS: Part[][] = [
  ["DEL", "a", "b"],
  ["EXISTS", "a", "key"],
  ["EXPIRE", "key", "100", "GT"],
  ["TTL", "key"],
  ["RENAME", "a", "b"],
  ["COPY", "a", "c", "DB", "1", "REPLACE"],
  ["KEYS", "k*[a-z]?"],
  ["SCAN", "0", "MATCH", "k*", "COUNT", "10"],
  ["SCAN", "0", "TYPE", "zset"],
  ["ZSCAN", "zset", "0", "COUNT", "5"],
  ["OBJECT", "ENCODING", "list"],
  ["TYPE", "hash"],
  ["DUMP", "list"],
  ["RESTORE", "copy", "0", dumpOf(16, raw(listpack(["f", "v", "n", "12"]))), "REPLACE"],
  ["RESTORE", "copy", "0", dumpOf(0, raw("text")), "ABSTTL"],
];

const CONNECTION: Part[][] = [
  ["PING"],
  ["ECHO", "some text"],
  ["SELECT", "1"],
  ["HELLO", "3"],
  ["HELLO", "2"],
  ["CLIENT", "SETNAME", "fuzz"],
  ["CLIENT", "LIST"],
  ["CONFIG", "GET", "max*"],
  ["COMMAND", "INFO", "get"],
  ["INFO"],
  ["NOSUCH", "x"],
  ["MULTI"],
  ["EXEC"],
  ["DISCARD"],
  ["WATCH", "key", "list"],
  ["UNWATCH"],
];

export const REQUESTS: Part[][] = [...STRINGS, ...COLLECTIONS, ...KEYS, ...CONNECTION];
