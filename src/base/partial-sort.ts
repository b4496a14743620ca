/**
 * Sorting only as far as needed: a quicksort that leaves out the parts in which none of the wanted elements is.
 *
 * It is not stable, and which of several equal elements come first shows in replies: so the steps are those of
 * Redis' `pqsort`, which is Bentley and McIlroy's "Engineering a Sort Function". Unlike that, it gives up on inputs
 * made to be bad for it, and sorts what is left the usual way.
 */

type Compare<T> = (a: T, b: T) => number;

/** Fewer elements are inserted one by one. */
const PARTITIONED_MIN = 7;
/** Beyond so many, the pivot is a median of medians. */
const PLAIN_MEDIAN_MAX = 40;

/**
 * Brings the first `count` elements of `list` into order; the others follow in any. `compare` must be an order.
 * O(list + count · log count) as a rule, O(list · log list) at worst
 */
export function sortFirst<T>(list: T[], count: number, compare: Compare<T>): void {
  sortPart(list, 0, list.length, count, compare, 4 * Math.log2(list.length + 1));
}

/** Sorts `list[from, to)` as far as it lies before `count`, in at most so many rounds of halving. */
function sortPart<T>(
  list: T[],
  from: number,
  to: number,
  count: number,
  compare: Compare<T>,
  roundsMax: number,
): void {
  let first = from;
  for (let rounds = roundsMax; first < count; rounds--) {
    if (to - first < PARTITIONED_MIN) {
      insertionSort(list, first, to, compare);
      return;
    }
    if (rounds < 0) {
      sortPlainly(list, first, to, compare);
      return;
    }
    swap(list, first, pivotOf(list, first, to, compare));
    const { lessEnd, greaterStart } = partition(list, first, to, compare);
    sortPart(list, first, lessEnd, count, compare, rounds - 1);
    first = greaterStart;
  }
}

function insertionSort<T>(list: T[], from: number, to: number, compare: Compare<T>): void {
  for (let i = from + 1; i < to; i++)
    for (let j = i; j > from && compare(list[j - 1], list[j]) > 0; j--) swap(list, j, j - 1);
}

function sortPlainly<T>(list: T[], from: number, to: number, compare: Compare<T>): void {
  const part = list.slice(from, to).sort(compare);
  for (let i = from; i < to; i++) list[i] = part[i - from];
}

/** Where a good pivot of `list[from, to)` is. */
function pivotOf<T>(list: T[], from: number, to: number, compare: Compare<T>): number {
  const length = to - from;
  const middle = from + (length >> 1);
  if (length === PARTITIONED_MIN) return middle;
  const last = to - 1;
  if (length <= PLAIN_MEDIAN_MAX) return medianOf(list, from, middle, last, compare);
  const step = length >> 3;
  return medianOf(
    list,
    medianOf(list, from, from + step, from + 2 * step, compare),
    medianOf(list, middle - step, middle, middle + step, compare),
    medianOf(list, last - 2 * step, last - step, last, compare),
    compare,
  );
}

function medianOf<T>(list: T[], i: number, j: number, k: number, compare: Compare<T>): number {
  const a = list[i];
  const b = list[j];
  const c = list[k];
  if (compare(a, b) < 0) return compare(b, c) < 0 ? j : compare(a, c) < 0 ? k : i;
  return compare(b, c) > 0 ? j : compare(a, c) < 0 ? i : k;
}

/**
 * Parts `list[from, to)` by its first element: the less ones end at `lessEnd`, the greater ones start at
 * `greaterStart`, and the equal ones are in between. Those are collected at both ends first.
 */
function partition<T>(
  list: T[],
  from: number,
  to: number,
  compare: Compare<T>,
): { lessEnd: number; greaterStart: number } {
  const pivot = list[from];
  let equalEnd = from + 1;
  let left = from + 1;
  let right = to - 1;
  let equalStart = to - 1;
  for (;;) {
    for (; left <= right; left++) {
      const order = compare(list[left], pivot);
      if (order > 0) break;
      if (order === 0) swap(list, equalEnd++, left);
    }
    for (; left <= right; right--) {
      const order = compare(list[right], pivot);
      if (order < 0) break;
      if (order === 0) swap(list, right, equalStart--);
    }
    if (left > right) break;
    swap(list, left++, right--);
  }
  const less = left - equalEnd;
  const greater = equalStart - right;
  swapRuns(list, from, left, Math.min(equalEnd - from, less));
  swapRuns(list, left, to, Math.min(greater, to - 1 - equalStart));
  return { lessEnd: from + less, greaterStart: to - greater };
}

/** Swaps `length` elements from `start` on with those that end at `end`. */
function swapRuns<T>(list: T[], start: number, end: number, length: number): void {
  for (let i = 0; i < length; i++) swap(list, start + i, end - length + i);
}

function swap<T>(list: T[], i: number, j: number): void {
  const element = list[i];
  list[i] = list[j];
  list[j] = element;
}
