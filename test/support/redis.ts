import { removeDirectory } from "./resources.ts";
import { launch, type ServerProcess } from "./server-process.ts";
import { makeTempDir } from "./temp-dir.ts";
import { requireTool } from "./tools.ts";

export interface RedisOptions {
  /** Further arguments, for example `["--maxmemory", "1mb"]`. */
  args?: string[];
  /** Words in front of the command, for example `["taskset", "-c", "0"]`. */
  prefix?: string[];
  /** Fixed port; by default a free one. */
  port?: number;
}

/**
 * Starts Debian's redis-server on a free loopback port, without persistence, in a temporary directory that
 * goes with it. Tests that use it are registered through `describeWith(["redis-server"], …)`.
 *
 * @throws when redis-server is not installed or does not start.
 */
export async function startRedis(options: RedisOptions = {}): Promise<ServerProcess> {
  const program = requireTool("redis-server");
  const directory = makeTempDir("redis");
  const server = await launch({
    cwd: directory,
    port: options.port,
    command: (port) => [
      ...(options.prefix ?? []),
      program,
      "--port",
      String(port),
      ...["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", directory],
      ...(options.args ?? []),
    ],
  });
  server.exited.then(() => removeDirectory(directory));
  return server;
}
