/** Three places in Sicily, as Redis' documentation has them, in the forms in which sorted sets are kept. */

import type { EncodingLimits } from "../../src/store/limits.ts";
import type { Engine } from "./engine.ts";

/** Limits under which all sorted sets have the form. */
export const ZSET_FORMS: readonly { name: string; limits: Partial<EncodingLimits> }[] = [
  { name: "packed", limits: {} },
  { name: "linked", limits: { zsetEntries: 0 } },
];

/** Makes the key `s` a sorted set of the places. */
export function addSicily(engine: Engine): void {
  engine.run("GEOADD", "s", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania");
  engine.run("GEOADD", "s", "13.583333", "37.316667", "Agrigento");
}
