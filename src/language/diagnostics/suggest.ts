/** "Did you mean": the known name that a misspelt one is nearest to. */

/** Longer words are compared by their beginning only: the cost grows with the product of the lengths. */
const maxLength = 64;

/** The candidate within a third of the word's length (one slip at least); a mere difference of case comes first. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.slice(0, maxLength);
  const folded = wanted.toLowerCase();
  // A single letter is any other single letter after one slip: only its case can be wrong.
  const cutOff = wanted.length <= 1 ? 0.5 : Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = cutOff;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const name = candidate.slice(0, maxLength);
    if (Math.abs(name.length - wanted.length) > bestDistance) continue;
    // Case counts a little, so that among equals the one written alike wins.
    const distance = editDistance(folded, name.toLowerCase()) + 0.1 * differences(wanted, name);
    if (distance < bestDistance || (best === undefined && distance <= bestDistance)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** At most 4, which keeps the sum of these below half a slip. */
function differences(a: string, b: string): number {
  let count = 0;
  for (let i = 0; i < Math.min(a.length, b.length) && count < 4; i++) {
    if (a[i] !== b[i] && a[i]!.toLowerCase() === b[i]!.toLowerCase()) count++;
  }
  return count;
}

/** Insertions, deletions, replacements, and swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, before[j - 2]! + 1);
      }
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}
