/**
 * The clock of the event loop's turns. It reads the monotonic clock, which also gives durations, and adds the
 * wall clock's offset, which is looked up several times a second: one reading per turn serves both.
 */

/** A smaller difference is the rounding of the two clocks. */
const DRIFT_MS_MAX = 2;

export class TurnClock {
  /** Time of the present turn in Unix ms. */
  nowMs = 0;
  private offsetMs = performance.timeOrigin;
  /** When the present turn began, in ms of the monotonic clock. */
  beganMs = 0;

  constructor() {
    this.begin();
  }

  /** Begins a turn. */
  begin(): void {
    this.beganMs = performance.now();
    this.nowMs = Math.floor(this.offsetMs + this.beganMs);
  }

  /** Brings the time up to date within a turn that has waited. */
  refresh(): void {
    this.nowMs = Math.floor(this.offsetMs + performance.now());
  }

  /** µs since the present turn began. */
  elapsedMicroseconds(): number {
    return (performance.now() - this.beganMs) * 1000;
  }

  /** Follows the wall clock if somebody has set it. */
  synchronize(): void {
    const drift = Date.now() - (this.offsetMs + performance.now());
    if (Math.abs(drift) > DRIFT_MS_MAX) this.offsetMs += drift;
  }

  /** The wall clock in µs. */
  nowMicroseconds(): number {
    return Math.floor((this.offsetMs + performance.now()) * 1000);
  }
}
