/**
 * Cuts a stream of reply bytes into raw RESP frames and reads frames into trees. Frames keep the exact
 * bytes, because two servers are compared by bytes.
 */

import { replyEnd } from "../../support/reply-splitter.ts";

/** Collects chunks as they arrive and hands out whole frames in order. Frames are views of kept bytes. */
export class FrameBuffer {
  #bytes: Buffer = Buffer.alloc(65_536);
  #start = 0;
  #end = 0;

  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) {
      const live = this.#end - this.#start;
      // A new buffer instead of moving bytes: frames handed out earlier still point into the old one.
      const grown: Buffer = Buffer.alloc(Math.max(65_536, 2 * (live + chunk.length)));
      this.#bytes.copy(grown, 0, this.#start, this.#end);
      this.#bytes = grown;
      this.#start = 0;
      this.#end = live;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole frame, or null when more bytes are needed. Throws MalformedReply. */
  next(): Buffer | null {
    if (this.#start === this.#end) return null;
    const live = this.rest();
    const end = replyEnd(live, 0);
    if (end < 0) return null;
    this.#start += end;
    return live.subarray(0, end);
  }

  /** What has arrived and is not handed out yet. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }
}

/** A frame as a tree: `text` of a leaf (latin1, null for the nulls), `items` of an aggregate. */
export interface Reply {
  type: string;
  text: string | null;
  items: Reply[];
}

/** The frames that an array consists of; null when the frame is no array, or the null one. */
export function elementFrames(frame: Buffer): Buffer[] | null {
  const head = /^\*(\d+)\r\n/.exec(frame.toString("latin1", 0, 16));
  if (head === null) return null;
  const frames: Buffer[] = [];
  for (let at = head[0].length; at < frame.length; ) {
    const end = replyEnd(frame, at);
    frames.push(frame.subarray(at, end));
    at = end;
  }
  return frames;
}

/** Reads one whole frame as cut by FrameBuffer. */
export function parseFrame(frame: Buffer): Reply {
  return readReply(frame, { at: 0 });
}

function readReply(bytes: Buffer, cursor: { at: number }): Reply {
  const type = String.fromCharCode(bytes[cursor.at]);
  const lineEnd = bytes.indexOf("\r\n", cursor.at, "latin1");
  const line = bytes.toString("latin1", cursor.at + 1, lineEnd);
  cursor.at = lineEnd + 2;
  if ("$!=".includes(type)) {
    const length = Number(line);
    if (length < 0) return { type, text: null, items: [] };
    const text = bytes.toString("latin1", cursor.at, cursor.at + length);
    cursor.at += length + 2;
    return { type, text, items: [] };
  }
  if ("*~>%|".includes(type)) {
    const items: Reply[] = [];
    const count = Number(line) * ("%|".includes(type) ? 2 : 1) + (type === "|" ? 1 : 0);
    for (let i = 0; i < count; i++) items.push(readReply(bytes, cursor));
    return { type, text: Number(line) < 0 ? null : "", items };
  }
  return { type, text: type === "_" ? null : line, items: [] };
}
