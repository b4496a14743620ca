/** Keys, values, numbers and patterns that the streams draw from: ordinary ones and those at a border. */

/** An argument in a table: text is UTF-8, numbers are written in decimal. */
export type Part = string | number | Buffer;

export const KEYS: Part[] = [
  ...Array.from({ length: 16 }, (_, i) => `k${i}`),
  "key:1",
  "key:2",
  "Key:1",
  "{tag}a",
  "k*",
  "a[b]c",
  "name",
  "",
  " ",
  "ключ",
  Buffer.from([0, 255, 13, 10, 128]),
  "long".repeat(40),
  "x".repeat(300),
];

/** Keys that mostly hold lists, sets and hashes, until another command comes. */
export const COLLECTION_KEYS: Part[] = ["l", "s", "h"].flatMap((type) =>
  Array.from({ length: 3 }, (_, i) => `${type}${i}`),
);

/**
 * Keys that only one table fills, since its values must meet or must be of one kind. Other commands may look at them,
 * change their life or take their values away, but put nothing there.
 */
export const OWN_KEYS: Part[] = [
  ...["z0", "z1", "z2", "w0", "w1", "y0", "y1", "geo:0", "geo:1", "hll:0", "hll:1"],
  ...["sort:l1", "sort:l2", "sort:s", "sort:z", "dump:0", "dump:1"],
];

export const INTEGERS: Part[] = [
  ...[0, 1, -1, 2, 5, 7, 10, 42, 100, -100, 9_999, 10_000, 12_345],
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "4294967295",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "9007199254740993",
  "-9007199254740991",
  "-9007199254740992",
  "-9007199254740993",
  "999999999999999999",
  "9223372036854775806",
  "9223372036854775807",
  "-9223372036854775807",
  "-9223372036854775808",
];

/** Integers for elements: also those where packed sequences and sets of integers begin to take more bytes. */
export const ELEMENT_INTEGERS: Part[] = [
  ...INTEGERS,
  ...[127, 128, -128, -129, 4_095, 4_096, -4_096, -4_097, 32_767, 32_768, -32_768, -32_769],
  ...[8_388_607, 8_388_608, -8_388_608, -8_388_609],
];

/** Texts that are almost numbers; none of them may be taken for one where an integer is wanted. */
export const ODD: Part[] = [
  "",
  " ",
  "abc",
  "+1",
  "01",
  "-0",
  "-01",
  " 1",
  "1 ",
  "1e3",
  "1.0",
  "0x10",
  "nan",
  "inf",
  "-inf",
  "--1",
  "-",
  "9223372036854775808",
  "-9223372036854775809",
  "18446744073709551615",
  "18446744073709551616",
  "99999999999999999999999",
  "NX",
  "XX",
  "EX",
  "GET",
  "\u0000",
  Buffer.from([255, 254]),
  "two words",
  "line\r\nbreak",
  "end of line\r\n",
];

/** None of them is a moment in the near past or future. */
export const BORDER_TIMES: Part[] = [
  ...["0", "-1", "-100000", "9007199254740991", "9007199254740993", "9223372036854775", "9223372036854776"],
  ...["9223372036854775806", "9223372036854775807", "-9223372036854775808", "281474976710656"],
];

export const FLOATS: Part[] = [
  ...["0", "1", "-1", "0.1", "0.2", "-0.1", "1.5", "3.0e3", "1e-5", "-2.5e2", "3.14159265358979", "5e-1"],
  ...[
    "1e17",
    "1e20",
    "123456789.123456789",
    "0.00000000000000001",
    "99999999999.5",
    ".5",
    "5.",
    "1e2",
    "-0.0",
  ],
];

/** Texts that a C library may or may not take for a number. */
export const ODD_FLOATS: Part[] = [
  ...[
    "0x1p3",
    "0x1.8",
    "1e",
    "1e+5",
    "1E5",
    "1e400",
    "1e4000",
    "1e5000",
    "-1e4000",
    "1e-400",
    "1e-5000",
    ".",
  ],
  ...[
    "infinity",
    "-Infinity",
    "nan(1)",
    "+1.5",
    "1_000",
    "1,5",
    "1.5 ",
    "\t1.5",
    "1.5.5",
    "1e1.5",
    "0e999999999",
  ],
];

export const PATTERNS: Part[] = [
  ...[
    "*",
    "k*",
    "k?",
    "k[0-4]",
    "k[^0-4]",
    "k\\*",
    "[",
    "k[",
    "",
    "**",
    "*:*",
    "?ey:1",
    "[a-c]*",
    "*[[]b*",
    "\\",
  ],
  ...["K*", "nomatch", "{tag}?", "[\\]a]*", "*\\", "long*long", "*a*b*c", "k[4-0]"],
  Buffer.from([0x2a, 255, 0x2a]),
];

export const GLOB_PARTS = [
  "*",
  "?",
  "[",
  "]",
  "^",
  "-",
  "\\",
  "k",
  "e",
  "a",
  "0",
  "1",
  "5",
  "[0-9]",
  "[^k]",
  "[a\\-z]",
];

export const TEXTS: Part[] = [
  "",
  "a",
  "hello",
  "Hello World",
  "The quick brown fox",
  "x".repeat(43),
  "x".repeat(44),
  "x".repeat(45),
  "y".repeat(63),
  "y".repeat(64),
  "z".repeat(255),
  "z".repeat(256),
  "12345678901234567890",
  "123456789012345678901",
  Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  "пример",
];

export const LONG: Part[] = ["L".repeat(10_000), "0123456789".repeat(1_024), "m".repeat(4_096)];
