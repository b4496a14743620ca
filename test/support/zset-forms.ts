/** The forms of sorted sets, and the limits that bring small ones into each. */

export const ZSET_FORMS = [
  { form: "listpack", limits: { zsetEntries: 128 } },
  { form: "skiplist", limits: { zsetEntries: 0 } },
];
