/** Spelling help: the word of a list that somebody probably meant. */

/**
 * The candidate nearest to `word`, or null when none is near: at most a third of the letters differ, or
 * one begins with the other (from three letters on).
 */
export function closest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.floor(word.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== null || word.length < 3) return best;
  for (const candidate of candidates) if (candidate.startsWith(word)) return candidate;
  return null;
}

/** `, did you mean 'x'?` or nothing, to be put behind an error; `prefix` stands before the suggested word. */
export function didYouMean(word: string, candidates: Iterable<string>, prefix = ""): string {
  const found = closest(word, candidates);
  return found === null ? "" : `, did you mean '${prefix}${found}'?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j - 1] + (isSame ? 0 : 1), last[j] + 1, row[j - 1] + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, beforeLast[j - 2] + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
