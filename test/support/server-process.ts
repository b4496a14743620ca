/**
 * Starts a server as a child process on a free port and waits until it says that it listens. Shared by
 * `redis.ts` and `openkv.ts`, which know the command lines.
 */
import { ownProcess } from "./resources.ts";

/** The line both servers log when they listen; OpenKV's ends with its address. */
const READY = /Ready to accept connections(?:[^\n]*:(\d+))?[^\n]*\n/;

/** How long a server may take to get ready. Generous: a loaded machine must not fail a test. */
const READY_TIMEOUT_MS = 30_000;

export interface LaunchOptions {
  /** Command line of the server when it is to listen on `port`. */
  command: (port: number) => string[];
  /** Working directory of the server. */
  cwd: string;
  /** Port to use; 0 when the server finds one itself and logs it; by default one that is free just now. */
  port?: number;
  /** Environment of the server; by default this process's own. */
  env?: Record<string, string | undefined>;
}

/** A running server. Stop it with `stop`; `kill` is for tests of a crash. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** Everything it has written to stdout and stderr so far. */
  output(): string;
  /** Resolves with the exit status once it has ended; a signal counts as 128 plus its number. */
  readonly exited: Promise<number>;
  /** Sends SIGTERM (or another signal) and waits for the end; after ten seconds SIGKILL. Returns the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
}

/** A port of the loopback interface that nobody listens on at this moment. */
export function findFreePort(): number {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  return port;
}

/**
 * Starts the server and resolves once it is ready.
 *
 * @throws with the server's whole output when it ends or stays silent instead. A port that somebody else
 * takes between probe and start is tried again, unless the caller fixed the port.
 */
export async function launch(options: LaunchOptions): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launchOnce(options, options.port ?? findFreePort());
    } catch (error) {
      const taken = error instanceof Error && /in use/i.test(error.message);
      if (!taken || options.port !== undefined || attempt === 5) throw error;
    }
  }
}

async function launchOnce(options: LaunchOptions, port: number): Promise<ServerProcess> {
  const command = options.command(port);
  const child = Bun.spawn(command, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  ownProcess(child);
  const exited = child.exited.then((status) => status ?? 1);

  let output = "";
  let announceReady: () => void = () => {};
  const ready = new Promise<"ready">((resolve) => {
    announceReady = () => resolve("ready");
  });
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      output += decoder.decode(chunk, { stream: true });
      if (READY.test(output)) announceReady();
    }
  };
  const drained = Promise.all([collect(child.stdout), collect(child.stderr)]);

  let deadline: Timer | undefined;
  const late = new Promise<"late">((resolve) => {
    deadline = setTimeout(() => resolve("late"), READY_TIMEOUT_MS);
  });
  const outcome = await Promise.race([ready, late, drained.then(() => exited)]);
  clearTimeout(deadline);
  if (outcome !== "ready") {
    child.kill("SIGKILL");
    const what = outcome === "late" ? "is not ready in time" : `ended with status ${outcome}`;
    throw new Error(`${command.join(" ")} ${what}:\n${output}`);
  }

  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<number> => {
    child.kill(signal);
    const force = setTimeout(() => child.kill("SIGKILL"), 10_000);
    const status = await exited;
    clearTimeout(force);
    return status;
  };
  return {
    port: port === 0 ? Number(READY.exec(output)?.[1]) : port,
    pid: child.pid,
    output: () => output,
    exited,
    stop,
    kill: async () => {
      await stop("SIGKILL");
    },
  };
}
