/**
 * The error texts of commands, each once; those of CONFIG SET are with the directives in `server/config`, since
 * they say what is wrong with a value. The texts are those of Redis 7.0, byte for byte, because clients match on
 * them, but for the few whose comment calls them the product's own.
 *
 * A text is the complete line without the leading `-`. Where it quotes bytes of a client, each char code is
 * one byte, which is what `ReplyWriter.error` writes.
 */

import { printable } from "../base/ascii.ts";
import { formatFixed } from "../base/fixed-point.ts";

/**
 * An error reply on its way to the client. Handlers throw it, `execute` catches it and writes `text`.
 * It is no `Error`: a stack costs more than most commands.
 */
export class ReplyError {
  /** The complete line, e.g. `ERR syntax error`. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** How many bytes of a key or an argument an error shows. */
const SHOWN_BYTES_MAX = 128;
/** The same where Redis shows all: an argument may be as long as a request. */
const QUOTED_BYTES_MAX = 65_536;

// Values and keys.
export const WRONG_TYPE = new ReplyError("WRONGTYPE Operation against a key holding the wrong kind of value");
export const NO_SUCH_KEY = new ReplyError("ERR no such key");
export const SAME_OBJECT = new ReplyError("ERR source and destination objects are the same");
export const STRING_TOO_LONG = new ReplyError("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
export const OUT_OF_MEMORY = new ReplyError("OOM command not allowed when used memory > 'maxmemory'.");

/** The product's own. */
export const REPLY_TOO_LARGE = new ReplyError("ERR the reply exceeds the maximum of 1 GiB");

// Arguments.
export const SYNTAX = new ReplyError("ERR syntax error");
export const NOT_INTEGER = new ReplyError("ERR value is not an integer or out of range");
export const NOT_FLOAT = new ReplyError("ERR value is not a valid float");
export const NOT_POSITIVE = new ReplyError("ERR value is out of range, must be positive");
export const VALUE_OUT_OF_RANGE = new ReplyError("ERR value is out of range");
export const OFFSET_OUT_OF_RANGE = new ReplyError("ERR offset is out of range");
export const INVALID_CURSOR = new ReplyError("ERR invalid cursor");

export const LIMIT_NEGATIVE = new ReplyError("ERR LIMIT can't be negative");
export const NUMKEYS_NOT_POSITIVE = new ReplyError("ERR numkeys should be greater than 0");
export const COUNT_NOT_POSITIVE = new ReplyError("ERR count should be greater than 0");
export const NUMKEYS_TOO_LARGE = new ReplyError("ERR Number of keys can't be greater than number of args");

// Lists.
export const INDEX_OUT_OF_RANGE = new ReplyError("ERR index out of range");
export const LPOS_RANK_ZERO = new ReplyError(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
);
export const LPOS_COUNT_NEGATIVE = new ReplyError("ERR COUNT can't be negative");
export const LPOS_MAXLEN_NEGATIVE = new ReplyError("ERR MAXLEN can't be negative");

// Arithmetic.
export const INCREMENT_OVERFLOW = new ReplyError("ERR increment or decrement would overflow");
export const DECREMENT_OVERFLOW = new ReplyError("ERR decrement would overflow");
export const NAN_OR_INFINITY = new ReplyError("ERR increment would produce NaN or Infinity");

// Bitmaps.
export const BIT_OFFSET = new ReplyError("ERR bit offset is not an integer or out of range");
export const BIT_VALUE = new ReplyError("ERR bit is not an integer or out of range");
export const BIT_ARGUMENT = new ReplyError("ERR The bit argument must be 1 or 0.");
export const BITOP_NOT_SOURCES = new ReplyError("ERR BITOP NOT must be called with a single source key.");
export const BITFIELD_TYPE = new ReplyError(
  "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
export const BITFIELD_OVERFLOW = new ReplyError("ERR Invalid OVERFLOW type specified");
export const BITFIELD_READ_ONLY = new ReplyError("ERR BITFIELD_RO only supports the GET subcommand");

// LCS.
export const LCS_NOT_STRINGS = new ReplyError("ERR The specified keys must contain string values");
export const LCS_LEN_AND_IDX = new ReplyError(
  "ERR If you want both the length and indexes, please just use IDX.",
);
export const LCS_MEMORY = new ReplyError(
  "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
);
export const LCS_NO_MEMORY = new ReplyError(
  "ERR Insufficient memory, failed allocating transient memory for LCS",
);

// HyperLogLogs.
export const NOT_HYPERLOGLOG = new ReplyError("WRONGTYPE Key is not a valid HyperLogLog string value.");
export const CORRUPT_HYPERLOGLOG = new ReplyError("INVALIDOBJ Corrupted HLL object detected");
export const NO_SPECIFIED_KEY = new ReplyError("ERR The specified key does not exist");
export const HYPERLOGLOG_NOT_SPARSE = new ReplyError("ERR HLL encoding is not sparse");

// SORT.
export const SORT_WEIGHTS = new ReplyError("ERR One or more scores can't be converted into double");

// Sorted sets.
export const ZADD_NX_AND_XX = new ReplyError("ERR XX and NX options at the same time are not compatible");
export const ZADD_GT_LT_NX = new ReplyError(
  "ERR GT, LT, and/or NX options at the same time are not compatible",
);
export const ZADD_INCR_PAIRS = new ReplyError("ERR INCR option supports a single increment-element pair");
export const SCORE_NOT_A_NUMBER = new ReplyError("ERR resulting score is not a number (NaN)");
export const SCORE_BOUND = new ReplyError("ERR min or max is not a float");
export const LEX_BOUND = new ReplyError("ERR min or max not valid string range item");
export const LIMIT_BY_RANK = new ReplyError(
  "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
);
export const WITHSCORES_BY_LEX = new ReplyError(
  "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
);
export const WEIGHT_NOT_FLOAT = new ReplyError("ERR weight value is not a float");

// Positions.
export const UNKNOWN_UNIT = new ReplyError("ERR unsupported unit provided. please use M, KM, FT, MI");
export const RADIUS_NOT_FLOAT = new ReplyError("ERR need numeric radius");
export const RADIUS_NEGATIVE = new ReplyError("ERR radius cannot be negative");
export const WIDTH_NOT_FLOAT = new ReplyError("ERR need numeric width");
export const HEIGHT_NOT_FLOAT = new ReplyError("ERR need numeric height");
export const BOX_NEGATIVE = new ReplyError("ERR height or width cannot be negative");
export const MEMBER_WITHOUT_POSITION = new ReplyError("ERR could not decode requested zset member");
export const COUNT_ABOVE_ZERO = new ReplyError("ERR COUNT must be > 0");
export const ANY_WITHOUT_COUNT = new ReplyError("ERR the ANY argument requires COUNT argument");
export const GEORADIUS_STORE_WITH = new ReplyError(
  "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
);
export const GEOSEARCHSTORE_WITH = new ReplyError(
  "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
);

// Databases.
export const DB_OUT_OF_RANGE = new ReplyError("ERR DB index is out of range");
export const INVALID_FIRST_DB = new ReplyError("ERR invalid first DB index");
export const INVALID_SECOND_DB = new ReplyError("ERR invalid second DB index");

// Expiry.
export const EXPIRE_NX_AND_OTHERS = new ReplyError(
  "ERR NX and XX, GT or LT options at the same time are not compatible",
);
export const EXPIRE_GT_AND_LT = new ReplyError("ERR GT and LT options at the same time are not compatible");

// Hashes.
export const HASH_NOT_INTEGER = new ReplyError("ERR hash value is not an integer");
export const HASH_NOT_FLOAT = new ReplyError("ERR hash value is not a float");
export const INCREMENT_NOT_FINITE = new ReplyError("ERR value is NaN or Infinity");

// Expire times of fields: the texts of Redis 8.0.
export const NEGATIVE_EXPIRE = new ReplyError("ERR invalid expire time, must be >= 0");
export const FIELDS_MISSING = new ReplyError(
  "ERR Mandatory argument FIELDS is missing or not at the right position",
);
export const FIELDS_NOT_POSITIVE = new ReplyError("ERR Number of fields must be a positive integer");
/** HEXPIRE and its family have a text of their own. */
export const HEXPIRE_FIELDS_NOT_POSITIVE = new ReplyError(
  "ERR Parameter `numFields` should be greater than 0",
);
export const INVALID_FIELD_COUNT = new ReplyError("ERR invalid number of fields");
export const FIELDS_MISMATCH = new ReplyError(
  "ERR The `numfields` parameter must match the number of arguments",
);
export const ONE_FIELD_CONDITION = new ReplyError("ERR Only one of FXX or FNX arguments can be specified");
export const ONE_FIELD_LIFETIME = new ReplyError(
  "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified",
);

// Connections.
export const NO_AUTH = new ReplyError("NOAUTH Authentication required.");
export const NO_AUTH_HELLO = new ReplyError(
  "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
);
export const WRONG_PASSWORD = new ReplyError("WRONGPASS invalid username-password pair or user is disabled.");
export const NO_PASSWORD_SET = new ReplyError(
  "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
);
export const NO_PROTO = new ReplyError("NOPROTO unsupported protocol version");
export const PROTO_NOT_INTEGER = new ReplyError("ERR Protocol version is not an integer or out of range");
export const CLIENT_NAME = new ReplyError(
  "ERR Client names cannot contain spaces, newlines or special characters.",
);
export const NO_SUCH_CLIENT = new ReplyError("ERR No such client");
export const MAX_CLIENTS = new ReplyError("ERR max number of clients reached");
export const TIMEOUT_NOT_INTEGER = new ReplyError("ERR timeout is not an integer or out of range");
export const TIMEOUT_NEGATIVE = new ReplyError("ERR timeout is negative");

export const CLIENT_ID_NOT_POSITIVE = new ReplyError("ERR client-id should be greater than 0");
export const INVALID_CLIENT_ID = new ReplyError("ERR Invalid client ID");
export const UNBLOCK_REASON = new ReplyError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
export const PAUSE_MODE = new ReplyError("ERR CLIENT PAUSE mode must be WRITE or ALL");

// Transactions.
export const NESTED_MULTI = new ReplyError("ERR MULTI calls can not be nested");
export const EXEC_WITHOUT_MULTI = new ReplyError("ERR EXEC without MULTI");
export const DISCARD_WITHOUT_MULTI = new ReplyError("ERR DISCARD without MULTI");
export const WATCH_IN_MULTI = new ReplyError("ERR WATCH inside MULTI is not allowed");
export const NOT_IN_TRANSACTION = new ReplyError("ERR Command not allowed inside a transaction");
export const EXEC_ABORTED = new ReplyError("EXECABORT Transaction discarded because of previous errors.");
/** The product's own; Redis closes the connection without a word. */
export const TRANSACTION_TOO_LARGE = new ReplyError(
  "ERR the requests of the transaction exceed client-query-buffer-limit",
);

// Blocking commands.
export const TIMEOUT_NOT_FLOAT = new ReplyError("ERR timeout is not a float or out of range");
export const UNBLOCKED = new ReplyError("UNBLOCKED client unblocked via CLIENT UNBLOCK");

// Dumps.
export const BUSY_KEY = new ReplyError("BUSYKEY Target key name already exists.");
export const NEGATIVE_TTL = new ReplyError("ERR Invalid TTL value, must be >= 0");
export const NEGATIVE_IDLETIME = new ReplyError("ERR Invalid IDLETIME value, must be >= 0");
export const FREQ_OUT_OF_RANGE = new ReplyError("ERR Invalid FREQ value, must be >= 0 and <= 255");
export const DAMAGED_DUMP = new ReplyError("ERR DUMP payload version or checksum are wrong");
export const BAD_DATA_FORMAT = new ReplyError("ERR Bad data format");

// Introspection.
export const LFU_NOT_SELECTED = new ReplyError(
  "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
);
export const LFU_SELECTED = new ReplyError(
  "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
);
export const INVALID_COMMAND = new ReplyError("ERR Invalid command specified");
export const NO_KEY_ARGUMENTS = new ReplyError("ERR The command has no key arguments");
export const INVALID_ARGUMENT_COUNT = new ReplyError("ERR Invalid number of arguments specified for command");

export const INVALID_COMMAND_ARGUMENTS = new ReplyError("ERR Invalid arguments specified for command");

// DEBUG.
export const DEBUG_NOT_ALLOWED = new ReplyError(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
);
export const DEBUG_PACKED_THRESHOLD = new ReplyError(
  "ERR argument must be a memory value bigger than 1 and smaller than 4gb",
);
export const DEBUG_PROTOCOL_TYPE = new ReplyError(
  "ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
);
export const DEBUG_PROTOCOL_PUSH = new ReplyError("ERR RESP2 is not supported by this command");

// State of the server.
export const REWRITE_UNSUPPORTED = new ReplyError("ERR CONFIG REWRITE is not supported yet");
export const NO_CONFIG_FILE = new ReplyError("ERR The server is running without a config file");
export const SHUTDOWN_ERRORS = new ReplyError("ERR Errors trying to SHUTDOWN. Check logs.");
export const NO_SHUTDOWN = new ReplyError("ERR No shutdown in progress.");

/** EXEC that is refused as a whole for the reason of `error`. */
export function execAborted(error: ReplyError): ReplyError {
  return new ReplyError(`EXECABORT Transaction discarded because of: ${error.text.replace(/^ERR /, "")}`);
}

/** Too many or too few arguments. `name` is lower case, a subcommand's with its container: `config|get`. */
export function wrongArity(name: string): ReplyError {
  return new ReplyError(`ERR wrong number of arguments for '${name}' command`);
}

/** An expire time that is zero, negative or too large. `name` is lower case. */
export function invalidExpire(name: string): ReplyError {
  return new ReplyError(`ERR invalid expire time in '${name}' command`);
}

/** A position outside of the map. */
export function invalidPosition(longitude: number, latitude: number): ReplyError {
  const pair = `${formatFixed(longitude, 6)},${formatFixed(latitude, 6)}`;
  return new ReplyError(`ERR invalid longitude,latitude pair ${pair}`);
}

/** A search without a centre. `name` is the command's, in the letters in which it was sent. */
export function noSearchCenter(name: string): ReplyError {
  return new ReplyError(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`);
}

/** A search without an area. */
export function noSearchArea(name: string): ReplyError {
  return new ReplyError(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
}

/** An integer argument that must lie in a range. */
export function outOfRange(min: number | bigint, max: number | bigint): ReplyError {
  return new ReplyError(`ERR value is out of range, value must between ${min} and ${max}`);
}

/** INCR and its family on a string that is no integer: the product's own text. The key is sanitised. */
export function notAnInteger(bytes: Buffer, start: number, end: number): ReplyError {
  const key = printable(bytes, start, end, SHOWN_BYTES_MAX);
  return new ReplyError(`ERR Value for key '${key}' is not an integer.`);
}

/** An option of EXPIRE that does not exist; the option is `bytes[start, end)`. */
export function unsupportedOption(bytes: Buffer, start: number, end: number): ReplyError {
  return new ReplyError(`ERR Unsupported option ${quoted(bytes, start, end, QUOTED_BYTES_MAX)}`);
}

/** An argument of HSETEX that is no option; it is `bytes[start, end)`. */
export function unknownArgument(bytes: Buffer, start: number, end: number): ReplyError {
  return new ReplyError(`ERR unknown argument: ${quoted(bytes, start, end, QUOTED_BYTES_MAX)}`);
}

/** An option of HELLO that does not exist or lacks its value; the option is `bytes[start, end)`. */
export function helloSyntax(bytes: Buffer, start: number, end: number): ReplyError {
  return new ReplyError(`ERR Syntax error in HELLO option '${quoted(bytes, start, end, QUOTED_BYTES_MAX)}'`);
}

/** A client type that does not exist; it is `bytes[start, end)`. */
export function unknownClientType(bytes: Buffer, start: number, end: number): ReplyError {
  return new ReplyError(`ERR Unknown client type '${quoted(bytes, start, end, QUOTED_BYTES_MAX)}'`);
}

/** A user that does not exist; it is `bytes[start, end)`. */
export function noSuchUser(bytes: Buffer, start: number, end: number): ReplyError {
  return new ReplyError(`ERR No such user '${quoted(bytes, start, end, QUOTED_BYTES_MAX)}'`);
}

/** An attribute that CLIENT SETINFO does not know; it is `bytes[start, end)`. */
export function unknownClientAttribute(bytes: Buffer, start: number, end: number): ReplyError {
  return new ReplyError(`ERR Unrecognized option '${quoted(bytes, start, end, QUOTED_BYTES_MAX)}'`);
}

/** A value that would break the line of CLIENT LIST; the attribute is `bytes[start, end)`. */
export function clientAttributeValue(bytes: Buffer, start: number, end: number): ReplyError {
  const name = quoted(bytes, start, end, QUOTED_BYTES_MAX);
  return new ReplyError(`ERR ${name} cannot contain spaces, newlines or special characters.`);
}

/** HELP for a command that does not exist: the product's own text. `bytes[start, end)` is sanitised. */
export function noHelpFor(bytes: Buffer, start: number, end: number): ReplyError {
  const name = printable(bytes, start, end, SHOWN_BYTES_MAX);
  return new ReplyError(`ERR There is no command '${name}'. HELP lists all commands.`);
}

/**
 * A command that does not exist, with the start of its arguments. The offsets of the request start at `base`
 * of the table.
 */
export function unknownCommand(bytes: Buffer, offsets: Int32Array, argc: number, base = 0): ReplyError {
  let shown = "";
  for (let i = 1; i < argc && shown.length < SHOWN_BYTES_MAX; i++) {
    const text = quoted(
      bytes,
      offsets[base + 2 * i],
      offsets[base + 2 * i + 1],
      SHOWN_BYTES_MAX - shown.length,
    );
    shown += `'${text}' `;
  }
  const name = quoted(bytes, offsets[base], offsets[base + 1], SHOWN_BYTES_MAX);
  return new ReplyError(`ERR unknown command '${name}', with args beginning with: ${shown}`);
}

/** A subcommand that does not exist: `bytes[start, end)`; `container` is upper case. */
export function unknownSubcommand(container: string, bytes: Buffer, start: number, end: number): ReplyError {
  const name = quoted(bytes, start, end, SHOWN_BYTES_MAX);
  return new ReplyError(`ERR unknown subcommand '${name}'. Try ${container} HELP.`);
}

/** A subcommand of PFDEBUG that does not exist: `bytes[start, end)`. */
export function unknownPfdebugSubcommand(bytes: Buffer, start: number, end: number): ReplyError {
  return new ReplyError(`ERR Unknown PFDEBUG subcommand '${quoted(bytes, start, end, QUOTED_BYTES_MAX)}'`);
}

/** PFSELFTEST has failed; `fault` says how. */
export function selfTestFailed(fault: string): ReplyError {
  return new ReplyError(`ERR TESTFAILED ${fault}`);
}

/** Arguments that fit no form of an existing subcommand, as containers with optional arguments report it. */
export function wrongSubcommandArity(
  container: string,
  bytes: Buffer,
  start: number,
  end: number,
): ReplyError {
  const name = quoted(bytes, start, end, SHOWN_BYTES_MAX);
  return new ReplyError(
    `ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${container} HELP.`,
  );
}

/** Bytes of a client as one char each, up to the first NUL, where C's `%s` ends. */
function quoted(bytes: Buffer, start: number, end: number, max: number): string {
  const limit = Math.min(end, start + max);
  let stop = start;
  while (stop < limit && bytes[stop] !== 0) stop++;
  return bytes.toString("latin1", start, stop);
}

/** ZUNION and its relatives, `name` in lower case, that are given no key to read. */
export function noInputKey(name: string): ReplyError {
  return new ReplyError(`ERR at least 1 input key is needed for '${name}' command`);
}
