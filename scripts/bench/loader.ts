import { encodeRequest } from "../../src/protocol/request.ts";
import { RawClient } from "../../test/support/raw-client.ts";

const BATCH = 1000;
/** Requests of {@link fill} in flight; each may be a long one. */
const FILL_BATCH = 50;
const MINUS = 0x2d;

/**
 * Writes `count` keys through one pipelined connection and waits for every reply.
 *
 * @param request gives the bytes of the request for one index.
 * @throws when a reply is anything but +OK.
 */
export async function load(port: number, count: number, request: (index: number) => string): Promise<void> {
  const client = await RawClient.connect(port);
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(from + BATCH, count);
    let batch = "";
    for (let index = from; index < to; index++) batch += request(index);
    const replies = await client.exchange(batch, to - from);
    if (replies.length !== 5 * (to - from) || !replies.toString("latin1", 0, 5).startsWith("+OK")) {
      throw new Error(`loading failed: ${replies.toString("latin1", 0, 200)}`);
    }
  }
  client.close();
}

/** Sends all requests through one pipelined connection. @throws when one of them gets an error */
export async function fill(port: number, requests: Iterable<readonly string[]>): Promise<void> {
  const client = await RawClient.connect(port);
  let batch: Buffer[] = [];
  const send = async () => {
    const replies = await client.exchange(Buffer.concat(batch), batch.length);
    if (replies[0] === MINUS || replies.includes("\n-"))
      throw new Error(`filling failed: ${replies.toString("latin1", 0, 200)}`);
    batch = [];
  };
  for (const request of requests) {
    batch.push(encodeRequest(request));
    if (batch.length === FILL_BATCH) await send();
  }
  if (batch.length > 0) await send();
  client.close();
}

/** One number from a server's INFO. */
export async function infoNumber(port: number, section: string, field: string): Promise<number> {
  const client = await RawClient.connect(port);
  const info = (await client.call("INFO", section)).toString();
  client.close();
  const value = new RegExp(`^${field}:(\\d+)`, "m").exec(info)?.[1];
  if (value === undefined) throw new Error(`INFO ${section} has no ${field}`);
  return Number(value);
}
