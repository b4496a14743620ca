/**
 * What has to happen without a request: the active expire cycle, freeing what flushes left behind and memory
 * that is no longer used, compressing lists, greetings, idle clients, and the sampling of rates. Long work is done in
 * slices of about a millisecond, one per turn of the event loop, so that no request waits for more than one.
 */

import { expireDueKeys } from "../store/expire.ts";
import type { Server } from "./server.ts";
import type { WarmUp } from "./warm-up.ts";

const SLICE_MS = 1;
/** Keys freed between two looks at the clock. */
const KEYS_PER_STEP = 128;
/** Chunks of lists compressed between two looks at the clock: each takes 15 to 35 µs, or 200 if chunks are large. */
const CHUNKS_PER_STEP = 4;
/** How often there is a slice for that whatever else there is to do: a hundredth of the time. */
const COMPRESSION_PERIOD_MS = 100;
/** Memory that is not used for a whole period is given back to the system; what was used just now often is so again. */
const MEMORY_PERIOD_MS = 1000;

export class Cron {
  activeExpire = true;
  warmUp: WarmUp | null = null;
  private timer: Timer | null = null;
  private slicePlanned = false;
  /** `commandsProcessed` at the last slice. */
  private commandsBefore = 0;
  private lastCompressionMs = 0;
  private lastIdleSweepMs = 0;
  private lastAgingMs = 0;

  constructor(private readonly server: Server) {}

  start(): void {
    this.timer = setInterval(() => this.server.guarded(() => this.tick()), 1000 / this.server.config.hz);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Goes on at the new `hz`. */
  restart(): void {
    if (this.timer === null) return;
    this.stop();
    this.start();
  }

  /** Plans a slice of background work, unless one is planned. */
  planSlice(): void {
    if (this.slicePlanned || this.timer === null) return;
    this.slicePlanned = true;
    this.server.later(() => {
      this.slicePlanned = false;
      if (this.timer !== null) this.slice();
    });
  }

  private tick(): void {
    const { server } = this;
    server.clock.synchronize();
    server.beginTurn();
    const { nowMs, config } = server;
    server.traffic.sample(nowMs, server.ctx.commandsProcessed);
    if (server.pausing.isDue(nowMs)) server.unpause();
    server.watchMemory();
    server.garbage.tick();
    this.warmUp?.tick();
    server.clients.greetSilent(nowMs);
    if (config.timeout > 0 && nowMs - this.lastIdleSweepMs >= config.heartbeatCheckInterval * 1000) {
      this.lastIdleSweepMs = nowMs;
      server.clients.closeIdle(nowMs, config.timeout * 1000);
    }
    if (nowMs - this.lastAgingMs >= MEMORY_PERIOD_MS) {
      this.lastAgingMs = nowMs;
      server.keyspace.ageMemory();
    }
    this.slice();
  }

  private slice(): void {
    const { server } = this;
    const mayCompress = this.mayCompress();
    // Replies of this turn would otherwise leave after the slice.
    server.outbox.flush();
    server.beginTurn();
    const { keyspace } = server;
    const end = performance.now() + SLICE_MS;
    for (;;) {
      const expiring =
        this.activeExpire && !server.pausing.active && expireDueKeys(keyspace, KEYS_PER_STEP) === 0;
      const collecting = keyspace.collectGarbage(KEYS_PER_STEP);
      const releasing = keyspace.releaseMemory();
      const compressing = mayCompress && keyspace.compressLists(CHUNKS_PER_STEP);
      if (!expiring && !collecting && !releasing && !compressing) return;
      if (performance.now() >= end) break;
    }
    this.planSlice();
  }

  /** Whether a slice may compress lists, which can be done at any time: now and then, and while nobody asks for anything. */
  private mayCompress(): boolean {
    const { nowMs, ctx } = this.server;
    const isIdle = ctx.commandsProcessed === this.commandsBefore;
    this.commandsBefore = ctx.commandsProcessed;
    if (!isIdle && Math.abs(nowMs - this.lastCompressionMs) < COMPRESSION_PERIOD_MS) return false;
    this.lastCompressionMs = nowMs;
    return true;
  }
}
