/** The kernel's own account of which sockets can be read, over real ones; Linux only. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Socket, TCPSocketListener } from "bun";
import { Epoll } from "../../src/server/epoll.ts";

const LONG_BUFFER_BYTES = 2 * 1024 * 1024;

let epoll: Epoll;
let listener: TCPSocketListener;
let server: Socket;
let client: Socket;
let received: string;

function descriptorOf(socket: object): number {
  return (socket as { fd: number }).fd;
}

function longBuffer(text: string): Buffer {
  const buffer = Buffer.allocUnsafeSlow(4096);
  buffer.write(text);
  return buffer;
}

describe.if(process.platform === "linux")("epoll", () => {
  beforeEach(async () => {
    epoll = Epoll.open() as Epoll;
    received = "";
    const accepted = Promise.withResolvers<Socket>();
    listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data() {}, open: (socket) => accepted.resolve(socket as Socket) },
    });
    client = await Bun.connect({
      hostname: "127.0.0.1",
      port: listener.port,
      socket: {
        data(_socket, chunk) {
          received += chunk.toString();
        },
      },
    });
    server = await accepted.promise;
  });

  afterEach(() => {
    epoll.close();
    client.terminate();
    listener.stop(true);
  });

  test("reports bytes that have come, once, and reads them", () => {
    const descriptor = descriptorOf(server);
    epoll.add(descriptor);
    expect(epoll.wait(0)).toBe(0);
    client.write("PING");
    expect(epoll.wait(1000)).toBe(1);
    expect([epoll.descriptorAt(0), epoll.isPlainAt(0)]).toEqual([descriptor, true]);
    expect(epoll.wait(0)).toBe(0);
    expect(epoll.receive(descriptor, 0)).toBe(4);
    expect(epoll.received.toString("latin1", 0, 4)).toBe("PING");
    expect(epoll.receive(descriptor, 0)).toBeLessThan(0);
  });

  test("reports what had come before, and what comes after, but nothing of one that was removed", () => {
    const descriptor = descriptorOf(server);
    client.write("1");
    epoll.add(descriptor);
    expect(epoll.wait(1000)).toBe(1);
    client.write("2");
    expect(epoll.wait(1000)).toBe(1);
    epoll.remove(descriptor);
    client.write("3");
    expect(epoll.wait(20)).toBe(0);
    expect(epoll.receive(descriptor, 2)).toBe(3);
    expect(epoll.received.toString("latin1", 0, 5)).toBe("\0\x00123");
  });

  test("naps for some microseconds, whatever comes meanwhile", () => {
    epoll.add(descriptorOf(server));
    client.write("1");
    const began = performance.now();
    epoll.nap();
    expect(performance.now() - began).toBeGreaterThanOrEqual(0.05);
    expect(epoll.wait(1000)).toBe(1);
  });

  test("reports a new client as long as it is not accepted", async () => {
    epoll.addLevel(descriptorOf(listener));
    const connecting = Bun.connect({ hostname: "127.0.0.1", port: listener.port, socket: { data() {} } });
    expect(epoll.wait(1000)).toBe(1);
    expect([epoll.wait(0), epoll.descriptorAt(0)]).toEqual([1, descriptorOf(listener)]);
    (await connecting).terminate();
  });

  test("reports the end, also when bytes have come with it", () => {
    epoll.add(descriptorOf(server));
    client.write("last");
    client.shutdown();
    expect(epoll.wait(1000)).toBe(1);
    while (!epoll.isEndedAt(0)) expect(epoll.wait(1000)).toBe(1);
    expect(epoll.isPlainAt(0)).toBe(false);
    expect(epoll.receive(descriptorOf(server), 0)).toBe(4);
    expect(epoll.receive(descriptorOf(server), 0)).toBe(0);
  });

  test("reports what it is asked for from now on, and at once if it is so", () => {
    const descriptor = descriptorOf(server);
    expect(epoll.add(descriptor)).toBe(true);
    expect(epoll.add(descriptor)).toBe(false);
    epoll.change(descriptor, false, true);
    expect(epoll.wait(1000)).toBe(1);
    expect([epoll.isPlainAt(0), epoll.isEndedAt(0)]).toEqual([false, false]);
    client.write("bytes");
    epoll.change(descriptor, true, false);
    expect(epoll.wait(1000)).toBe(1);
    expect(epoll.isPlainAt(0)).toBe(true);
    expect(epoll.wait(0)).toBe(0);
    epoll.change(descriptor, true, false);
    expect(epoll.wait(1000)).toBe(1);
  });

  test("sends from the middle of a buffer, unless it is very short or long, and nothing to nowhere", async () => {
    const descriptor = descriptorOf(server);
    const one = longBuffer("say hello");
    const other = longBuffer("<, you>");
    expect(epoll.send(descriptor, one, 4, 5)).toBe(5);
    expect(epoll.send(descriptor, other, 1, 5)).toBe(5);
    expect(epoll.send(descriptor, Buffer.alloc(LONG_BUFFER_BYTES), 0, 5)).toBe(0);
    expect(epoll.send(descriptor, Buffer.from("short"), 0, 5)).toBe(0);
    expect(epoll.send(1_000_000, one, 0, 5)).toBe(0);
    expect(epoll.send(descriptor, one, 4, 5)).toBe(5);
    while (received.length < 15) await Bun.sleep(1);
    expect(received).toBe("hello, youhello");
  });

  test("sends as much as the kernel takes", () => {
    const bytes = Buffer.alloc(1024 * 1024);
    let sent = 0;
    let taken = 0;
    do {
      taken = epoll.send(descriptorOf(server), bytes, 0, bytes.length);
      sent += taken;
    } while (taken > 0 && sent < 1e9);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(1e9);
  });

  test("reports that the event loop was woken once, though the loop never reads its descriptor", async () => {
    await Bun.file("/proc/self/stat").text();
    expect(epoll.addWakeUps()).toBe(true);
    for (let i = 0; i < 3; i++) epoll.wait(0);
    expect(epoll.wait(0)).toBe(0);
  });
});
