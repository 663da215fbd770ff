/** What changed from one list of lines to the next, by the longest common subsequence. */

export type Step =
  | { readonly kind: "same"; readonly before: number; readonly after: number }
  | { readonly kind: "removed"; readonly before: number }
  | { readonly kind: "added"; readonly after: number };

/** Within a change, what was removed stands before what was added. */
export function stepsBetween(before: readonly string[], after: readonly string[]): Step[] {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      steps.push({ kind: "same", before: i++, after: j++ });
    } else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1))) {
      steps.push({ kind: "removed", before: i++ });
    } else {
      steps.push({ kind: "added", after: j++ });
    }
  }
  return steps;
}
