/**
 * A histogram of latencies in the manner of HdrHistogram: whole microseconds, exact below 2,048, above that
 * 1,024 steps for each power of two, so that a percentile is at most 0.1 % too high. It never grows.
 */

/** Values below `2 ** EXACT_BITS` microseconds have a slot each. */
const EXACT_BITS = 11;
const EXACT = 1 << EXACT_BITS;
/** Slots of one power of two above that. */
const STEPS = EXACT / 2;
const VALUE_MAX_US = 0x7fff_ffff;
const SLOTS = EXACT + (31 - EXACT_BITS) * STEPS;

export class Histogram {
  /** Number of values. */
  count = 0;
  /** Sum of all values. */
  sumUs = 0;
  private readonly slots = new Int32Array(SLOTS);
  private smallestUs = Number.POSITIVE_INFINITY;
  private largestUs = 0;

  /** Adds the value `us` `times` times; fractions of a microsecond count in mean, minimum and maximum only. */
  record(us: number, times: number): void {
    if (us < this.smallestUs) this.smallestUs = us;
    if (us > this.largestUs) this.largestUs = us;
    this.count += times;
    this.sumUs += us * times;
    this.slots[slotOf(us)] += times;
  }

  /** 0 when nothing has been recorded, as for all the figures below. */
  get meanUs(): number {
    return this.count === 0 ? 0 : this.sumUs / this.count;
  }

  get minUs(): number {
    return this.count === 0 ? 0 : this.smallestUs;
  }

  get maxUs(): number {
    return this.largestUs;
  }

  /** The least value that `percent` % of the values do not exceed, rounded up to the end of its slot. */
  percentileUs(percent: number): number {
    // 99.9 % of 1,000 is 999, which the floating point product exceeds by a trifle.
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.count - 1e-6));
    let seen = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      seen += this.slots[slot];
      if (seen >= wanted) return Math.min(slotEnd(slot), this.largestUs);
    }
    return this.largestUs;
  }
}

function slotOf(us: number): number {
  const value = us > VALUE_MAX_US ? VALUE_MAX_US : us | 0;
  if (value < EXACT) return value;
  const shift = 32 - EXACT_BITS - Math.clz32(value);
  return EXACT + (shift - 1) * STEPS + ((value >>> shift) - STEPS);
}

/** Just above the greatest value that belongs to `slot`. */
function slotEnd(slot: number): number {
  if (slot < EXACT) return slot + 1;
  const shift = Math.floor((slot - EXACT) / STEPS) + 1;
  return (((slot - EXACT) % STEPS) + STEPS + 1) * 2 ** shift;
}
