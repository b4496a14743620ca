/**
 * What the program takes for granted about Bun, each as a case that fails when an upgrade changes it. A
 * failure here means: read the module that relies on it before pinning another Bun. Linux where it says so.
 */
import { dlopen, FFIType, ptr } from "bun:ffi";
import { describe, expect, test } from "bun:test";
import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { makeTempDir, withTempDir } from "./support/temp-dir.ts";

const onLinux = process.platform === "linux" ? test : test.skip;
const GIB = 2 ** 30;

/** Bytes of this process that occupy memory, from the kernel's own account. */
function residentBytes(): number {
  const pages = Number(readFileSync("/proc/self/statm", "utf8").split(" ")[1]);
  return pages * 4096;
}

type Handler = Bun.SocketHandler<undefined>;

/** A listener on a free port and one client connected to it, closed after the body. */
async function withConnection(
  server: Partial<Handler>,
  client: Partial<Handler>,
  body: (client: Bun.Socket, accepted: Bun.Socket) => void | Promise<void>,
): Promise<void> {
  const accepted = Promise.withResolvers<Bun.Socket>();
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data() {}, ...server, open: (socket) => accepted.resolve(socket) },
  });
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: listener.port,
    socket: { data() {}, ...client },
  });
  try {
    await body(socket, await accepted.promise);
  } finally {
    socket.terminate();
    listener.stop(true);
  }
}

