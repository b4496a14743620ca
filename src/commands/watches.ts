/**
 * WATCH: which client watches which keys. A change of a watched key marks all who watch it, and their next EXEC
 * does nothing.
 */

import type { Keyspace } from "../store/keyspace.ts";
import type { ClientState } from "./client-state.ts";
import { dbOfName, keyOfName } from "./key-name.ts";

export class Watches {
  private readonly watchers = new Map<string, Set<ClientState>>();

  get size(): number {
    return this.watchers.size;
  }

  /** The client watches the key of this name from now on. */
  add(client: ClientState, name: string): void {
    client.watched ??= new Set();
    client.watched.add(name);
    const watchers = this.watchers.get(name);
    if (watchers === undefined) this.watchers.set(name, new Set([client]));
    else watchers.add(client);
  }

  /** The client watches nothing any more. */
  removeAll(client: ClientState): void {
    for (const name of client.watched ?? []) {
      const watchers = this.watchers.get(name);
      watchers?.delete(client);
      if (watchers?.size === 0) this.watchers.delete(name);
    }
    client.watched = null;
    client.watchBroken = false;
  }

  /** The key of this name has changed. */
  touch(name: string): void {
    for (const client of this.watchers.get(name) ?? []) client.watchBroken = true;
  }

  /**
   * All keys of `db` are about to go, or to be exchanged for those of `other`: marks the watched ones that are in
   * either of them.
   */
  touchDb(keyspace: Keyspace, db: number, other: number): void {
    for (const name of this.watchers.keys()) {
      if (dbOfName(name) !== db) continue;
      const key = keyOfName(name);
      const exists =
        keyspace.find(db, key, 0, key.length) !== null || keyspace.find(other, key, 0, key.length) !== null;
      if (exists) this.touch(name);
    }
  }
}
