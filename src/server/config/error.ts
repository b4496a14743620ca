import { StartError } from "../start-error.ts";

/**
 * A setting that cannot be used. The message names where it stands (`redis.conf:12`, `--port`, `OPENKV_PORT`).
 * `isUsage` tells a mistake on the command line (exit status 2) from a bad or unsupported setting (1).
 */
export class ConfigError extends StartError {
  override name = "ConfigError";

  constructor(
    message: string,
    readonly isUsage = false,
  ) {
    super(message);
  }
}

/** A value that its directive does not take; the message is Redis' text, without the `ERR …` around it. */
export class ValueError extends Error {
  override name = "ValueError";
}
