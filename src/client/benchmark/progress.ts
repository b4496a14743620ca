/** The live progress line of a run, drawn over itself four times a second on a terminal. */

import type { BenchmarkRun } from "./driver.ts";
import type { ProgressMark } from "./report.ts";
import { progressText } from "./report.ts";

const INTERVAL_MS = 250;

export class Progress {
  private readonly write: (text: string) => void;
  private readonly columns: number;
  private timer: ReturnType<typeof setInterval> | undefined;
  private drawn = 0;

  /** `write` puts text on the terminal, which is `columns` wide. */
  constructor(write: (text: string) => void, columns: number) {
    this.write = write;
    this.columns = columns;
  }

  /** Shows `run` until `stop`. */
  start(title: string, run: BenchmarkRun): void {
    let mark: ProgressMark = { finished: 0, elapsedMs: 0, sumUs: 0, count: 0 };
    this.timer = setInterval(() => {
      const state = run.progress();
      this.draw(progressText(title, state, mark));
      const { sumUs, count } = state.latencies;
      mark = { finished: state.finished, elapsedMs: state.elapsedMs, sumUs, count };
    }, INTERVAL_MS);
  }

  /** Ends and wipes the line. */
  stop(): void {
    clearInterval(this.timer);
    if (this.drawn > 0) this.write(`\r${" ".repeat(this.drawn)}\r`);
    this.drawn = 0;
  }

  private draw(text: string): void {
    // A line that wraps could not be drawn over.
    const line = text.slice(0, this.columns - 1);
    this.write(`\r${line.padEnd(this.drawn)}`);
    this.drawn = line.length;
  }
}
