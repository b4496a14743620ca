/** The forms in which lists are kept, so that the same tests run on each. */

import type { EncodingLimits } from "../../src/store/limits.ts";

export interface ListForm {
  name: string;
  limits: Partial<EncodingLimits>;
}

export const LIST_FORMS: readonly ListForm[] = [
  { name: "packed", limits: {} },
  { name: "in chunks of two elements", limits: { listSize: 2 } },
  { name: "in one chunk for each element", limits: { listAlone: 1 } },
];
