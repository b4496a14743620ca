/**
 * Linux' epoll and the two calls that move bytes, through `bun:ffi`, for {@link Poller}. Optional: on another system
 * `open` returns null.
 *
 * The kernel is given addresses. All memory behind them lies in an `ArrayBuffer` of its own or is long: the bytes of a
 * short typed array may be moved by the engine.
 */

import { FFIType, type Pointer, ptr } from "bun:ffi";
import { readdirSync, readlinkSync } from "node:fs";
import { pin } from "../base/bytes.ts";
import { openLibc } from "../base/libc.ts";

const { i32 } = FFIType;
const SYMBOLS = {
  epoll_create1: { args: [i32], returns: i32 },
  epoll_ctl: { args: [i32, i32, i32, FFIType.ptr], returns: i32 },
  epoll_wait: { args: [i32, FFIType.ptr, i32, i32], returns: i32 },
  recv: { args: [i32, FFIType.ptr, i32, i32], returns: i32 },
  send: { args: [i32, FFIType.ptr, i32, i32], returns: i32 },
  close: { args: [i32], returns: i32 },
  nanosleep: { args: [FFIType.ptr, FFIType.ptr], returns: i32 },
  prctl: { args: [i32, FFIType.u64, FFIType.u64, FFIType.u64, FFIType.u64], returns: i32 },
} as const;

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLLIN = 1;
const EPOLLOUT = 4;
/** What is reported of an error, of the end of both directions, and of that of what the peer sends. */
const EPOLLERR = 8;
const EPOLLHUP = 0x10;
const EPOLLRDHUP = 0x2000;
const EPOLLET = 1 << 31;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const PR_SET_TIMERSLACK = 29;

/**
 * `struct epoll_event` in words: events, then 8 bytes of data, of which the first word holds the descriptor. The
 * data is aligned to 8 bytes except on x86-64, where the structure is packed.
 */
const EVENT_WORDS = process.arch === "x64" ? 3 : 4;
const DATA_WORD = EVENT_WORDS - 2;
/** Descriptors reported at a time. */
const EVENTS_MAX = 256;
const WORD_BYTES = 4;

/** Where the descriptors of this process are, and what one leads to that threads wake each other with. */
const DESCRIPTORS = "/proc/self/fd";
const EVENT_DESCRIPTOR = "anon_inode:[eventfd]";

/** What one read takes at most. */
const RECEIVE_BYTES_MAX = 256 * 1024;
/** A shorter buffer is not sent from, since it may be moved … */
const SEND_BUFFER_BYTES_MIN = 4096;
/** … nor is a longer one: remembering its address would keep it alive. */
const SEND_BUFFER_BYTES_MAX = 1024 * 1024;

/** What `nap` takes, in ns. */
const NAP_NS = 50_000;
/** By how much the kernel may prolong the sleep of this thread. Its default, 50 µs, is longer than a nap. */
const TIMER_SLACK_NS = 1;

export class Epoll {
  /** What `receive` has read. */
  readonly received = pin(Buffer.from(new ArrayBuffer(RECEIVE_BYTES_MAX)));
  private readonly receivedAddress = ptr(this.received);
  /** What the kernel is asked to report. */
  private readonly request = new Int32Array(new ArrayBuffer(EVENT_WORDS * WORD_BYTES));
  private readonly requestAddress = ptr(this.request);
  /** What the kernel has reported. */
  private readonly events = new Int32Array(new ArrayBuffer(EVENTS_MAX * EVENT_WORDS * WORD_BYTES));
  private readonly eventsAddress = ptr(this.events);
  /** `struct timespec` of a nap: seconds, nanoseconds. */
  private readonly napTime = new BigInt64Array(new ArrayBuffer(16));
  private readonly napTimeAddress = ptr(this.napTime);
  /** The last buffer sent from, and where it lies. */
  private source: Buffer = this.received;
  private sourceAddress: Pointer = this.receivedAddress;

  private constructor(
    private readonly calls: NonNullable<ReturnType<typeof openLibc<typeof SYMBOLS>>>,
    private readonly descriptor: number,
  ) {
    this.napTime[1] = BigInt(NAP_NS);
    calls.prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
  }

