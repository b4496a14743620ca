/** Which clients CLIENT KILL and CLIENT LIST mean. */

import type { Int64 } from "../base/int.ts";
import { CLIENT_ID_NOT_POSITIVE, noSuchUser, SYNTAX, unknownClientType } from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import type { ClientState } from "./client-state.ts";
import { isDefaultUser } from "./password.ts";

/** The client types of Redis. All clients here are normal ones. */
export type ClientType = "normal" | "replica" | "pubsub" | "master";

/** What CLIENT KILL was asked for; null: whatever it is. */
export interface ClientFilter {
  id: Int64 | null;
  type: ClientType | null;
  address: string | null;
  localAddress: string | null;
  /** Whether the client that asks is left out. */
  skipMe: boolean;
}

/** The client type that argument `i` names. @throws unknownClientType */
export function clientTypeOf(args: Args, i: number): ClientType {
  if (args.is(i, "NORMAL")) return "normal";
  if (args.is(i, "REPLICA") || args.is(i, "SLAVE")) return "replica";
  if (args.is(i, "PUBSUB")) return "pubsub";
  if (args.is(i, "MASTER")) return "master";
  throw unknownClientType(args.bytes, args.start(i), args.end(i));
}

/** The filter of `CLIENT KILL address` or `CLIENT KILL option value …`. @throws ReplyError */
export function killFilter(args: Args): ClientFilter {
  const filter: ClientFilter = { id: null, type: null, address: null, localAddress: null, skipMe: true };
  if (args.count === 3) {
    filter.address = args.latin1(2);
    filter.skipMe = false;
    return filter;
  }
  for (let i = 2; i < args.count; i += 2) {
    if (i + 1 === args.count) throw SYNTAX;
    readOption(filter, args, i);
  }
  return filter;
}

/** Whether the filter means this client; `self` is the one that asks. */
export function isMeant(filter: ClientFilter, client: ClientState, self: ClientState): boolean {
  if (filter.address !== null && filter.address !== client.address) return false;
  if (filter.localAddress !== null && filter.localAddress !== client.localAddress) return false;
  if (filter.type !== null && filter.type !== "normal") return false;
  if (filter.id !== null && filter.id !== client.id) return false;
  return client !== self || !filter.skipMe;
}

/** Reads the option in argument `i` and its value in the next one. */
function readOption(filter: ClientFilter, args: Args, i: number): void {
  const value = i + 1;
  if (args.is(i, "ID")) {
    const id = args.int64(value, CLIENT_ID_NOT_POSITIVE);
    if (id < 1) throw CLIENT_ID_NOT_POSITIVE;
    filter.id = id;
  } else if (args.is(i, "TYPE")) {
    filter.type = clientTypeOf(args, value);
  } else if (args.is(i, "ADDR")) {
    filter.address = args.latin1(value);
  } else if (args.is(i, "LADDR")) {
    filter.localAddress = args.latin1(value);
  } else if (args.is(i, "USER")) {
    const [start, end] = [args.start(value), args.end(value)];
    // Every client is the default user, so this one matches all.
    if (!isDefaultUser(args.bytes, start, end)) throw noSuchUser(args.bytes, start, end);
  } else if (args.is(i, "SKIPME")) {
    filter.skipMe = yesOrNo(args, value);
  } else {
    throw SYNTAX;
  }
}

function yesOrNo(args: Args, i: number): boolean {
  if (args.is(i, "YES")) return true;
  if (args.is(i, "NO")) return false;
  throw SYNTAX;
}
