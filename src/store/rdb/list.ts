/**
 * Lists in the RDB format: a number of nodes and then the nodes, each a listpack, or an element alone if it is huge.
 *
 * The nodes are those that Redis would have after the elements were pushed behind each other in one go; they do not
 * depend on how the list lies in memory.
 */

import { copyBytes } from "../../base/bytes.ts";
import type { ChunkBounds } from "../../memory/chunked-list-layout.ts";
import type { PackedView } from "../../memory/packed.ts";
import type { Entry } from "../entry.ts";
import type { Keyspace } from "../keyspace.ts";
import * as lists from "../list.ts";
import type { ElementReader } from "./element-reader.ts";
import { finishListpack, LISTPACK_HEAD_BYTES, ListpackReader } from "./listpack.ts";
import { expectFormat, NODE_LISTPACK, NODE_PLAIN } from "./rdb-format.ts";
import type { RdbReader } from "./rdb-reader.ts";
import type { RdbWriter } from "./rdb-writer.ts";
import { ZiplistReader } from "./ziplist.ts";

/** What Redis adds to the bytes of a string to estimate what it will take in a node. */
const ESTIMATED_OVERHEAD = 8;
const NODE_CAPACITY = 8192;

export function writeList(writer: RdbWriter, keyspace: Keyspace, entry: Entry): void {
  const mark = writer.length;
  const nodes = new NodeWriter(writer, keyspace.limits.listChunk);
  const cursor = lists.enterEnd(keyspace, entry, true);
  const view = keyspace.valueView;
  do {
    for (let at = cursor.at; at < cursor.end; ) {
      const next = view.read(cursor.bytes, at);
      nodes.add(view, cursor.bytes, at, next);
      at = next;
    }
  } while (cursor.nextRun());
  nodes.flush();
  writer.insertNumber(mark, nodes.written);
}

/** Collects elements to nodes. */
class NodeWriter {
  /** How many nodes were written. */
  written = 0;
  private listpack = Buffer.allocUnsafe(NODE_CAPACITY);
  /** Bytes of the present node, its end byte left out. */
  private size = LISTPACK_HEAD_BYTES;
  private count = 0;

  constructor(
    private readonly writer: RdbWriter,
    private readonly bounds: ChunkBounds,
  ) {}

  /** Adds an element: `element` is what it says, `bytes[start, end)` how it is packed. */
  add(element: PackedView, bytes: Buffer, start: number, end: number): void {
    const length = element.end - element.start;
    if (length >= this.bounds.alone) {
      this.flush();
      this.writer.number(NODE_PLAIN);
      this.writer.string(element.bytes, element.start, element.end);
      this.written++;
      return;
    }
    if (this.count > 0 && !this.fits(length)) this.flush();
    const size = this.size + end - start;
    if (size >= this.listpack.length) this.grow(size + 1);
    copyBytes(bytes, start, this.listpack, this.size, end - start);
    this.size = size;
    this.count++;
  }

  /** Writes the present node, if it has elements, and begins another. */
  flush(): void {
    if (this.count === 0) return;
    finishListpack(this.listpack, this.size + 1, this.count);
    this.writer.number(NODE_LISTPACK);
    this.writer.string(this.listpack, 0, this.size + 1);
    this.written++;
    this.size = LISTPACK_HEAD_BYTES;
    this.count = 0;
  }

  /** Whether Redis would put a string of so many bytes into the present node. */
  private fits(length: number): boolean {
    const estimate = this.size + 1 + length + ESTIMATED_OVERHEAD;
    return estimate <= this.bounds.bytes && this.count < this.bounds.elements;
  }

  private grow(size: number): void {
    const grown = Buffer.allocUnsafe(Math.max(size, this.listpack.length * 2));
    this.listpack.copy(grown, 0, 0, this.size);
    this.listpack = grown;
  }
}

/** Adds elements to a list. */
export function fillList(
  keyspace: Keyspace,
  entry: Entry,
  elements: ElementReader,
  { second: element }: RdbReader,
): void {
  while (elements.next(element))
    lists.push(keyspace, entry, element.bytes, element.start, element.end, false);
}

/** Adds the elements of nodes, listpacks or elements alone, to an empty list. */
export function fillListFromNodes(keyspace: Keyspace, entry: Entry, reader: RdbReader): void {
  const node = reader.first;
  for (let left = reader.number(); left > 0; left--) {
    const container = reader.number();
    expectFormat(container === NODE_LISTPACK || container === NODE_PLAIN, "a node of unknown kind");
    reader.string(node);
    if (container === NODE_LISTPACK) {
      fillList(keyspace, entry, new ListpackReader(node), reader);
    } else {
      expectFormat(node.start < node.end, "a node without an element");
      lists.push(keyspace, entry, node.bytes, node.start, node.end, false);
    }
  }
}

/** Adds the elements of nodes that are ziplists to an empty list. */
export function fillListFromZiplists(keyspace: Keyspace, entry: Entry, reader: RdbReader): void {
  for (let left = reader.number(); left > 0; left--) {
    reader.string(reader.first);
    fillList(keyspace, entry, new ZiplistReader(reader.first), reader);
  }
}
