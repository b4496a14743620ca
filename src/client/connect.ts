/** Opening a connection, with errors that a person can read. */

import type { Socket, SocketHandler } from "bun";

/** Something went wrong between this program and a server. The message is one line and says what. */
export class ClientError extends Error {
  override name = "ClientError";
}

/** Where a server listens. */
export interface Address {
  host: string;
  port: number;
  /** Path of a unix socket; it takes the place of host and port. */
  socketPath?: string | null;
}

/** The text that OpenKV may greet a connection with before its first reply (`--banner always`). */
export const GREETING = "OK OpenKV connected";

/** How messages name a server: "127.0.0.1:9501" or the path of its socket. */
export function addressName(address: Address): string {
  if (address.socketPath) return address.socketPath;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/**
 * Opens a connection; `data` becomes the `data` of the socket.
 *
 * @param timeoutMs longest wait, 0 for any.
 * @throws ClientError when nobody answers in time or the connection is refused.
 */
export async function openSocket<Data>(
  address: Address,
  data: Data,
  handlers: SocketHandler<Data>,
  timeoutMs: number,
): Promise<Socket<Data>> {
  const opening = address.socketPath
    ? Bun.connect<Data>({ unix: address.socketPath, data, socket: handlers })
    : Bun.connect<Data>({ hostname: address.host, port: address.port, data, socket: handlers });
  const failed = (reason: string) =>
    new ClientError(`Could not connect to ${addressName(address)}: ${reason}`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    if (timeoutMs > 0) {
      timer = setTimeout(() => {
        // The attempt cannot be cancelled; should it succeed after all, nobody wants the socket.
        opening.then((opened) => opened.terminate()).catch(() => {});
        reject(failed(`no answer within ${timeoutMs / 1000} s`));
      }, timeoutMs);
    }
  });
  try {
    return await Promise.race([opening, late]);
  } catch (error) {
    throw error instanceof ClientError ? error : failed(reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOENT: "no such socket",
  ENOTFOUND: "unknown host",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network unreachable",
  ECONNRESET: "connection reset",
  EACCES: "permission denied",
  EMFILE: "too many open files",
  ETIMEDOUT: "no answer",
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? (code === "" ? error.message : `${error.message} (${code})`);
}
