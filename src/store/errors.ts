/** The arena of the key's shard has no room for what was asked. Thrown before anything has changed. */
export class OutOfMemoryError extends Error {
  override name = "OutOfMemoryError";
}
