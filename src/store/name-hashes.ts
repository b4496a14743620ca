/**
 * The hashes of names: of keys, and of the elements of collections. A batch of requests hashes the names it is about
 * to look up in advance (see `prefetch.ts`); what it says here is not computed again.
 */

import type { SipHasher } from "../base/siphash.ts";

export class NameHashes {
  private keyBytes: Buffer | null = null;
  private keyStart = 0;
  private keyEnd = 0;
  private keyHash = 0;
  private memberBytes: Buffer | null = null;
  private memberStart = 0;
  private memberEnd = 0;
  private memberHash = 0;

  constructor(private readonly hasher: SipHasher) {}

  /** The hash of the key `bytes[start, end)`. */
  ofKey(bytes: Buffer, start: number, end: number): number {
    const expected = start === this.keyStart && bytes === this.keyBytes && end === this.keyEnd;
    return expected ? this.keyHash : this.hasher.hash(bytes, start, end);
  }

  /** The hash of the element `bytes[start, end)`. */
  ofMember(bytes: Buffer, start: number, end: number): number {
    const expected = start === this.memberStart && bytes === this.memberBytes && end === this.memberEnd;
    return expected ? this.memberHash : this.hasher.hash(bytes, start, end);
  }

  /** Tells the hash of a key that is about to be looked up. */
  expectKey(bytes: Buffer, start: number, end: number, hash: number): void {
    this.keyBytes = bytes;
    this.keyStart = start;
    this.keyEnd = end;
    this.keyHash = hash;
  }

  /** Tells the hash of an element that is about to be looked up. */
  expectMember(bytes: Buffer, start: number, end: number, hash: number): void {
    this.memberBytes = bytes;
    this.memberStart = start;
    this.memberEnd = end;
    this.memberHash = hash;
  }

  /** Forgets what was expected. The bytes it was about may change after that. */
  expectNothing(): void {
    this.keyBytes = null;
    this.memberBytes = null;
  }
}
