/** The one password there is, that of the user `default` (`requirepass`). */

const DEFAULT_USER = "default";

/** Whether `bytes[start, end)` names the only user, whose name counts with its case. */
export function isDefaultUser(bytes: Buffer, start: number, end: number): boolean {
  return bytes.toString("latin1", start, end) === DEFAULT_USER;
}

/**
 * Whether `bytes[start, end)` is the password, given as one char per byte; an empty one accepts anything. The
 * time taken depends on the length of the attempt alone, so that it tells nothing about the password.
 */
export function passwordMatches(password: string, bytes: Buffer, start: number, end: number): boolean {
  const { length } = password;
  if (length === 0) return true;
  let difference = length ^ (end - start);
  for (let i = 0; i < end - start; i++) difference |= bytes[start + i] ^ password.charCodeAt(i % length);
  return difference === 0;
}
