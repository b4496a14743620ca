/**
 * Settings in the form the server works with: plain fields, so that reading one costs nothing.
 * A field is named after its directive and has its unit.
 */
import { bytesToPath } from "./kinds.ts";

export type Banner = "auto" | "always" | "never";
export type MultiplexingApi = "auto" | "bun";
export type LogLevel = "debug" | "verbose" | "notice" | "warning";
/** Who may use a dangerous feature: nobody, everybody, or clients of this machine. */
export type Permission = "no" | "yes" | "local";

export abstract class ConfigFields {
  /** Addresses to listen on; one with a leading `-` may be missing on this machine. */
  bind: string[] = [];
  /** TCP port; 0 asks for any free one. */
  port = 0;
  maxclients = 0;
  tcpBacklog = 0;
  /** Idle seconds before TCP probes a client; 0 is never. */
  tcpKeepalive = 0;
  /** Idle seconds before a client is closed; 0 is never. */
  timeout = 0;
  /** Seconds between two looks for idle clients. */
  heartbeatCheckInterval = 0;
  workerNum = 0;
  /** Path of the pid file, or an empty string. */
  pidfile = "";
  /** Path of the log file; an empty string is standard output. */
  logfile = "";
  loglevel: LogLevel = "notice";
  banner: Banner = "auto";
  shards = 0;
  databases = 0;
  /** The password's bytes, one character each; empty when clients need none. */
  requirepass = "";
  protectedMode = true;
  warmUp = true;
  multiplexingApi: MultiplexingApi = "auto";
  enableProtectedConfigs: Permission = "no";
  enableDebugCommand: Permission = "no";
  /** Bytes; 0 is no limit. */
  maxmemory = 0;
  maxmemoryPolicy = "";
  lfuLogFactor = 0;
  /** Minutes. */
  lfuDecayTime = 0;
  /** Bytes. */
  protoMaxBulkLen = 0;
  /** Bytes. */
  clientQueryBufferLimit = 0;
  /** Bytes. */
  hllSparseMaxBytes = 0;
  /** Fields. */
  hashMaxListpackEntries = 0;
  /** Bytes. */
  hashMaxListpackValue = 0;
  /** Elements, or −1 to −5 for 4 to 64 KiB. */
  listMaxListpackSize = 0;
  listCompressDepth = 0;
  listCompressMaxMean = 0;
  /** Members. */
  setMaxIntsetEntries = 0;
  /** Members. */
  zsetMaxListpackEntries = 0;
  /** Bytes. */
  zsetMaxListpackValue = 0;
  /** Runs of the background cycle in a second. */
  hz = 0;

  /** The value of a directive by any of its names, in the form CONFIG GET shows. */
  abstract get(name: string): string;

  /** A numeric directive as a number; beyond 2^53 it is rounded. */
  private integer(name: string): number {
    return Number(this.get(name));
  }

  /** Takes all fields over from the values. */
  protected refresh(): void {
    this.bind = this.get("bind")
      .split(" ")
      .filter((address) => address !== "");
    this.port = this.integer("port");
    this.maxclients = this.integer("maxclients");
    this.tcpBacklog = this.integer("tcp-backlog");
    this.tcpKeepalive = this.integer("tcp-keepalive");
    this.timeout = this.integer("timeout");
    this.heartbeatCheckInterval = this.integer("heartbeat-check-interval");
    this.workerNum = this.integer("worker-num");
    this.pidfile = bytesToPath(this.get("pidfile"));
    this.logfile = bytesToPath(this.get("logfile"));
    this.loglevel = this.get("loglevel") as LogLevel;
    this.banner = this.get("banner") as Banner;
    this.shards = this.integer("shards");
    this.databases = this.integer("databases");
    this.requirepass = this.get("requirepass");
    this.protectedMode = this.get("protected-mode") === "yes";
    this.warmUp = this.get("warm-up") === "yes";
    this.multiplexingApi = this.get("multiplexing-api") as MultiplexingApi;
    this.enableProtectedConfigs = this.get("enable-protected-configs") as Permission;
    this.enableDebugCommand = this.get("enable-debug-command") as Permission;
    this.maxmemory = this.integer("maxmemory");
    this.maxmemoryPolicy = this.get("maxmemory-policy");
    this.lfuLogFactor = this.integer("lfu-log-factor");
    this.lfuDecayTime = this.integer("lfu-decay-time");
    this.protoMaxBulkLen = this.integer("proto-max-bulk-len");
    this.clientQueryBufferLimit = this.integer("client-query-buffer-limit");
    this.hllSparseMaxBytes = this.integer("hll-sparse-max-bytes");
    this.hashMaxListpackEntries = this.integer("hash-max-listpack-entries");
    this.hashMaxListpackValue = this.integer("hash-max-listpack-value");
    this.listMaxListpackSize = this.integer("list-max-listpack-size");
    this.listCompressDepth = this.integer("list-compress-depth");
    this.listCompressMaxMean = this.integer("list-compress-max-mean");
    this.setMaxIntsetEntries = this.integer("set-max-intset-entries");
    this.zsetMaxListpackEntries = this.integer("zset-max-listpack-entries");
    this.zsetMaxListpackValue = this.integer("zset-max-listpack-value");
    this.hz = this.integer("hz");
  }
}
