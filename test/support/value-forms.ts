/** A value of each type in each of its forms, for tests of what treats all values alike. */

import {
  ENCODING_EMBSTR,
  ENCODING_INTSET,
  ENCODING_LINKED,
  ENCODING_PACKED,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STRING,
  TYPE_ZSET,
} from "../../src/store/entry.ts";
import type { EncodingLimits } from "../../src/store/limits.ts";
import type { Engine } from "./engine.ts";

export interface ValueForm {
  name: string;
  /** What TYPE and OBJECT ENCODING reply. */
  type: string;
  encodingName: string;
  typeCode: number;
  encoding: number;
  /** The command that creates the value, and what follows the key. Values of one type have the same elements. */
  command: string;
  words: readonly (string | number)[];
  /** Limits under which it gets this form. */
  limits: Partial<EncodingLimits>;
}

const COUNT = 100;

function words(make: (i: number) => (string | number)[]): (string | number)[] {
  return Array.from({ length: COUNT }, (_, i) => make(i)).flat();
}

const LIST = {
  type: "list",
  typeCode: TYPE_LIST,
  encodingName: "quicklist",
  command: "RPUSH",
  words: words((i) => [`item ${i}`]),
};
const SET = { type: "set", typeCode: TYPE_SET, command: "SADD", words: words((i) => [i * 1000]) };
const ZSET = {
  type: "zset",
  typeCode: TYPE_ZSET,
  command: "ZADD",
  words: words((i) => [i / 4, `member:${i}`]),
};
const HASH = {
  type: "hash",
  typeCode: TYPE_HASH,
  command: "HSET",
  words: words((i) => [`field:${i}`, `value ${i}`]),
};

export const COLLECTION_FORMS: readonly ValueForm[] = [
  { ...LIST, name: "a packed list", encoding: ENCODING_PACKED, limits: {} },
  { ...LIST, name: "a linked list", encoding: ENCODING_LINKED, limits: { listSize: 2 } },
  { ...LIST, name: "a compressed list", encoding: ENCODING_LINKED, limits: { listSize: 20 } },
  { ...SET, name: "a set of integers", encodingName: "intset", encoding: ENCODING_INTSET, limits: {} },
  {
    ...SET,
    name: "a packed set",
    encodingName: "hashtable",
    encoding: ENCODING_PACKED,
    limits: { intsetEntries: 0 },
  },
  {
    ...SET,
    name: "a linked set",
    encodingName: "hashtable",
    encoding: ENCODING_LINKED,
    limits: { intsetEntries: 0, setEntries: 0 },
  },
  { ...ZSET, name: "a packed sorted set", encodingName: "listpack", encoding: ENCODING_PACKED, limits: {} },
  {
    ...ZSET,
    name: "a linked sorted set",
    encodingName: "skiplist",
    encoding: ENCODING_LINKED,
    limits: { zsetEntries: 0 },
  },
  { ...HASH, name: "a packed hash", encodingName: "listpack", encoding: ENCODING_PACKED, limits: {} },
  {
    ...HASH,
    name: "a linked hash",
    encodingName: "hashtable",
    encoding: ENCODING_LINKED,
    limits: { hashEntries: 0 },
  },
];

export const STRING_FORM: ValueForm = {
  name: "a string",
  type: "string",
  encodingName: "embstr",
  typeCode: TYPE_STRING,
  encoding: ENCODING_EMBSTR,
  command: "SET",
  words: ["some text"],
  limits: {},
};

/** Creates a value of a form in the key, under limits that are put back afterwards. */
export function createValue(engine: Engine, key: string, form: ValueForm): void {
  const { limits } = engine.keyspace;
  const names = Object.keys(form.limits) as (keyof EncodingLimits)[];
  const kept = Object.fromEntries(names.map((name) => [name, limits[name]]));
  Object.assign(limits, form.limits);
  engine.run(form.command, key, ...form.words);
  while (engine.keyspace.compressLists(1));
  Object.assign(limits, kept);
}
