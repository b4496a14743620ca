import {
  PARSE_ERROR,
  PARSE_MORE,
  PARSE_REQUEST,
  type ParserLimits,
  RequestParser,
} from "../../src/protocol/request-parser.ts";

/** The limits of a server with the default configuration. */
export const DEFAULT_LIMITS: Readonly<ParserLimits> = {
  bulkLengthMax: 512 * 1024 * 1024,
  argumentsMax: 1_048_576,
  inlineLengthMax: 65_536,
};

/** What a connection makes of its bytes: requests as latin1 arguments, and the error that ended it. */
export interface Conversation {
  requests: { inline: boolean; argv: string[] }[];
  error: string;
  partial: boolean;
}

/** A request as a client library encodes it; a string stands for its bytes in latin1. */
export function encode(...argv: string[]): string {
  return `*${argv.length}\r\n${argv.map((argument) => `$${argument.length}\r\n${argument}\r\n`).join("")}`;
}

export function argvOf(parser: RequestParser): string[] {
  const argv: string[] = [];
  for (let i = 0; i < parser.argc; i++) {
    argv.push(parser.bytes.toString("latin1", parser.offsets[2 * i], parser.offsets[2 * i + 1]));
  }
  return argv;
}

/**
 * Plays the connection: parses `chunks` in turn, and when a request is cut, copies it to a query buffer that
 * grows and moves, as the server does. Bytes beyond what has arrived are poisoned.
 */
export function converse(
  chunks: readonly Buffer[],
  options: { limits?: ParserLimits; authenticated?: boolean; parser?: RequestParser } = {},
): Conversation {
  const parser = options.parser ?? new RequestParser(options.limits ?? { ...DEFAULT_LIMITS });
  parser.authenticated = options.authenticated ?? true;
  const result: Conversation = { requests: [], error: "", partial: false };
  let query: Buffer = Buffer.alloc(0);
  let kept = 0;
  for (const chunk of chunks) {
    let bytes = chunk;
    let end = chunk.length;
    if (kept > 0) {
      if (kept + chunk.length > query.length) {
        const grown = Buffer.alloc(2 * (kept + chunk.length), 0x0a);
        query.copy(grown, 0, 0, kept);
        query = grown;
      }
      chunk.copy(query, kept);
      bytes = query;
      end = kept + chunk.length;
    }
    let position = 0;
    let outcome = parser.parse(bytes, position, end);
    while (outcome === PARSE_REQUEST) {
      result.requests.push({ inline: parser.inline, argv: argvOf(parser) });
      position = parser.next;
      outcome = parser.parse(bytes, position, end);
    }
    if (outcome === PARSE_ERROR) {
      result.error = parser.error;
      return result;
    }
    if (outcome !== PARSE_MORE || parser.missing < 1) throw new Error("impossible outcome");
    const next = parser.next;
    kept = end - next;
    if (parser.partial !== kept > 0) throw new Error("partial disagrees with next");
    if (kept > 0) {
      // Leave a gap of odd size in front, so that offsets really move.
      const moved = Buffer.alloc(kept + 7, 0x0a);
      bytes.copy(moved, 0, next, end);
      query = moved;
      parser.moved(-next);
    }
  }
  result.partial = parser.partial;
  return result;
}

/** `text` as bytes, one per char. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** Cuts `bytes` before each of the ascending `positions`. */
export function cutAt(bytes: Buffer, ...positions: number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const to of [...positions, bytes.length]) {
    pieces.push(Buffer.from(bytes.subarray(from, to)));
    from = to;
  }
  return pieces;
}
