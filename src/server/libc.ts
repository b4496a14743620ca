/**
 * The few system calls that Bun has no function for, through `bun:ffi`. All of them are optional: where one
 * cannot be had (another libc, another system), the program runs without and only knows less or is slower.
 */

import { FFIType, ptr } from "bun:ffi";
import { openLibc } from "../base/libc.ts";

const RLIMIT_NOFILE = process.platform === "darwin" ? 8 : 7;
const MADV_DONTNEED = 4;

const SYMBOLS = {
  getrlimit: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
  setrlimit: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
  madvise: { args: [FFIType.u64, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
} as const;

export class Libc {
  private readonly symbols = openLibc(SYMBOLS);

  /**
   * Raises the soft limit of open files to the hard one.
   * @returns the limit in force, or null when it cannot be known
   */
  raiseOpenFiles(): number | null {
    if (this.symbols === null) return null;
    // A short typed array without a buffer of its own might be moved while its address is in use.
    const limits = new BigUint64Array(new ArrayBuffer(16));
    if (this.symbols.getrlimit(RLIMIT_NOFILE, ptr(limits)) !== 0) return null;
    const soft = limits[0];
    if (soft < limits[1]) {
      limits[0] = limits[1];
      if (this.symbols.setrlimit(RLIMIT_NOFILE, ptr(limits)) !== 0) limits[0] = soft;
    }
    return Number(limits[0]);
  }

  /** Gives the memory of `buffer[from, to)` back to the system; it reads as zeros afterwards. Linux only. */
  dropPages(buffer: SharedArrayBuffer, from: number, to: number): void {
    if (this.symbols === null || process.platform !== "linux") return;
    const start = BigInt(ptr(new Uint8Array(buffer))) + BigInt(from);
    this.symbols.madvise(start, BigInt(to - from), MADV_DONTNEED);
  }
}
