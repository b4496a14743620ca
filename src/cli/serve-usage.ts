/** The usage text of `server:start`, from the table of settings. */
import type { Directive } from "../server/config/directive.ts";
import { DIRECTIVES } from "../server/config/table.ts";
import { renderUsage, withDefault } from "./usage.ts";

/** The settings that have an effect, with their defaults. */
export function startUsage(programName: string): string {
  const settings = DIRECTIVES.filter(({ inert }) => inert === null);
  return renderUsage(
    {
      title: "Start a server",
      synopsis: "server:start [CONFIG-FILE] [--SETTING VALUE]...",
      heading: "Settings",
      rows: settings.map((setting) => [flagNames(setting), meaningOf(setting)]),
      notes: [
        "Every redis.conf directive is a flag, and an environment variable (--maxmemory, OPENKV_MAXMEMORY).\n" +
          "The environment gives way to the configuration file, and the file to flags.",
      ],
    },
    programName,
  );
}

/** Names that people know from the first release come first. */
function flagNames({ name, startAliases, kind }: Directive): string {
  return `${[...startAliases, name].map((flag) => `--${flag}`).join(", ")} <${kind.hint}>`;
}

function meaningOf({ summary, initial }: Directive): string {
  return withDefault(summary.charAt(0).toUpperCase() + summary.slice(1), initial);
}
