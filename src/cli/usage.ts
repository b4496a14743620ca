/** How all usage texts look: what it does, how to call it, then columns of flags or commands. */

/** What is to be typed, and what it means. */
export type UsageRow = readonly [left: string, meaning: string];

export interface Usage {
  /** What the command does, in a phrase. */
  readonly title: string;
  /** The command line, without the program's name. */
  readonly synopsis: string;
  /** Rows below a heading such as `Options`. */
  readonly rows: readonly UsageRow[];
  readonly heading: string;
  /** Paragraphs at the end; each may have several lines. */
  readonly notes: readonly string[];
}

const LEFT_COLUMNS_MAX = 42;
const LINE_COLUMNS_MAX = 110;
const INDENT = 2;

/** The text, without a line feed at its end and without colours. */
export function renderUsage({ title, synopsis, heading, rows, notes }: Usage, programName: string): string {
  const widths = rows.map(([left]) => left.length).filter((width) => width <= LEFT_COLUMNS_MAX);
  const column = INDENT + Math.max(0, ...widths) + INDENT;
  const table = rows.map(([left, meaning]) => {
    const lines = wrapped(meaning, LINE_COLUMNS_MAX - column);
    // Where a flag takes more room than its column, its meaning stands on the next line.
    const isWide = INDENT + left.length + INDENT > column;
    const first = `${" ".repeat(INDENT)}${left}`;
    const head = isWide ? [first] : [first.padEnd(column) + (lines.shift() ?? "")];
    return [...head, ...lines.map((line) => " ".repeat(column) + line)].join("\n");
  });
  const paragraphs = [title, `Usage: ${programName} ${synopsis}`, [`${heading}:`, ...table].join("\n")];
  return [...paragraphs, ...notes].join("\n\n").replace(/ +$/gm, "");
}

/** A meaning with its default, in the notation of all usage texts. */
export function withDefault(meaning: string, initial: string): string {
  return initial === "" ? meaning : `${meaning} (${initial})`;
}

function wrapped(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
