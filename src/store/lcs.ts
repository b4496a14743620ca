/**
 * The longest common subsequence of two byte strings, by the textbook table: cell (i, j) is the length of the
 * longest one of the first i bytes of a and the first j bytes of b. Among several longest ones the table
 * does not choose; the way back through it does, by the same rule as Redis: where both ways are equally
 * good, the last byte of b is dropped.
 */

const CELL_BYTES = 4;

/** A piece that stands in both strings, by the positions of its first and last byte in each. */
export interface LcsMatch {
  readonly aFirst: number;
  readonly aLast: number;
  readonly bFirst: number;
  readonly bLast: number;
}

/** Bytes of the table for strings of these lengths. */
export function lcsTableBytes(aLength: number, bLength: number): number {
  return (aLength + 1) * (bLength + 1) * CELL_BYTES;
}

export class Lcs {
  private readonly table: Int32Array;
  /** Cells per row. */
  private readonly width: number;

  /**
   * Fills the table: O(N·M) time and {@link lcsTableBytes} of memory. The strings must not change while the
   * object is in use.
   * @throws RangeError when there is no memory for the table
   */
  constructor(
    private readonly a: Buffer,
    private readonly b: Buffer,
  ) {
    const width = b.length + 1;
    const table = new Int32Array(width * (a.length + 1));
    for (let i = 1; i <= a.length; i++) {
      const byte = a[i - 1];
      const row = i * width;
      const above = row - width;
      let best = 0;
      for (let j = 1; j < width; j++) {
        const up = table[above + j];
        if (b[j - 1] === byte) best = table[above + j - 1] + 1;
        else if (up > best) best = up;
        table[row + j] = best;
      }
    }
    this.width = width;
    this.table = table;
  }

  get length(): number {
    return this.table[this.table.length - 1];
  }

  /** The subsequence itself, in memory of its own. */
  bytes(): Buffer {
    const bytes = Buffer.allocUnsafe(this.length);
    let at = bytes.length;
    this.walkBack((i) => {
      bytes[--at] = this.a[i];
    });
    return bytes;
  }

  /** The pieces of the subsequence that are contiguous in both strings, last one first. */
  matches(): LcsMatch[] {
    const matches: LcsMatch[] = [];
    let aLast = -1;
    let bLast = -1;
    let aFirst = -1;
    let bFirst = -1;
    this.walkBack((i, j) => {
      if (i !== aFirst - 1 || j !== bFirst - 1) {
        if (aLast >= 0) matches.push({ aFirst, aLast, bFirst, bLast });
        aLast = i;
        bLast = j;
      }
      aFirst = i;
      bFirst = j;
    });
    if (aLast >= 0) matches.push({ aFirst, aLast, bFirst, bLast });
    return matches;
  }

  /** Visits the positions of the subsequence's bytes in both strings, last one first. */
  private walkBack(visit: (i: number, j: number) => void): void {
    const { a, b, table, width } = this;
    let i = a.length;
    let j = b.length;
    while (i > 0 && j > 0) {
      if (a[i - 1] === b[j - 1]) {
        i--;
        j--;
        visit(i, j);
      } else if (table[(i - 1) * width + j] > table[i * width + j - 1]) {
        i--;
      } else {
        j--;
      }
    }
  }
}
