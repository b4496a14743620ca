/** What a connection needs of its socket. Bun's own sockets have it. */
export interface ClientSocket {
  /** Returns how many of `bytes[at, at + length)` the kernel has taken; less than 0 when the socket is closed. */
  write(bytes: Buffer, at: number, length: number): number;
  pause(): void;
  resume(): void;
  /** Closes the sending side when the kernel has sent everything. */
  end(): void;
  close(): void;
}
