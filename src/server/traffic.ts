/** Traffic since the start, and its rates over the last moments (INFO's `instantaneous_*`). */

interface Sample {
  readonly atMs: number;
  readonly commands: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

const SAMPLES_MAX = 16;

export class Traffic {
  inputBytes = 0;
  outputBytes = 0;
  /** Chunks that sockets have handed over. */
  reads = 0;
  /** Writes to sockets. */
  writes = 0;
  private samples: Sample[] = [];

  /** Takes a sample; to be called several times a second. */
  sample(atMs: number, commands: number): void {
    this.samples.push({ atMs, commands, inputBytes: this.inputBytes, outputBytes: this.outputBytes });
    if (this.samples.length > SAMPLES_MAX) this.samples.shift();
  }

  /** Growth of a counter per second between the oldest and the newest sample. */
  perSecond(counter: "commands" | "inputBytes" | "outputBytes"): number {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return ((last[counter] - first[counter]) * 1000) / (last.atMs - first.atMs);
  }

  reset(): void {
    this.inputBytes = this.outputBytes = this.reads = this.writes = 0;
    this.samples = [];
  }
}