/** Resolves once the condition holds, looking again after each turn of the loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("off-heap memory", () => {
  onLinux("a SharedArrayBuffer of 2 GiB can be had and takes memory only where it is touched", () => {
    const before = residentBytes();
    const arena = new SharedArrayBuffer(2 * GIB - 65536);
    const words = new Int32Array(arena);
    expect(residentBytes() - before).toBeLessThan(64 << 20);
    words[words.length - 1] = 7;
    expect(words[words.length - 1]).toBe(7);
    expect(residentBytes() - before).toBeLessThan(64 << 20);
  });

  test("a new SharedArrayBuffer is all zeroes", () => {
    expect(new Uint8Array(new SharedArrayBuffer(1 << 20)).every((byte) => byte === 0)).toBe(true);
  });

  test("a SharedArrayBuffer too large to have throws RangeError instead of ending the process", () => {
    expect(() => new SharedArrayBuffer(2 ** 52)).toThrow(RangeError);
  });

  test("a Buffer over shared memory copies into and out of it", () => {
    const shared = Buffer.from(new SharedArrayBuffer(64));
    expect(Buffer.from("arena").copy(shared, 10)).toBe(5);
    const out = Buffer.alloc(5);
    expect(shared.copy(out, 0, 10, 15)).toBe(5);
    expect(out.toString()).toBe("arena");
  });

  test("a Buffer over shared memory copies ranges that overlap, in both directions", () => {
    const shared = Buffer.from(new SharedArrayBuffer(16));
    shared.write("0123456789", "latin1");
    shared.copyWithin(2, 0, 8);
    expect(shared.toString("latin1", 0, 10)).toBe("0101234567");
    shared.copy(shared, 0, 2, 10);
    expect(shared.toString("latin1", 0, 8)).toBe("01234567");
  });

  test("a range of shared memory compares with bytes outside it", () => {
    const shared = Buffer.from(new SharedArrayBuffer(16));
    shared.write("..key..", "latin1");
    expect(shared.compare(Buffer.from("key"), 0, 3, 2, 5)).toBe(0);
    expect(shared.compare(Buffer.from("kez"), 0, 3, 2, 5)).toBe(-1);
    expect(shared.compare(Buffer.from("ke"), 0, 2, 2, 5)).toBe(1);
  });

  test("words and bytes of one shared buffer see each other, little end first", () => {
    const shared = new SharedArrayBuffer(8);
    new Int32Array(shared)[1] = 0x01020304;
    expect([...new Uint8Array(shared, 4)]).toEqual([4, 3, 2, 1]);
  });

  test("an Int32Array keeps the low 32 bits of what is stored", () => {
    const words = new Int32Array(1);
    words[0] = 2 ** 31;
    expect(words[0]).toBe(-(2 ** 31));
    words[0] = 2 ** 32 + 5;
    expect(words[0]).toBe(5);
  });

  onLinux("a typed array stays where it is if it has a buffer of its own, or is long", () => {
    const arrays = [
      new Int32Array(new ArrayBuffer(12)),
      new Int32Array(3072),
      Buffer.allocUnsafeSlow(65_536),
    ];
    const addresses = arrays.map((array) => ptr(array));
    for (const array of arrays) expect(array.buffer.byteLength).toBe(array.byteLength);
    Bun.gc(true);
    expect(arrays.map((array) => ptr(array))).toEqual(addresses);
  });

  onLinux("madvise can be called on shared memory through bun:ffi", () => {
    const libc = dlopen("libc.so.6", {
      madvise: { args: [FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
    });
    const MADV_DONTNEED = 4;
    const arena = new Uint8Array(new SharedArrayBuffer(8 << 20));
    const address = ptr(arena);
    const misaligned = address % 4096;
    const skip = misaligned === 0 ? 0 : 4096 - misaligned;
    arena[4 << 20] = 1;
    expect(libc.symbols.madvise(ptr(arena, skip), BigInt((8 << 20) - 4096), MADV_DONTNEED)).toBe(0);
    expect(arena[4 << 20]).toBe(0);
    libc.close();
  });

  test("dlopen of a library that is not there throws, so that a fallback can catch it", () => {
    const open = () => dlopen("libno-such-library.so", { f: { args: [], returns: FFIType.void } });
    expect(open).toThrow();
  });
});

describe("text and numbers", () => {
  test("latin1 reads and writes every byte value unchanged, in shared memory too", () => {
    const bytes = Buffer.from(new SharedArrayBuffer(256));
    for (let value = 0; value < 256; value++) bytes[value] = value;
    const text = bytes.toString("latin1");
    expect(text.length).toBe(256);
    expect(Buffer.from(text, "latin1").equals(bytes)).toBe(true);
  });

  test("a NaN with a payload does not survive a Float64Array, so bytes never travel as doubles", () => {
    const source = new Uint8Array([1, 2, 3, 4, 5, 6, 0xf8, 0xff]);
    const moved = new Float64Array(1);
    moved[0] = Number(new Float64Array(source.buffer)[0]) + 0;
    expect(Number.isNaN(moved[0])).toBe(true);
    expect(new Uint8Array(moved.buffer)).not.toEqual(source);
  });

  test("numbers print with the fewest digits that read back the same", () => {
    expect(String(0.1 + 0.2)).toBe("0.30000000000000004");
    expect(String(5e-324)).toBe("5e-324");
    expect(String(2 ** 53)).toBe("9007199254740992");
  });

  test("Bun.hash.crc32 is the checksum of the standard test vector", () => {
    expect(Bun.hash.crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
  });
});

describe("sockets", () => {
  onLinux("have the descriptor that the kernel knows them by", async () => {
    await withConnection({}, {}, (client, accepted) => {
      for (const socket of [client, accepted]) {
        const { fd } = socket as unknown as { fd: number };
        expect(readlinkSync(`/proc/self/fd/${fd}`)).toStartWith("socket:");
      }
    });
  });

  test("write returns the number of bytes taken, which under back-pressure is less than offered", async () => {
    const offered = Buffer.alloc(64 << 20);
    await withConnection({}, {}, (client, accepted) => {
      client.pause();
      const taken = accepted.write(offered, 0, offered.length);
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(offered.length);
      expect(accepted.write(offered, 0, offered.length)).toBeGreaterThanOrEqual(0);
    });
  });

  test("Bun keeps none of the bytes that write did not take", async () => {
    const offered = Buffer.alloc(32 << 20, "x");
    let received = 0;
    let ended = false;
    const client: Partial<Handler> = {
      data: (_socket, chunk) => {
        received += chunk.length;
      },
      end: () => {
        ended = true;
      },
    };
    await withConnection({}, client, async (_client, accepted) => {
      const taken = accepted.write(offered, 0, offered.length);
      expect(taken).toBeLessThan(offered.length);
      accepted.end();
      await until(() => ended);
      expect(received).toBe(taken);
    });
  });

  test("write returns -1 after end", async () => {
    await withConnection({}, {}, (_client, accepted) => {
      accepted.end();
      expect(accepted.write(Buffer.from("late"), 0, 4)).toBe(-1);
    });
  });

  test("write returns -1 after terminate", async () => {
    await withConnection({}, {}, (_client, accepted) => {
      accepted.terminate();
      expect(accepted.write(Buffer.from("late"), 0, 4)).toBe(-1);
    });
  });

  test("write of bytes with an offset but no length throws, so a length is always given", async () => {
    await withConnection({}, {}, (_client, accepted) => {
      expect(() => accepted.write(Buffer.from("abcdef"), 2)).toThrow();
    });
  });

  test("write with offset and length sends that range, out of shared memory too", async () => {
    let text = "";
    const client: Partial<Handler> = {
      data: (_socket, chunk) => {
        text += chunk.toString();
      },
    };
    await withConnection({}, client, async (_client, accepted) => {
      const shared = Buffer.from(new SharedArrayBuffer(16));
      shared.write("..reply..", "latin1");
      expect(accepted.write(shared, 2, 5)).toBe(5);
      await until(() => text.length >= 5);
      expect(text).toBe("reply");
    });
  });

  test("write hands the bytes over at once: the buffer may be used again afterwards", async () => {
    let text = "";
    const client: Partial<Handler> = {
      data: (_socket, chunk) => {
        text += chunk.toString();
      },
    };
    await withConnection({}, client, async (_client, accepted) => {
      const reply = Buffer.from("first");
      accepted.write(reply, 0, 5);
      reply.fill("x");
      await until(() => text.length >= 5);
      expect(text).toBe("first");
    });
  });

  test("drain comes once the client reads again after a short write", async () => {
    let drained = 0;
    const server: Partial<Handler> = {
      drain: () => {
        drained++;
      },
    };
    await withConnection(server, {}, async (client, accepted) => {
      client.pause();
      const offered = Buffer.alloc(32 << 20);
      expect(accepted.write(offered, 0, offered.length)).toBeLessThan(offered.length);
      client.resume();
      await until(() => drained > 0);
      expect(accepted.write(offered, 0, offered.length)).toBeGreaterThan(0);
    });
  });

  test("a chunk holds at most 512 KiB, is as long as what came, and is not written to again", async () => {
    const chunks: Buffer[] = [];
    let received = 0;
    const server: Partial<Handler> = {
      data: (_socket, chunk) => {
        chunks.push(chunk);
        received += chunk.length;
      },
    };
    await withConnection(server, {}, async (client) => {
      const total = 8 << 20;
      const offered = Buffer.alloc(total);
      for (let at = 0; at < total; at++) offered[at] = at % 251;
      let sent = 0;
      while (sent < total) {
        sent += client.write(offered, sent, total - sent);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until(() => received === total);
      expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(512 << 10);
      expect(Buffer.concat(chunks).equals(offered)).toBe(true);
    });
  });

  test("a paused socket delivers nothing until it is resumed", async () => {
    let received = 0;
    const server: Partial<Handler> = {
      data: (_socket, chunk) => {
        received += chunk.length;
      },
    };
    await withConnection(server, {}, async (client, accepted) => {
      accepted.pause();
      client.write(Buffer.from("hello"), 0, 5);
      for (let turn = 0; turn < 20; turn++) await Bun.sleep(1);
      expect(received).toBe(0);
      accepted.resume();
      await until(() => received === 5);
    });
  });

  test("setImmediate runs after the data of all sockets that were ready together", async () => {
    const order: string[] = [];
    const listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data() {
          order.push("data");
          if (order.length === 1) setImmediate(() => order.push("immediate"));
        },
      },
    });
    const written = join(makeTempDir(), "written");
    // The senders live in another process: this one must find all its sockets ready in one poll.
    const script = `
      const sockets = await Promise.all(Array.from({ length: 8 }, () =>
        Bun.connect({ hostname: "127.0.0.1", port: ${listener.port}, socket: { data() {} } })));
      console.log("connected");
      for await (const _ of Bun.stdin.stream()) break;
      for (const socket of sockets) socket.write(Buffer.from("x"), 0, 1);
      require("node:fs").writeFileSync(${JSON.stringify(written)}, "");
      await new Promise(() => {});
    `;
    const child = Bun.spawn([process.execPath, "-e", script], { stdin: "pipe", stdout: "pipe" });
    const reader = child.stdout.getReader();
    await reader.read();
    child.stdin.write("go\n");
    child.stdin.flush();
    // Blocks the loop until the bytes are there, so that the next poll finds every socket ready.
    while (!existsSync(written)) Bun.sleepSync(1);
    await until(() => order.includes("immediate"));
    expect(order).toEqual([...Array(8).fill("data"), "immediate"]);
    child.kill();
    listener.stop(true);
  });

  test("an exception in data goes to the error handler and leaves the connection open", async () => {
    const errors: string[] = [];
    const server: Partial<Handler> = {
      data: (socket, chunk) => {
        if (chunk.toString() === "bad") throw new Error("in data");
        socket.write(chunk, 0, chunk.length);
      },
      error: (_socket, error) => {
        errors.push(error.message);
      },
    };
    let text = "";
    const client: Partial<Handler> = {
      data: (_socket, chunk) => {
        text += chunk.toString();
      },
    };
    await withConnection(server, client, async (socket) => {
      socket.write(Buffer.from("bad"), 0, 3);
      await until(() => errors.length === 1);
      socket.write(Buffer.from("good"), 0, 4);
      await until(() => text === "good");
      expect(errors).toEqual(["in data"]);
    });
  });

  test("close comes exactly once, whichever side ends the connection", async () => {
    for (const side of ["client", "server"]) {
      let closed = 0;
      const server: Partial<Handler> = {
        close: () => {
          closed++;
        },
      };
      await withConnection(server, {}, async (client, accepted) => {
        if (side === "client") client.end();
        else accepted.terminate();
        await until(() => closed > 0);
        for (let turn = 0; turn < 5; turn++) await Bun.sleep(1);
        expect(closed).toBe(1);
      });
    }
  });

  test("listening on a port in use throws EADDRINUSE at once", () => {
    const listen = (port: number) => Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
    const first = listen(0);
    let code: unknown;
    try {
      listen(first.port).stop(true);
    } catch (error) {
      code = (error as { code?: unknown }).code;
    }
    first.stop(true);
    expect(code).toBe("EADDRINUSE");
  });

  test("stopping a listener without force leaves its connections alive", async () => {
    let text = "";
    const listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket, chunk) {
          socket.write(chunk, 0, chunk.length);
        },
      },
    });
    const client = await Bun.connect({
      hostname: "127.0.0.1",
      port: listener.port,
      socket: {
        data(_socket, chunk) {
          text += chunk.toString();
        },
      },
    });
    client.write(Buffer.from("a"), 0, 1);
    await until(() => text === "a");
    listener.stop(false);
    client.write(Buffer.from("b"), 0, 1);
    await until(() => text === "ab");
    client.terminate();
  });
});

describe("files", () => {
  test("fdatasync with a callback returns before the callback runs", async () => {
    await withTempDir(async (directory) => {
      const fd = openSync(join(directory, "aof"), "w");
      writeSync(fd, Buffer.from("SET"));
      const order: string[] = [];
      await new Promise<void>((resolve, reject) => {
        fdatasync(fd, (error) => {
          order.push("synced");
          if (error) reject(error);
          else resolve();
        });
        order.push("returned");
      });
      expect(order).toEqual(["returned", "synced"]);
      closeSync(fd);
    });
  });

  test("fdatasync of a closed descriptor reports the error to its callback", async () => {
    await withTempDir(async (directory) => {
      const fd = openSync(join(directory, "aof"), "w");
      closeSync(fd);
      const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => fdatasync(fd, resolve));
      expect(error?.code).toBe("EBADF");
    });
  });

  test("writeSync writes a range of shared memory and returns its length", async () => {
    await withTempDir((directory) => {
      const path = join(directory, "aof");
      const shared = Buffer.from(new SharedArrayBuffer(16));
      shared.write("..bytes..", "latin1");
      const fd = openSync(path, "a");
      expect(writeSync(fd, shared, 2, 5)).toBe(5);
      closeSync(fd);
      expect(readFileSync(path, "latin1")).toBe("bytes");
    });
  });

  onLinux("a directory can be opened and synced, which makes a rename in it durable", async () => {
    await withTempDir((directory) => {
      writeFileSync(join(directory, "new"), "x");
      renameSync(join(directory, "new"), join(directory, "current"));
      const fd = openSync(directory, "r");
      expect(() => fsyncSync(fd)).not.toThrow();
      closeSync(fd);
      expect(existsSync(join(directory, "current"))).toBe(true);
    });
  });

  test("opening with wx refuses a file that exists", async () => {
    await withTempDir((directory) => {
      const path = join(directory, "pid");
      closeSync(openSync(path, "wx", 0o600));
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(() => openSync(path, "wx")).toThrow("EEXIST");
    });
  });
});

describe("the process", () => {
  /** Runs a script in a Bun of its own and returns its exit status and output. */
  async function runScript(
    script: string,
    signal?: NodeJS.Signals,
  ): Promise<{ status: number; output: string }> {
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "ignore" });
    let output = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      output += decoder.decode(chunk, { stream: true });
      if (signal && output.includes("ready")) child.kill(signal);
    }
    return { status: await child.exited, output };
  }

  test("SIGTERM reaches a handler, which decides the exit status", async () => {
    const script = `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1e6); console.log("ready")`;
    expect((await runScript(script, "SIGTERM")).status).toBe(0);
    const other = script.replace("exit(0)", "exit(70)");
    expect((await runScript(other, "SIGTERM")).status).toBe(70);
  });

  test("an uncaught exception reaches a handler before the process ends", async () => {
    const script = `process.on("uncaughtException", (error) => { console.log(error.message); process.exit(70); });
      setTimeout(() => { throw new Error("fault"); }, 0);`;
    expect(await runScript(script)).toEqual({ status: 70, output: "fault\n" });
  });

  test("a rejected promise nobody awaits reaches a handler before the process ends", async () => {
    const script = `process.on("unhandledRejection", (error) => { console.log(error.message); process.exit(70); });
      Promise.reject(new Error("fault")); setTimeout(() => {}, 1000);`;
    expect(await runScript(script)).toEqual({ status: 70, output: "fault\n" });
  });

  test("process.kill with signal 0 tells whether a process lives", async () => {
    const child = Bun.spawn([process.execPath, "-e", "setInterval(() => {}, 1e6)"]);
    expect(process.kill(child.pid, 0)).toBe(true);
    child.kill("SIGKILL");
    await child.exited;
    expect(() => process.kill(child.pid, 0)).toThrow("ESRCH");
  });

  onLinux("the limit of open files can be read and raised through bun:ffi", () => {
    const libc = dlopen("libc.so.6", {
      getrlimit: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
      setrlimit: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
    });
    const RLIMIT_NOFILE = 7;
    const limits = new BigUint64Array(2);
    expect(libc.symbols.getrlimit(RLIMIT_NOFILE, ptr(limits))).toBe(0);
    expect(limits[1]).toBeGreaterThanOrEqual(limits[0] ?? 0n);
    limits[0] = limits[1] ?? 0n;
    expect(libc.symbols.setrlimit(RLIMIT_NOFILE, ptr(limits))).toBe(0);
    libc.close();
  });
});
