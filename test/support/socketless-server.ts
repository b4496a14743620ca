/** A server whose clients are driven by hand: what they send comes together, or one after the other. */

import { Config } from "../../src/server/config/config.ts";
import type { Connection } from "../../src/server/connection.ts";
import { Libc } from "../../src/server/libc.ts";
import type { Logger } from "../../src/server/log.ts";
import { Round } from "../../src/server/round.ts";
import { Server } from "../../src/server/server.ts";

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const ROUND_BYTES = 4 * 1024 * 1024;

/** What the clients of a server are sent and what is done to them, without sockets. */
export class SocketlessServer {
  readonly server = new Server(
    Config.load({ env: { OPENKV_SHARDS: "1", OPENKV_BANNER: "never", OPENKV_ENABLE_DEBUG_COMMAND: "yes" } }),
    QUIET,
    new Libc(),
  );
  readonly connections: Connection[] = [];
  readonly outputs: string[] = [];
  private readonly bytes = Buffer.alloc(ROUND_BYTES);
  readonly round = new Round(this.server, this.bytes);

  constructor(clients: number) {
    // As with a large dataset, where the memory of all requests is asked for in advance.
    this.server.ctx.prefetching = true;
    for (let i = 0; i < clients; i++) {
      this.outputs.push("");
      const note = (what: string) => {
        this.outputs[i] += what;
      };
      const socket = {
        write: (bytes: Buffer, at: number, length: number) => {
          note(bytes.toString("latin1", at, at + length));
          return length;
        },
        pause: () => note("<pause>"),
        resume: () => note("<resume>"),
        end: () => note("<end>"),
        close: () => note("<close>"),
      };
      this.connections.push(this.server.clients.add(socket, `127.0.0.1:${i + 1}`, "127.0.0.1:0"));
    }
  }

  /** All at once. */
  together(chunks: readonly (readonly [client: number, chunk: Buffer])[]): void {
    for (const [client, chunk] of chunks) {
      chunk.copy(this.bytes, this.round.end);
      this.round.add(this.connections[client], chunk.length);
    }
    this.server.execute(this.round);
    this.server.endTurn();
  }

  /** One after the other. */
  apart(chunks: readonly (readonly [client: number, chunk: Buffer])[]): void {
    for (const [client, chunk] of chunks) {
      const connection = this.connections[client];
      if (!connection.closing) this.server.receive(connection, chunk, chunk.length);
    }
    this.server.endTurn();
  }
}
