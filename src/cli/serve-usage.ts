/** The usage text of `server:start`, from the table of settings. */
import type { Directive } from "../server/config/directive.ts";
import { DIRECTIVES } from "../server/config/table.ts";

const FLAG_COLUMNS = 44;

/** Where a flag takes more room than its column, its text stands on the next line. */
function separator(flag: string): string {
  return flag.length <= FLAG_COLUMNS ? "  " : `\n${" ".repeat(FLAG_COLUMNS + 4)}`;
}

/** Names that people know from the first release come first. */
function flagNames({ name, startAliases }: Directive): string {
  return [...startAliases, name].map((flag) => `--${flag}`).join(", ");
}

/** The settings that have a summary, one per line with their default. */
export function startUsage(programName: string): string {
  const rows = DIRECTIVES.filter(({ summary }) => summary !== "").map((directive) => {
    const { initial, kind, summary } = directive;
    const shown = initial === "" ? "" : ` (${initial})`;
    return [`${flagNames(directive)} <${kind.hint}>`, `${summary}${shown}`];
  });
  return [
    `Start a server (${programName} server:start)`,
    "",
    `USAGE ${programName} server:start [CONFIG-FILE] [--SETTING VALUE]...`,
    "",
    "SETTINGS (default)",
    "",
    ...rows.map(([flag, text]) => `  ${flag.padEnd(FLAG_COLUMNS)}${separator(flag)}${text}`),
    "",
    "Every redis.conf directive is a flag, and an environment variable (--maxmemory, OPENKV_MAXMEMORY).",
    "The environment gives way to the configuration file, and the file to flags.",
  ].join("\n");
}
