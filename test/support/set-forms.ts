/** The forms in which sets are kept, so that the same tests run on each. Members of the tests are integers. */

import { ENCODING_INTSET, ENCODING_LINKED, ENCODING_PACKED } from "../../src/store/entry.ts";
import type { EncodingLimits } from "../../src/store/limits.ts";

export interface SetForm {
  name: string;
  encoding: number;
  /** Limits under which all sets have the form. */
  limits: Partial<EncodingLimits>;
}

export const SET_FORMS: readonly SetForm[] = [
  { name: "integers", encoding: ENCODING_INTSET, limits: {} },
  { name: "packed", encoding: ENCODING_PACKED, limits: { intsetEntries: 0 } },
  { name: "linked", encoding: ENCODING_LINKED, limits: { intsetEntries: 0, setEntries: 0 } },
];