  /** A new instance, or null where there is none to be had. */
  static open(): Epoll | null {
    if (process.platform !== "linux") return null;
    const calls = openLibc(SYMBOLS);
    if (calls === null) return null;
    const descriptor = calls.epoll_create1(EPOLL_CLOEXEC);
    return descriptor < 0 ? null : new Epoll(calls, descriptor);
  }

  /**
   * Reports it when somebody wakes the event loop: another thread, or the handler of a signal. Bun's loop has an
   * event descriptor for that, which it never reads, so only that it changes is reported; all there are count.
   * Returns false when they cannot be known.
   */
  addWakeUps(): boolean {
    let found = false;
    for (const name of namesIn(DESCRIPTORS)) {
      if (linkOf(`${DESCRIPTORS}/${name}`) === EVENT_DESCRIPTOR) found = this.add(Number(name)) || found;
    }
    return found;
  }

  /**
   * Reports the descriptor each time something comes to it, and if there is something now. Returns false when the
   * kernel will not.
   */
  add(descriptor: number): boolean {
    return this.control(EPOLL_CTL_ADD, descriptor, EPOLLIN | EPOLLRDHUP | EPOLLET);
  }

  /** Reports the descriptor as long as there is something. */
  addLevel(descriptor: number): boolean {
    return this.control(EPOLL_CTL_ADD, descriptor, EPOLLIN);
  }

  /** Of a descriptor that was added, reports from now on what is asked for; at once, if it is so already. */
  change(descriptor: number, readable: boolean, writable: boolean): void {
    const events = (readable ? EPOLLIN | EPOLLRDHUP : 0) | (writable ? EPOLLOUT : 0);
    this.control(EPOLL_CTL_MOD, descriptor, events | EPOLLET);
  }

  private control(operation: number, descriptor: number, events: number): boolean {
    this.request[0] = events;
    this.request[DATA_WORD] = descriptor;
    this.request[DATA_WORD + 1] = 0;
    return this.calls.epoll_ctl(this.descriptor, operation, descriptor, this.requestAddress) === 0;
  }

  /** Reports the descriptor no more. (One that is closed is not reported anyway.) */
  remove(descriptor: number): void {
    this.control(EPOLL_CTL_DEL, descriptor, 0);
  }

  /** Waits for descriptors that can be read. Returns how many; 0 after `ms`, or a signal. */
  wait(ms: number): number {
    return Math.max(0, this.calls.epoll_wait(this.descriptor, this.eventsAddress, EVENTS_MAX, ms));
  }

  /** Sleeps for some microseconds, whatever comes meanwhile. */
  nap(): void {
    this.calls.nanosleep(this.napTimeAddress, null);
  }

  /** The `i`-th descriptor that `wait` has reported. */
  descriptorAt(i: number): number {
    return this.events[i * EVENT_WORDS + DATA_WORD];
  }

  /** Whether there is nothing to be said about it but that it can be read: no end, no error. */
  isPlainAt(i: number): boolean {
    return this.events[i * EVENT_WORDS] === EPOLLIN;
  }

  /** Whether it has ended or failed. */
  isEndedAt(i: number): boolean {
    return (this.events[i * EVENT_WORDS] & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) !== 0;
  }

  /**
   * Reads into `received[at …]`. Returns how many bytes: all there are, unless they fill it; 0 at the end, less than 0
   * when there is nothing to be read.
   */
  receive(descriptor: number, at: number): number {
    const address = (this.receivedAddress + at) as Pointer;
    return this.calls.recv(descriptor, address, RECEIVE_BYTES_MAX - at, MSG_DONTWAIT);
  }

  /** Sends `bytes[at, at + length)`. Returns how many of them the kernel has taken. */
  send(descriptor: number, bytes: Buffer, at: number, length: number): number {
    if (bytes !== this.source) {
      if (bytes.length < SEND_BUFFER_BYTES_MIN || bytes.length > SEND_BUFFER_BYTES_MAX) return 0;
      this.source = bytes;
      this.sourceAddress = ptr(bytes);
    }
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    return Math.max(0, this.calls.send(descriptor, (this.sourceAddress + at) as Pointer, length, flags));
  }

  /** Ends it; nothing is reported any more. */
  close(): void {
    this.calls.close(this.descriptor);
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The descriptor that the directory was read with is closed already.
    return "";
  }
}
