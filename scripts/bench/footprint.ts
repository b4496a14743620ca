/** What a server takes before it does anything and for each key: start time, idle memory, bytes per key. */
import type { ServerProcess } from "../../test/support/server-process.ts";
import { type Contender, residentBytes } from "./contenders.ts";
import { infoNumber, load } from "./loader.ts";

const VALUE = "x".repeat(64);
const START_ROUNDS = 5;
/** Time for a server to finish what it does in the background before its memory is read. */
const SETTLE_MS = 1500;

/** Growth per key, in bytes: what the server accounts for itself, and what the kernel sees. */
export interface BytesPerKey {
  used: number;
  resident: number;
}

export interface Footprint {
  name: string;
  /** Median of the time from starting the program to its line that it accepts connections. */
  startMs: number;
  /** Memory the process occupies when nothing has been asked of it. */
  idleResidentBytes: number;
  /** Keys of 16 bytes with values of 64 bytes. */
  plain: BytesPerKey;
  /** The same, with an expire time on every key. */
  withTtl: BytesPerKey;
}

/** Measures one server; starts and stops it several times. */
export async function measureFootprint(contender: Contender, keys: number): Promise<Footprint> {
  const starts: number[] = [];
  let idleResidentBytes = 0;
  for (let round = 0; round < START_ROUNDS; round++) {
    const startedAt = performance.now();
    const server = await contender.start();
    starts.push(performance.now() - startedAt);
    if (round === START_ROUNDS - 1) {
      await Bun.sleep(SETTLE_MS);
      idleResidentBytes = residentBytes(server.pid);
    }
    await server.stop();
  }
  starts.sort((a, b) => a - b);
  return {
    name: contender.name,
    startMs: starts[START_ROUNDS >> 1] ?? 0,
    idleResidentBytes,
    plain: await bytesPerKey(contender, keys, (key) => setRequest(key, "")),
    withTtl: await bytesPerKey(contender, keys, (key) => setRequest(key, "$2\r\nEX\r\n$6\r\n360000\r\n")),
  };
}

function setRequest(key: string, options: string): string {
  const argc = options === "" ? 3 : 5;
  return `*${argc}\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${VALUE.length}\r\n${VALUE}\r\n${options}`;
}

async function bytesPerKey(
  contender: Contender,
  keys: number,
  request: (key: string) => string,
): Promise<BytesPerKey> {
  const server = await contender.start();
  // What a server does when its first client has come is over before its memory is read.
  await reading(server);
  await Bun.sleep(SETTLE_MS);
  const before = await reading(server);
  await load(server.port, keys, (index) => request(`key:${String(index).padStart(12, "0")}`));
  await Bun.sleep(SETTLE_MS);
  const after = await reading(server);
  await server.stop();
  return {
    used: (after.used - before.used) / keys,
    resident: (after.resident - before.resident) / keys,
  };
}

async function reading(server: ServerProcess): Promise<BytesPerKey> {
  return {
    used: await infoNumber(server.port, "memory", "used_memory"),
    resident: residentBytes(server.pid),
  };
}
