/** A server with a known fault: it passes bytes to a real server and back, and replaces some on the way. */

export interface Fault {
  /** Texts in the requests and what the server gets instead; equally long. */
  requests: [string, string][];
  /** Texts in the replies and what the client gets instead; equally long. */
  replies: [string, string][];
}

interface Side {
  other: Bun.Socket<Side> | null;
  /** Bytes that the kernel has not taken yet, in order. */
  unsent: Buffer[];
}

/** Listens on a free port and forwards to 127.0.0.1:`target`. A text cut by a chunk border stays as it is. */
export function startFaultyProxy(target: number, fault: Fault): { port: number; stop(): void } {
  const listener = Bun.listen<Side>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(client) {
        client.data = { other: null, unsent: [] };
        connectToTarget(target, client, fault);
      },
      data(client, chunk) {
        pass(client.data.other, replace(chunk, fault.requests));
      },
      drain: flush,
      close(client) {
        client.data.other?.end();
      },
    },
  });
  return { port: listener.port, stop: () => listener.stop(true) };
}

function connectToTarget(target: number, client: Bun.Socket<Side>, fault: Fault): void {
  // Nothing is read from the client before there is somebody to pass it to.
  client.pause();
  Bun.connect<Side>({
    hostname: "127.0.0.1",
    port: target,
    data: { other: client, unsent: [] },
    socket: {
      open(server) {
        client.data.other = server;
        client.resume();
      },
      data: (server, chunk) => pass(server.data.other, replace(chunk, fault.replies)),
      drain: flush,
      close: () => void client.end(),
    },
  }).catch(() => client.terminate());
}

function pass(to: Bun.Socket<Side> | null, bytes: Buffer): void {
  if (to === null) return;
  to.data.unsent.push(bytes);
  flush(to);
}

function flush(socket: Bun.Socket<Side>): void {
  const { unsent } = socket.data;
  while (unsent.length > 0) {
    const written = Math.max(0, socket.write(unsent[0], 0, unsent[0].length));
    if (written < unsent[0].length) {
      unsent[0] = unsent[0].subarray(written);
      return;
    }
    unsent.shift();
  }
}

function replace(chunk: Buffer, changes: [string, string][]): Buffer {
  let text = chunk.toString("latin1");
  for (const [from, to] of changes) text = text.replaceAll(from, to);
  return Buffer.from(text, "latin1");
}
