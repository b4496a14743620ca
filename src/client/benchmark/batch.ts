/**
 * What a connection writes again and again: one buffer with the request repeated for the pipeline, and the
 * places of the random numbers in it. Drawing new numbers changes only their digits, in place.
 */

import type { Random } from "../../base/random.ts";

const PLACEHOLDER = "__rand_int__";
/** Digits that replace it: as many, so that no length in the request changes. */
const DIGITS = PLACEHOLDER.length;
const ZERO = 0x30;

/** Where the random numbers come from: shared by all connections of a run. */
export interface RandomNumbers {
  readonly source: Random;
  /** Exclusive bound, at most 2^31 − 1; 0 makes every number 0. */
  readonly keyspace: number;
}

export class RequestBatch {
  /** `requests` requests without a gap. */
  readonly bytes: Buffer;
  /** Bytes of one request. */
  readonly requestBytes: number;
  private readonly numbers: RandomNumbers | null;
  /** Position behind the last digit of each number, in order. */
  private readonly ends: Int32Array;
  private readonly endsPerRequest: number;
  /** Digits that can differ from 0. */
  private readonly digits: number;

  /** `numbers` is null when placeholders are to be sent as they are. */
  constructor(request: Buffer, requests: number, numbers: RandomNumbers | null) {
    const places = numbers === null ? [] : placesOf(request);
    this.requestBytes = request.length;
    this.bytes = Buffer.allocUnsafeSlow(request.length * requests);
    this.numbers = numbers;
    this.endsPerRequest = places.length;
    this.ends = new Int32Array(places.length * requests);
    this.digits = numbers === null ? 0 : String(Math.max(0, numbers.keyspace - 1)).length;
    for (let i = 0; i < requests; i++) {
      const at = i * request.length;
      request.copy(this.bytes, at);
      for (let j = 0; j < places.length; j++) {
        const end = at + places[j] + DIGITS;
        this.ends[i * places.length + j] = end;
        this.bytes.fill(ZERO, end - DIGITS, end);
      }
    }
  }

  /** Whether `randomize` changes anything; a batch that stays as it is can be shared. */
  get changes(): boolean {
    return this.numbers !== null && this.numbers.keyspace > 0 && this.endsPerRequest > 0;
  }

  /** Draws new numbers for the first `requests` requests. Nobody may be reading the bytes. */
  randomize(requests: number): void {
    const { numbers, ends, bytes, digits } = this;
    if (numbers === null || numbers.keyspace === 0) return;
    const { source, keyspace } = numbers;
    const count = requests * this.endsPerRequest;
    for (let i = 0; i < count; i++) {
      let number = source.below(keyspace) | 0;
      const end = ends[i];
      for (let at = end - 1; at >= end - digits; at--) {
        const tenth = (number / 10) | 0;
        bytes[at] = ZERO + number - tenth * 10;
        number = tenth;
      }
    }
  }
}

function placesOf(request: Buffer): number[] {
  const places: number[] = [];
  let at = request.indexOf(PLACEHOLDER);
  while (at >= 0) {
    places.push(at);
    at = request.indexOf(PLACEHOLDER, at + DIGITS);
  }
  return places;
}
