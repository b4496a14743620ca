/** The C library through `bun:ffi`, for the few things that Bun has no function for, or a slower one. */

import { dlopen, type FFIFunction } from "bun:ffi";

const NAMES = process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", "libc.so"];

/** Functions of the C library, or null where one of them is missing: another libc, another system. */
export function openLibc<Symbols extends Record<string, FFIFunction>>(symbols: Symbols) {
  for (const name of NAMES) {
    try {
      return dlopen(name, symbols).symbols;
    } catch {
      // The next name, or none.
    }
  }
  return null;
}
