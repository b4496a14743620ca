/** What LOLWUT shows. */

const KEY = [
  "   .---.",
  "  /     \\________________________",
  " |  (o)  ________________   __   _|",
  "  \\     /                |_|  |_|",
  "   '---'",
];

/** A picture, and the line that tools look for. Lines end in LF, as with Redis. */
export function lolwutText(productVersion: string): string {
  return [...KEY, "", `OpenKV ver. ${productVersion}`, ""].join("\n");
}
