/** The engine without a server: a dataset, a context and `execute`, driven with a clock moved by hand. */

import { Random } from "../../src/base/random.ts";
import { SipHasher } from "../../src/base/siphash.ts";
import { Args, REQUEST_WORDS } from "../../src/commands/args.ts";
import { ClientState } from "../../src/commands/client-state.ts";
import type { Command } from "../../src/commands/command-table.ts";
import { Context } from "../../src/commands/context.ts";
import { execute, executeRun } from "../../src/commands/execute.ts";
import { newCommandTable } from "../../src/commands/registry.ts";
import type { ServerPort } from "../../src/commands/server-port.ts";
import { reserveArena } from "../../src/memory/arena.ts";
import { ReplyWriter } from "../../src/protocol/reply-writer.ts";
import { Keyspace } from "../../src/store/keyspace.ts";

export interface EngineOptions {
  seed?: number;
  databases?: number;
  shards?: number;
  arenaBytes?: number;
  server?: Partial<ServerPort>;
}

export type Argument = string | Buffer | number;

export class Engine {
  readonly keyspace: Keyspace;
  readonly ctx: Context;
  readonly reply = new ReplyWriter();

  constructor(options: EngineOptions = {}) {
    const seed = options.seed ?? 1;
    this.keyspace = new Keyspace({
      databases: options.databases ?? 16,
      shards: options.shards ?? 4,
      hasher: new SipHasher(seed, ~seed),
      random: new Random(seed),
      reserveArena: () => reserveArena(options.arenaBytes ?? 64 << 20),
    });
    this.keyspace.setNow(1_700_000_000_000);
    this.ctx = new Context(this.keyspace, this.reply, newCommandTable(), standInServer(options.server ?? {}));
    this.ctx.client = this.newClient();
  }

  private clients = 0;

  newClient(): ClientState {
    this.clients++;
    return new ClientState(
      this.clients,
      this.keyspace.nowMs,
      `127.0.0.1:${50_000 + this.clients}`,
      "127.0.0.1:9501",
    );
  }

  /** Moves the clock forward. */
  advance(ms: number): void {
    this.keyspace.setNow(this.keyspace.nowMs + ms);
  }

  /** Executes one request and returns the bytes of its reply, one char each. */
  run(...argv: Argument[]): string {
    const args = this.prepare([argv]);
    execute(this.ctx, args);
    return this.replied;
  }

  /** Executes as many of these requests, with the same command and key, as can be together. */
  runInRow(...requests: Argument[][]): { executed: number; reply: string } {
    const args = this.prepare(requests);
    const command = this.ctx.commands.find(args, 0) as Command;
    const executed = executeRun(this.ctx, args, command, requests.length);
    return { executed, reply: this.replied };
  }

  /** The first of the requests, the others following in its table. */
  private prepare(requests: Argument[][]): Args {
    const parts: Buffer[] = [];
    const offsets = new Int32Array((requests.length - 1) * REQUEST_WORDS + requests[0].length * 2);
    let at = 0;
    requests.forEach((argv, i) => {
      argv.forEach((arg, j) => {
        const part = typeof arg === "object" ? arg : Buffer.from(String(arg), "latin1");
        parts.push(part);
        offsets[i * REQUEST_WORDS + j * 2] = at;
        at += part.length;
        offsets[i * REQUEST_WORDS + j * 2 + 1] = at;
      });
    });
    const args = new Args();
    args.set(Buffer.concat(parts), offsets, 0, requests[0].length);
    this.reply.rewind(0);
    this.reply.resp = this.ctx.client.resp;
    return args;
  }

  private get replied(): string {
    return this.reply.bytes.toString("latin1", 0, this.reply.length);
  }
}

/** A server that fails loudly when a test reaches for what it did not provide. */
function standInServer(given: Partial<ServerPort>): ServerPort {
  return new Proxy(given, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (member === undefined) throw new Error(`the test provides no server.${String(name)}`);
      return member;
    },
  }) as ServerPort;
}
