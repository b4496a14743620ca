/** A key and its db as one string, for the few keys that somebody watches or waits for. */

/** Distinct for distinct pairs of db and key `bytes[start, end)`. */
export function keyName(db: number, bytes: Buffer, start: number, end: number): string {
  return `${db}:${bytes.toString("latin1", start, end)}`;
}

/** The bytes of the key in a name made by {@link keyName}. */
export function keyOfName(name: string): Buffer {
  return Buffer.from(name.slice(name.indexOf(":") + 1), "latin1");
}

/** The db in a name made by {@link keyName}. */
export function dbOfName(name: string): number {
  return Number.parseInt(name, 10);
}
