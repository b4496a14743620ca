/** `timeout`: who neither sends nor takes anything is closed, and nobody else. Real time has to pass. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";

const VALUE_BYTES = 6_000_000;
/** More replies than the server and both kernels take at a time: requests wait. */
const REQUESTS = 12;
const REPLY_BYTES = REQUESTS * (VALUE_BYTES + "$6000000\r\n\r\n".length);
/** The longest pause of the steady reader, far below the timeout. */
const REST_MS = 25;

let server: ServerProcess;
let admin: RawClient;

beforeAll(async () => {
  server = await startOpenKV({ args: ["--timeout", "1", "--banner", "never"] });
  admin = await RawClient.connect(server.port);
  await admin.call("SET", "long", Buffer.alloc(VALUE_BYTES));
});

afterAll(async () => {
  admin.close();
  await server.stop();
});

/** A connection of a given name that is not read from. */
async function connectPaused(name: string): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.on("error", () => {});
  socket.pause();
  socket.write(encodeCommand(["CLIENT", "SETNAME", name]));
  return socket;
}

/** Takes a little again and again, until nothing is left or the connection closes. Returns how much it took. */
function readSteadily(socket: Socket, length: number): Promise<number> {
  return new Promise((resolve) => {
    let taken = 0;
    socket.on("data", (chunk: Buffer) => {
      taken += chunk.length;
      socket.pause();
      if (taken >= length) resolve(taken);
      else setTimeout(() => socket.resume(), REST_MS);
    });
    socket.once("close", () => resolve(taken));
    socket.resume();
  });
}

/** The names of the clients that are connected. */
async function connectedNames(): Promise<string[]> {
  const list = (await admin.call("CLIENT", "LIST")).toString();
  return Array.from(list.matchAll(/ name=(\S+)/g), (match) => match[1]);
}

test("takers of long replies and held clients stay; who takes nothing and who is silent goes", async () => {
  const long = encodeCommand(["GET", "long"]);
  const many = Buffer.concat(Array.from({ length: REQUESTS }, () => long));
  expect((await admin.call("CLIENT", "PAUSE", "60000", "WRITE")).toString()).toBe("+OK\r\n");
  const [steady, deaf, deafWithRequests, silent] = await Promise.all(
    ["steady", "deaf", "deaf-with-requests", "silent"].map(connectPaused),
  );
  const held = await RawClient.connect(server.port);
  await held.call("CLIENT", "SETNAME", "held");
  held.sendCommand("SET", "held", "1");
  steady.write(many);
  // Whether requests of a client wait makes no difference.
  deaf.write(Buffer.concat([long, long]));
  deafWithRequests.write(many);

  const OK = "+OK\r\n".length;
  const began = performance.now();
  const reading = readSteadily(steady, OK + REPLY_BYTES);
  let names = await connectedNames();
  expect(names.toSorted()).toEqual(["deaf", "deaf-with-requests", "held", "silent", "steady"]);
  let taken = -1;
  reading.then((bytes) => {
    taken = bytes;
  });
  // As long as it is asked again and again, the admin stays too.
  while (taken < 0 || names.some((name) => name.startsWith("deaf") || name === "silent")) {
    await Bun.sleep(20);
    names = await connectedNames();
  }
  expect(taken).toBe(OK + REPLY_BYTES);
  // If not, all was read before anybody could have been closed, and the test shows nothing.
  expect(performance.now() - began).toBeGreaterThan(2000);
  expect(await connectedNames()).toContain("held");
  expect((await admin.call("CLIENT", "UNPAUSE")).toString()).toBe("+OK\r\n");
  expect((await held.readReplies(1)).toString()).toBe("+OK\r\n");
  for (const socket of [steady, deaf, deafWithRequests, silent]) socket.destroy();
  held.close();
}, 20_000);
