/** CLIENT PAUSE: until a time, writing commands or all of them wait. */

export class Pause {
  /** Whether a pause is on; it ends when {@link end} is called. */
  active = false;
  private untilMs = 0;
  private writesOnly = false;

  /** Begins a pause, or makes the present one longer or stricter; it never gets shorter or laxer. */
  begin(untilMs: number, writesOnly: boolean): void {
    this.writesOnly = writesOnly && (!this.active || this.writesOnly);
    this.untilMs = this.active ? Math.max(untilMs, this.untilMs) : untilMs;
    this.active = true;
  }

  end(): void {
    this.active = false;
  }

  /** Whether the pause is over but has not been ended yet. */
  isDue(nowMs: number): boolean {
    return this.active && nowMs >= this.untilMs;
  }

  /** Whether a command has to wait. */
  holdsBack(writes: boolean): boolean {
    return this.active && (writes || !this.writesOnly);
  }
}
