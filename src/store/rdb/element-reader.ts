/** Elements of a collection one after the other, from whatever form they were written in. */

import type { PackedView } from "../../memory/packed.ts";
import type { RdbReader } from "./rdb-reader.ts";

export interface ElementReader {
  /**
   * Points `view` to the next element and returns true; false behind the last one, and then the whole block has
   * been found to be well formed. @throws RdbFormatError
   */
  next(view: PackedView): boolean;
}

/** Elements that are strings of the RDB format. */
export class StringElements implements ElementReader {
  /** @param left how many there are said to be; each takes a byte at least. */
  constructor(
    private readonly reader: RdbReader,
    private left: number,
  ) {}

  next(view: PackedView): boolean {
    if (this.left === 0) return false;
    this.left--;
    this.reader.string(view);
    return true;
  }
}
