/** `openkv stats`: prints the counters of a running server once. */
import { defineCommand } from "citty";
import { ClientError } from "../client/connect.ts";
import { fetchStats } from "../client/stats.ts";
import { CliError, EXIT_OK, integerValue } from "./strict.ts";

const TIMEOUT_SECONDS_MAX = 86_400;

export const stats = defineCommand({
  meta: { name: "stats", description: "Print the counters of a running server" },
  args: {
    host: { type: "string", default: "127.0.0.1", valueHint: "name", description: "Server host" },
    port: { type: "string", default: "9501", valueHint: "number", description: "Server port" },
    password: { type: "string", valueHint: "text", description: "Password for AUTH" },
    timeout: {
      type: "string",
      default: "5",
      valueHint: "seconds",
      description: "How long to wait for connection and reply",
    },
  },
  async run({ args }) {
    const port = integerValue("--port", args.port, 1, 65_535);
    const timeoutMs = integerValue("--timeout", args.timeout, 1, TIMEOUT_SECONDS_MAX) * 1000;
    try {
      const text = await fetchStats({ host: args.host, port, timeoutMs, password: args.password ?? null });
      process.stdout.write(`${text}\n`);
      return EXIT_OK;
    } catch (error) {
      throw error instanceof ClientError ? new CliError(error.message) : error;
    }
  },
});
