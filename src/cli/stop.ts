/** `openkv server:stop`: asks the server of a pid file to stop, waits for it and says what happened. */
import { defineCommand } from "citty";
import { pidFileExists, readPidFile, removeStalePidFile } from "./pid-file.ts";
import { isAlive, processKind, processTitle } from "./process.ts";
import { CliError, EXIT_OK, integerValue, UsageError } from "./strict.ts";

const TIMEOUT_SECONDS_MAX = 86_400;
const POLL_MS = 20;

/**
 * Stops the server whose pid file is at `path`.
 *
 * @param say takes the sentence about what happened.
 * @returns 0 when no server is running afterwards.
 * @throws CliError when there is no pid file, when its process is not surely a server, or when the server is
 * still running after `timeoutSeconds`.
 */
async function stopServer(
  path: string,
  timeoutSeconds: number,
  say: (sentence: string) => void,
): Promise<number> {
  if (!pidFileExists(path)) throw new CliError(`no pid file '${path}': no server was started with it`);
  const pid = readPidFile(path);
  if (pid === null) throw new CliError(`'${path}' holds no process id: it is not a pid file`);
  const kind = processKind(pid);
  if (kind === "gone") {
    removeStalePidFile(path, pid);
    say(`server with pid ${pid} is not running; removed stale pid file '${path}'`);
    return EXIT_OK;
  }
  if (kind !== "server") throw new CliError(notStopped(path, pid, kind));
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    const isForbidden = error instanceof Error && "code" in error && error.code === "EPERM";
    if (isForbidden)
      throw new CliError(`not permitted to stop the server with pid ${pid}: it is another user's`);
    // Any other error means that it has just ended by itself.
  }

  const startMs = performance.now();
  while (isAlive(pid)) {
    if (performance.now() - startMs >= timeoutSeconds * 1000) {
      throw new CliError(`server with pid ${pid} is still running after ${timeoutSeconds} s: see its log`);
    }
    await Bun.sleep(POLL_MS);
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  // A server that was killed on its way out leaves its file behind.
  const wasLeft = readPidFile(path) === pid && removeStalePidFile(path, pid);
  say(
    `server with pid ${pid} stopped after ${seconds} s${wasLeft ? `; removed its pid file '${path}'` : ""}`,
  );
  return EXIT_OK;
}

function notStopped(path: string, pid: number, kind: "doubtful" | "stranger"): string {
  const who = `pid ${pid} of '${path}'`;
  const title = processTitle(pid);
  return kind === "stranger"
    ? `${who} is another program (${title}): not stopped; remove the file`
    : `${who} may be a server that another program file runs (${title}): not stopped; stop it with that one`;
}

/** People get a mark and colours, scripts get the bare sentence. */
async function sentencePrinter(): Promise<(sentence: string) => void> {
  if (!process.stdout.isTTY || process.env.NO_COLOR) return (sentence) => console.log(sentence);
  const { consola } = await import("consola");
  return (sentence) => consola.success(sentence);
}

export const serverStop = defineCommand({
  meta: { name: "server:stop", description: "Stop a server by its pid file" },
  args: {
    "pid-file": {
      type: "string",
      valueHint: "file",
      description: "Pid file that the server was started with",
    },
    timeout: {
      type: "string",
      valueHint: "seconds",
      default: "10",
      description: "How long to wait for its end",
    },
  },
  async run({ args }) {
    const path = args["pid-file"] ?? process.env.OPENKV_PID_FILE ?? process.env.OPENKV_PIDFILE ?? "";
    if (path === "") throw new UsageError("server:stop needs --pid-file FILE");
    const timeoutSeconds = integerValue("--timeout", args.timeout, 0, TIMEOUT_SECONDS_MAX);
    return stopServer(path, timeoutSeconds, await sentencePrinter());
  },
});
