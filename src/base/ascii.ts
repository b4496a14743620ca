/**
 * Small helpers on ASCII bytes: comparing with a word of the protocol, and showing bytes of unknown origin
 * in a line of text.
 */

const HEX_DIGITS = "0123456789ABCDEF";

/**
 * Whether `bytes[start, end)` is the word `upper`, in any mixture of cases. No string is made.
 * `upper` consists of ASCII characters and has no lower-case letters, such as "KEEPTTL".
 */
export function equalsIgnoreCase(bytes: Uint8Array, start: number, end: number, upper: string): boolean {
  const length = upper.length;
  if (end - start !== length) return false;
  for (let i = 0; i < length; i++) {
    let byte = bytes[start + i];
    if (byte >= 0x61 && byte <= 0x7a) byte -= 0x20;
    if (byte !== upper.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * Shows `bytes[start, end)` in a line of text: printable ASCII as it is, any other byte as `\xHH`. A
 * backslash stays single, so the result is for people and cannot be turned back. It never contains a
 * control character, hence no line break that would end a reply early.
 *
 * At most `max` bytes of the input are shown; "..." follows when that leaves some out.
 */
export function printable(bytes: Uint8Array, start: number, end: number, max: number): string {
  const shownEnd = end - start > max ? start + max : end;
  let text = "";
  for (let at = start; at < shownEnd; at++) {
    const byte = bytes[at];
    if (byte >= 0x20 && byte <= 0x7e) text += String.fromCharCode(byte);
    else text += `\\x${HEX_DIGITS[byte >> 4]}${HEX_DIGITS[byte & 15]}`;
  }
  return shownEnd < end ? `${text}...` : text;
}
