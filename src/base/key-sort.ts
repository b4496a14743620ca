/**
 * A merge sort of numbered elements by keys that are doubles. Keys move together with the numbers, so that it reads
 * memory in order; only elements of equal keys are looked up to be compared.
 */

/** So many elements are inserted one by one. */
const RUN = 8;

/** Orders two elements of equal keys, given by number: negative, 0 or positive. */
export type CompareElements = (a: number, b: number) => number;

/**
 * Brings elements into ascending order of their keys, of which none is NaN. `keys[i]` is the key of the element
 * `order[i]`; both arrays are sorted. Elements that are equal in every respect stay in their order.
 * O(n · log n)
 */
export function sortByKey(keys: Float64Array, order: Int32Array, compare: CompareElements): void {
  const count = keys.length;
  for (let from = 0; from < count; from += RUN)
    insertionSort(keys, order, from, Math.min(from + RUN, count), compare);
  let fromKeys = keys;
  let fromOrder = order;
  let toKeys: Float64Array = new Float64Array(count);
  let toOrder: Int32Array = new Int32Array(count);
  for (let width = RUN; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      merge(fromKeys, fromOrder, toKeys, toOrder, start, middle, Math.min(middle + width, count), compare);
    }
    [fromKeys, toKeys] = [toKeys, fromKeys];
    [fromOrder, toOrder] = [toOrder, fromOrder];
  }
  if (fromKeys === keys) return;
  keys.set(fromKeys);
  order.set(fromOrder);
}

function insertionSort(
  keys: Float64Array,
  order: Int32Array,
  from: number,
  to: number,
  compare: CompareElements,
): void {
  for (let i = from + 1; i < to; i++) {
    const key = keys[i];
    const element = order[i];
    let at = i;
    for (; at > from; at--) {
      const other = keys[at - 1];
      if (other < key || (other === key && compare(order[at - 1], element) <= 0)) break;
      keys[at] = other;
      order[at] = order[at - 1];
    }
    keys[at] = key;
    order[at] = element;
  }
}

/** Merges the sorted runs `[start, middle)` and `[middle, end)` into the same places of the other arrays. */
function merge(
  keys: Float64Array,
  order: Int32Array,
  toKeys: Float64Array,
  toOrder: Int32Array,
  start: number,
  middle: number,
  end: number,
  compare: CompareElements,
): void {
  let left = start;
  let right = middle;
  for (let to = start; to < end; to++) {
    let takesLeft = left < middle;
    if (takesLeft && right < end) {
      const leftKey = keys[left];
      const rightKey = keys[right];
      takesLeft = leftKey < rightKey || (leftKey === rightKey && compare(order[left], order[right]) <= 0);
    }
    const from = takesLeft ? left++ : right++;
    toKeys[to] = keys[from];
    toOrder[to] = order[from];
  }
}
