/** Rates over the last moments, from samples of counters that only grow (INFO's `instantaneous_*`). */

const SAMPLES = 16;

interface Counters {
  readonly commandsProcessed: number;
  readonly netInputBytes: number;
  readonly netOutputBytes: number;
}

interface Sample extends Counters {
  readonly atMs: number;
}

export class Rates {
  private readonly samples: Sample[] = [];

  /** Takes a sample; to be called several times a second. */
  sample(atMs: number, { commandsProcessed, netInputBytes, netOutputBytes }: Counters): void {
    this.samples.push({ atMs, commandsProcessed, netInputBytes, netOutputBytes });
    if (this.samples.length > SAMPLES) this.samples.shift();
  }

  /** Growth of a counter per second between the oldest and the newest sample. */
  perSecond(counter: keyof Counters): number {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return ((last[counter] - first[counter]) * 1000) / (last.atMs - first.atMs);
  }
}
