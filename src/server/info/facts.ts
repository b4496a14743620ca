/** What INFO reports about, gathered by the server at the moment of asking. */

import type { CommandTable } from "../../commands/command-table.ts";
import type { Keyspace } from "../../store/keyspace.ts";

/** The process and what it runs on. */
export interface ProcessFacts {
  readonly productVersion: string;
  /** System, release and machine, such as `Linux 6.1.0 x86_64`. */
  readonly os: string;
  readonly processId: number;
  /** 40 hexadecimal digits, others after each start. */
  readonly runId: string;
  readonly port: number;
  readonly nowMicroseconds: number;
  readonly uptimeSeconds: number;
  /** Runs of the background cycle in a second. */
  readonly hz: number;
  /** Path of the program; empty when unknown. */
  readonly executable: string;
  /** Path of the configuration file, or an empty string. */
  readonly configFile: string;
  /** How sockets are polled: `epoll`, or `bun` alone. */
  readonly multiplexingApi: string;
  readonly workerCount: number;
  /** CPU time of the process, all its threads, in µs. */
  readonly cpuSystemMicroseconds: number;
  readonly cpuUserMicroseconds: number;
}

export interface ClientFacts {
  /** Connections open now. */
  readonly active: number;
  /** Connections accepted since the start. */
  readonly handled: number;
  /** Connections refused because of `maxclients`. */
  readonly rejected: number;
  readonly clientsMax: number;
  /** Connections with a request that waits for the end of a pause. */
  readonly blocked: number;
  /** The largest query buffer and output queue of a connection, in bytes. */
  readonly inputBytesMax: number;
  readonly outputBytesMax: number;
  /** Query buffers and output queues of all connections, in bytes. */
  readonly bufferBytes: number;
}

export interface MemoryFacts {
  /** Resident set of the process in bytes. */
  readonly residentBytes: number;
  /** The most that the dataset has taken, in bytes. */
  readonly usedBytesPeak: number;
  /** Memory of the machine in bytes. */
  readonly systemBytes: number;
  /** `maxmemory`; 0 for no limit. */
  readonly bytesMax: number;
  /** `maxmemory-policy` */
  readonly policy: string;
}

export interface TrafficFacts {
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Means of the last moments, per second. */
  readonly requestsPerSecond: number;
  readonly inputBytesPerSecond: number;
  readonly outputBytesPerSecond: number;
  /** Chunks read from sockets, and writes to them. */
  readonly reads: number;
  readonly writes: number;
}

export interface LatencyFacts {
  /** `latency-tracking` */
  readonly isShown: boolean;
  /** `latency-tracking-info-percentiles`, each from 0 to 100 */
  readonly percentiles: readonly number[];
}

export interface InfoFacts {
  readonly keyspace: Keyspace;
  readonly commands: CommandTable;
  /** The command that asks included. */
  readonly commandsProcessed: number;
  /** Error replies by their first word. */
  readonly errorCounts: ReadonlyMap<string, number>;
  /** Unix time in seconds of the last save, or of the start. */
  readonly lastSaveSeconds: number;
  readonly process: ProcessFacts;
  readonly clients: ClientFacts;
  readonly memory: MemoryFacts;
  readonly traffic: TrafficFacts;
  readonly latency: LatencyFacts;
}

/** A line of INFO. */
export type InfoField = readonly [name: string, value: string | number];
