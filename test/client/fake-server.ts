/** A server for the tests of the client side: it parses RESP arrays and inline PINGs, and replies by a script. */

import type { Socket } from "bun";

interface Connection {
  text: string;
  /** Requests of this connection so far. */
  count: number;
}

/** What the server does about a request: a reply as it goes over the wire, silence, or the end. */
export type Answer = string | null | "close";

export interface FakeServer {
  port: number;
  /** The bytes of every connection together, one character a byte. */
  received: string[];
  /** Every request as its words; PING handshakes included. */
  requests: string[][];
  connections: number;
  stop(): void;
}

/** Starts one on a free port. `greeting` is sent as soon as somebody connects. */
export function startFakeServer(
  answer: (words: string[], count: number) => Answer,
  greeting = "",
): FakeServer {
  const listener = Bun.listen<Connection>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { text: "", count: 0 };
        server.connections++;
        if (greeting !== "") socket.write(greeting);
      },
      data(socket, chunk) {
        server.received.push(chunk.toString("latin1"));
        socket.data.text += chunk.toString("latin1");
        respond(socket);
      },
    },
  });
  const respond = (socket: Socket<Connection>) => {
    let out = "";
    for (;;) {
      const words = takeRequest(socket.data);
      if (words === null) break;
      server.requests.push(words);
      const reply = answer(words, ++socket.data.count);
      if (reply === "close") {
        socket.write(out);
        socket.end();
        return;
      }
      out += reply ?? "";
    }
    if (out !== "") socket.write(out);
  };
  const server: FakeServer = {
    port: listener.port,
    received: [],
    requests: [],
    connections: 0,
    stop: () => listener.stop(true),
  };
  return server;
}

function takeRequest(connection: Connection): string[] | null {
  const { text } = connection;
  const lineEnd = text.indexOf("\r\n");
  if (lineEnd < 0) return null;
  if (!text.startsWith("*")) {
    connection.text = text.slice(lineEnd + 2);
    return text.slice(0, lineEnd).split(" ");
  }
  const words: string[] = [];
  let at = lineEnd + 2;
  for (let i = Number(text.slice(1, lineEnd)); i > 0; i--) {
    const end = text.indexOf("\r\n", at);
    if (end < 0) return null;
    const start = end + 2;
    const length = Number(text.slice(at + 1, end));
    if (text.length < start + length + 2) return null;
    words.push(text.slice(start, start + length));
    at = start + length + 2;
  }
  connection.text = text.slice(at);
  return words;
}

/** Right answers for the commands that the tests send. */
export function redisAnswer(words: string[]): string {
  switch (words[0].toUpperCase()) {
    case "PING":
      return "+PONG\r\n";
    case "SET":
    case "SETEX":
    case "MSET":
    case "SELECT":
    case "AUTH":
      return "+OK\r\n";
    case "GET":
      return "$3\r\nabc\r\n";
    case "EXPIRE":
    case "INCR":
      return ":1\r\n";
    default:
      return `-ERR unknown command '${words[0]}'\r\n`;
  }
}
