/**
 * Redis' `sdssplitargs` followed literally, over a string with one char per byte, NUL being an ordinary byte:
 * the model that the splitter of inline lines is compared with. Null means unbalanced quotes.
 */
export function splitArgsModel(line: string): string[] | null {
  const isSpace = (c: string) => c !== "" && " \t\n\v\f\r".includes(c);
  const isHex = (c: string) => /^[0-9a-fA-F]$/.test(c);
  const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };
  const at = (i: number) => line[i] ?? "";
  const vector: string[] = [];
  let p = 0;
  for (;;) {
    while (isSpace(at(p))) p++;
    if (at(p) === "") return vector;
    let current = "";
    let quote = "";
    for (let done = false; !done; ) {
      const c = at(p);
      if (quote === '"' && c === "\\" && at(p + 1) === "x" && isHex(at(p + 2)) && isHex(at(p + 3))) {
        current += String.fromCharCode(Number.parseInt(line.slice(p + 2, p + 4), 16));
        p += 3;
      } else if (quote === '"' && c === "\\" && at(p + 1) !== "") {
        p++;
        current += escapes[at(p)] ?? at(p);
      } else if (quote === "'" && c === "\\" && at(p + 1) === "'") {
        p++;
        current += "'";
      } else if (quote !== "") {
        if (c === "") return null;
        if (c !== quote) current += c;
        else if (at(p + 1) !== "" && !isSpace(at(p + 1))) return null;
        else done = true;
      } else if (c === "" || " \n\r\t".includes(c)) {
        done = true;
      } else if (c === '"' || c === "'") {
        quote = c;
      } else {
        current += c;
      }
      if (c !== "") p++;
    }
    vector.push(current);
  }
}
