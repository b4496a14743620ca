/** Gathers what INFO reports about. */

import { arch, release, type as systemName, totalmem } from "node:os";
import { isBlocked } from "../clients.ts";
import type { Server } from "../server.ts";
import type {
  ClientFacts,
  InfoFacts,
  LatencyFacts,
  MemoryFacts,
  ProcessFacts,
  TrafficFacts,
} from "./facts.ts";

export function gatherFacts(server: Server): InfoFacts {
  const { ctx } = server;
  return {
    keyspace: server.keyspace,
    commands: ctx.commands,
    commandsProcessed: ctx.commandsProcessed,
    errorCounts: ctx.errorCounts,
    lastSaveSeconds: server.lastSaveSeconds(),
    process: processFacts(server),
    clients: clientFacts(server),
    memory: memoryFacts(server),
    traffic: trafficFacts(server),
    latency: latencyFacts(server),
  };
}

function processFacts(server: Server): ProcessFacts {
  const cpu = process.cpuUsage();
  return {
    productVersion: server.productVersion(),
    os: `${systemName()} ${release()} ${arch() === "x64" ? "x86_64" : arch()}`,
    processId: process.pid,
    runId: server.runId,
    port: server.port,
    nowMicroseconds: server.nowMicroseconds(),
    uptimeSeconds: server.uptimeSeconds(),
    hz: server.config.hz,
    executable: process.execPath,
    configFile: server.config.configFile,
    multiplexingApi: server.poller === null ? "bun" : "epoll",
    workerCount: server.config.workerNum,
    cpuSystemMicroseconds: cpu.system,
    cpuUserMicroseconds: cpu.user,
  };
}

function clientFacts({ clients, config }: Server): ClientFacts {
  let inputBytesMax = 0;
  let outputBytesMax = 0;
  let bufferBytes = 0;
  let blocked = 0;
  for (const connection of clients.all()) {
    const { query, output } = connection;
    if (isBlocked(connection)) blocked++;
    inputBytesMax = Math.max(inputBytesMax, query.length);
    outputBytesMax = Math.max(outputBytesMax, output.pendingBytes);
    bufferBytes += query.length + output.pendingBytes;
  }
  return {
    active: clients.count,
    handled: clients.accepted,
    rejected: clients.rejected,
    clientsMax: config.maxclients,
    blocked,
    inputBytesMax,
    outputBytesMax,
    bufferBytes,
  };
}

function memoryFacts(server: Server): MemoryFacts {
  return {
    residentBytes: process.memoryUsage.rss(),
    usedBytesPeak: server.usedBytesPeak(),
    systemBytes: totalmem(),
    bytesMax: server.config.maxmemory,
    policy: server.config.maxmemoryPolicy,
  };
}

function trafficFacts({ traffic }: Server): TrafficFacts {
  return {
    inputBytes: traffic.inputBytes,
    outputBytes: traffic.outputBytes,
    requestsPerSecond: traffic.perSecond("commands"),
    inputBytesPerSecond: traffic.perSecond("inputBytes"),
    outputBytesPerSecond: traffic.perSecond("outputBytes"),
    reads: traffic.reads,
    writes: traffic.writes,
  };
}

function latencyFacts({ config }: Server): LatencyFacts {
  const percentiles = config.get("latency-tracking-info-percentiles");
  return {
    isShown: config.get("latency-tracking") === "yes",
    percentiles: percentiles === "" ? [] : percentiles.split(" ").map(Number),
  };
}
