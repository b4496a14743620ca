/** What commands may ask of the process they run in. The server implements it; tests pass a stand-in. */

import type { ClientState } from "./client-state.ts";

/** The version of Redis whose behaviour clients may expect; several of them gate features on it. */
export const REDIS_VERSION = "7.2.4";

/** Facts about a connection that the client's state does not hold, for CLIENT LIST. */
export interface ConnectionFacts {
  readonly state: ClientState;
  readonly fileDescriptor: number;
  /** Bytes received that are not used up; for the connection being served, those it is served from. */
  readonly queryBufferBytes: number;
  readonly outputQueueBytes: number;
  /** A request of the connection waits for the end of a pause. */
  readonly blocked: boolean;
}

export interface ServerPort {
  /** The version of OpenKV itself. */
  productVersion(): string;
  /** INFO's text for these section names (lower case; none: the default ones). */
  info(sections: readonly string[]): string;
  /** Unix time in seconds of the last save that succeeded; of the start, while there has been none. */
  lastSaveSeconds(): number;
  /** Seconds since the start. */
  uptimeSeconds(): number;
  /** Mean commands per second of the last moments. */
  requestsPerSecond(): number;
  /** Connections accepted since the start. */
  connectionsHandled(): number;
  /** All open connections, oldest first. */
  connections(): readonly ConnectionFacts[];
  /** Ends a connection; its own one only after the reply. False when it is gone already. */
  kill(id: number): boolean;
  /** Ends the waiting of a client, with an error or as if its time was up. False when it does not wait. */
  unblock(id: number, withError: boolean): boolean;
  /** Holds back commands (writing ones only, or all) until a time, or longer if a pause does so already. */
  pause(untilMs: number, writesOnly: boolean): void;
  unpause(): void;
  /** CONFIG GET: name and value of each directive that one of the patterns matches. */
  configMatching(patterns: readonly string[]): [name: string, value: string][];
  /** CONFIG SET, all or nothing. Returns the error reply's text after `ERR `, or null. */
  configSet(pairs: readonly [name: string, value: string][]): string | null;
  /** Absolute path of the configuration file the server was started with; empty without one. */
  configFile(): string;
  /** CONFIG RESETSTAT for what the server counts itself. */
  resetStatistics(): void;
  /** The process ends after this batch; nothing is executed any more. */
  shutdown(): void;
  /** Whether the client being served may use DEBUG (`enable-debug-command`). */
  debugAllowed(): boolean;
  /** Blocks the whole process (DEBUG SLEEP). */
  sleep(ms: number): void;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  setActiveExpire(on: boolean): void;
  /** A line for the log (DEBUG LOG). */
  log(line: string): void;
  /** Microseconds of the wall clock, for TIME. */
  nowMicroseconds(): number;
}
