import type { ServerPort } from "../../src/commands/server-port.ts";

/** A process that does nothing of what commands ask of it, for tests that run commands of every kind. */
export function quietServer(): ServerPort {
  return {
    productVersion: () => "0.0.0",
    info: () => "",
    lastSaveSeconds: () => 0,
    uptimeSeconds: () => 0,
    requestsPerSecond: () => 0,
    connectionsHandled: () => 1,
    connections: () => [],
    kill: () => false,
    unblock: () => false,
    pause() {},
    unpause() {},
    configMatching: () => [],
    configSet: () => null,
    configFile: () => "",
    resetStatistics() {},
    shutdown() {},
    debugAllowed: () => true,
    sleep() {},
    setActiveExpire() {},
    log() {},
    nowMicroseconds: () => 1_700_000_000_000_000,
  };
}
