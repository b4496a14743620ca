/** Those who listen to changes of keys: clients that watch them, and clients that wait for them. */

import type { KeyListener, Keyspace } from "../store/keyspace.ts";
import { Blocking } from "./blocking.ts";
import type { ClientState } from "./client-state.ts";
import { dbOfName, keyName, keyOfName } from "./key-name.ts";
import { Watches } from "./watches.ts";

export class KeyEvents implements KeyListener {
  readonly watches = new Watches();
  readonly blocking = new Blocking();

  constructor(private readonly keyspace: Keyspace) {}

  changed(db: number, bytes: Buffer, start: number, end: number): void {
    if (this.watches.size > 0) this.watches.touch(keyName(db, bytes, start, end));
  }

  created(db: number, bytes: Buffer, start: number, end: number): void {
    if (this.blocking.size > 0) this.blocking.signal(keyName(db, bytes, start, end));
  }

  /** To be called after somebody has begun or ended to listen: while nobody does, the keyspace tells nothing. */
  settle(): void {
    this.keyspace.listener = this.watches.size > 0 || this.blocking.size > 0 ? this : null;
  }

  /** All keys of a db are about to go. */
  flushing(db: number): void {
    this.watches.touchDb(this.keyspace, db, db);
  }

  /** Exchanges two dbs. */
  swap(db: number, other: number): void {
    if (db === other) return;
    this.watches.touchDb(this.keyspace, db, other);
    this.watches.touchDb(this.keyspace, other, db);
    this.keyspace.swap(db, other);
    this.blocking.signalDb(db);
    this.blocking.signalDb(other);
  }

  /** Frees the keys that a client watches and whose time has passed, which is a change of them. */
  expireWatched(client: ClientState): void {
    for (const name of client.watched ?? []) {
      const key = keyOfName(name);
      this.keyspace.find(dbOfName(name), key, 0, key.length);
    }
  }

  /** The client is gone. */
  forget(client: ClientState): void {
    if (client.watched !== null) this.watches.removeAll(client);
    if (client.blocked !== null) this.blocking.unblock(client.blocked);
    this.settle();
  }
}
