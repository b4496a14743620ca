/**
 * Options of the JavaScript engine. It reads them from the environment before any program runs, so a process that
 * wants them sets them and replaces itself, once.
 *
 * The optimising compiler inlines calls up to a depth of 5, and a request passes through more layers than that:
 * beyond it even a getter is a call. (Measured with 12: 5 to 15 % less processor time for a request, ZPOPMIN the most.)
 */

const OPTIONS: Readonly<Record<string, string>> = { BUN_JSC_maximumInliningDepth: "12" };

/** What is needed of the process. */
export interface Replaceable {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Puts a program in the place of this process, which keeps its number; missing on some systems. */
  execve?(file: string, args: readonly string[], env: Readonly<Record<string, string>>): never;
}

/**
 * Replaces the process by one with the engine's options, unless it has them: then, and where a process cannot be
 * replaced, it returns. A variable that is set already, to whatever value, stays as it is.
 */
export function ensureEngineOptions(process: Replaceable): void {
  const { env } = process;
  if (process.execve === undefined || Object.keys(OPTIONS).every((name) => env[name] !== undefined)) return;
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  try {
    process.execve(process.execPath, commandLine(process), { ...OPTIONS, ...Object.fromEntries(set) });
  } catch {
    // It only is slower without.
  }
}

/** The arguments that started the process: a compiled program is its own interpreter. */
function commandLine({ execPath, execArgv, argv }: Replaceable): string[] {
  const isCompiled = argv[1]?.startsWith("/$bunfs/") === true;
  return [execPath, ...(isCompiled ? [] : [...execArgv, argv[1] ?? ""]), ...argv.slice(2)];
}
