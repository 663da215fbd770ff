/** "Did you mean": finds the known name nearest to a misspelt one. */

/** Only the beginning of longer words is compared, because the cost grows with the product of the lengths. */
const maxLength = 64;

/** The nearest candidate within a third of the word's length (at least one edit). A mere difference of case wins. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.slice(0, maxLength);
  const folded = wanted.toLowerCase();
  // One edit turns a single letter into any other, so only its case may be wrong.
  const cutOff = wanted.length <= 1 ? 0.5 : Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = cutOff;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const name = candidate.slice(0, maxLength);
    if (Math.abs(name.length - wanted.length) > bestDistance) continue;
    // Case counts a little, so that among equal candidates the one with the same case wins.
    const distance = editDistance(folded, name.toLowerCase()) + 0.1 * differences(wanted, name);
    if (distance < bestDistance || (best === undefined && distance <= bestDistance)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** At most 4, which keeps the weighted sum below half an edit. */
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
