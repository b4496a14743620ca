/**
 * Doubles as text, the way C prints them, so that replies equal those of Redis digit for digit.
 */

/** Significant digits that tell any two doubles apart. */
const DIGITS = 17;

/** A double halfway between two numbers of 17 digits is a multiple of 2^-25: 5^25 has 18 digits. */
const HALFWAY_SCALE = 2 ** 25;
/** Multiples of 2^-10 below 10^7 have 17 digits at most. */
const SHORT_SCALE = 2 ** 10;
const SHORT_MAX = 1e7;

/** From here to the limit, numbers are written without an exponent. */
const FIXED_MIN = 1e-4;
const FIXED_LIMIT = 1e17;

/** A multiple of 2^-10 below 10^5 has at most 15 digits: no shorter text stands for it. */
const FEW_DIGITS_SCALE = 2 ** 10;
const FEW_DIGITS_LIMIT = 1e5;

/**
 * `x` as C's `%.17g`: up to 17 significant digits without trailing zeros, an exponent below 10^-4 and from
 * 10^17 on, `inf`, `-inf`, `nan`, `-0`. So 0.1 is `0.10000000000000001`.
 */
export function formatDouble(x: number): string {
  if (Number.isSafeInteger(x)) return Object.is(x, -0) ? "-0" : String(x);
  if (x === Number.POSITIVE_INFINITY) return "inf";
  if (x === Number.NEGATIVE_INFINITY) return "-inf";
  if (Number.isNaN(x)) return "nan";

  if (!Number.isInteger(x * HALFWAY_SCALE)) {
    const magnitude = Math.abs(x);
    // Here JavaScript's notation is the one wanted, and where no tie is to be broken it rounds as C does.
    if (magnitude >= FIXED_MIN && magnitude < FIXED_LIMIT) return withoutTrailingZeros(x.toPrecision(DIGITS));
  } else if (Number.isInteger(x * FEW_DIGITS_SCALE) && Math.abs(x) < FEW_DIGITS_LIMIT) {
    return String(x);
  }

  // Most scores and coordinates: toPrecision writes no exponent here, and rounds as C does but for halfway cases.
  const size = Math.abs(x);
  if (size >= 1e-4 && size < 1e17 && !mayBeHalfway(x)) return withoutTrailingZeros(x.toPrecision(DIGITS));

  // Scientific first: its exponent is that of the rounded number, which is what the choice depends on.
  const scientific = toScientific(x);
  const mark = scientific.indexOf("e");
  const exponent = Number(scientific.slice(mark + 1));
  const mantissa = scientific.slice(0, mark);
  if (exponent >= -4 && exponent < DIGITS) return pointMoved(mantissa, exponent);
  const sign = exponent < 0 ? "-" : "+";
  return `${withoutTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `x` in JavaScript's scientific notation with 17 digits, halfway cases rounded to even as C does. */
function toScientific(x: number): string {
  const rounded = x.toExponential(DIGITS - 1);
  if (!mayBeHalfway(x)) return rounded;
  const longer = x.toExponential(DIGITS);
  const mark = longer.indexOf("e");
  const isEven = (longer.charCodeAt(mark - 2) & 1) === 0;
  if (longer[mark - 1] !== "5" || !isEven || !isExact(x, longer.slice(0, mark))) return rounded;
  return longer.slice(0, mark - 1) + longer.slice(mark);
}

/** False for nearly all doubles that do not lie halfway between two numbers of 17 digits. */
function mayBeHalfway(x: number): boolean {
  return (
    Number.isInteger(x * HALFWAY_SCALE) && !(Math.abs(x) < SHORT_MAX && Number.isInteger(x * SHORT_SCALE))
  );
}

/** Whether `mantissa` has all digits of `x`. */
function isExact(x: number, mantissa: string): boolean {
  // A multiple of 2^-25 below 2^53 has at most 16 + 25 digits.
  const complete = x.toExponential(42);
  return withoutTrailingZeros(complete.slice(0, complete.indexOf("e"))) === mantissa;
}

/** The scientific `mantissa` (`-1.2340…`) times 10^`exponent`, written without an exponent. */
function pointMoved(mantissa: string, exponent: number): string {
  const sign = mantissa[0] === "-" ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (exponent < 0) return sign + withoutTrailingZeros(`0.${"0".repeat(-exponent - 1)}${digits}`);
  const whole = digits.slice(0, exponent + 1);
  return sign + withoutTrailingZeros(`${whole}.${digits.slice(exponent + 1)}`);
}

/** `1.500` as `1.5`, `2.000` as `2`; a number without a point stays as it is. */
export function withoutTrailingZeros(text: string): string {
  if (!text.includes(".")) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0x30) end--;
  if (text.charCodeAt(end - 1) === 0x2e) end--;
  return text.slice(0, end);
}
