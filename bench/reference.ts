/** The float64 reference, independent of the compiler's own oracle. It detects a contestant that does nothing. */
import type { BenchCase } from "./cases.ts";
import type { CaseData } from "./data.ts";
import { rowsOf, type View, viewOf } from "./view.ts";

/** What every contestant should compute. */
export function expectedOf(one: BenchCase, data: CaseData): Float64Array {
  const view = viewOf(one);
  const { means, scales } = statistics(one, view, data);
  const expected = new Float64Array(data.x.length);
  forEach(view, (i, row, n, channel) => {
    let value = (data.x[i]! - means[row]!) * scales[row]!;
    if (view.affine !== "none") value *= data.gamma[view.affine === "outer" ? n : channel]!;
    if (view.affine === "channel" && view.centred) value += data.beta[channel]!;
    expected[i] = value;
  });
  return expected;
}

/** The largest absolute difference. Rows have a deviation near one. NaN if the result contains one. */
export function largestError(expected: Float64Array, y: ArrayLike<number>): number {
  if (y.length !== expected.length) throw new Error(`${y.length} elements came back of ${expected.length}`);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(y[i]! - expected[i]!);
    if (!(error <= worst)) worst = Number.isNaN(worst) ? worst : error;
  }
  return worst;
}

/** For each row: the value to subtract, and the factor to multiply by afterwards. */
export function statistics(one: BenchCase, view: View, { x, mean, variance }: CaseData) {
  const scaleOf = (v: number): number => 1 / Math.sqrt(v + one.eps);
  if (view.given) return { means: Float64Array.from(mean), scales: Float64Array.from(variance, scaleOf) };
  const { rows, length } = rowsOf(view);
  const means = new Float64Array(rows);
  const scales = new Float64Array(rows);
  if (view.centred) {
    forEach(view, (i, row) => {
      means[row]! += x[i]! / length;
    });
  }
  forEach(view, (i, row) => {
    scales[row]! += (x[i]! - means[row]!) ** 2 / length;
  });
  for (let row = 0; row < rows; row++) {
    // Scaled weight standardization: eps is a lower bound of the variance times the fan-in.
    scales[row] =
      one.op === "scaled-weight"
        ? 1 / Math.sqrt(Math.max(scales[row]! * length, one.eps))
        : scaleOf(scales[row]!);
  }
  return { means, scales };
}

/** Every element with its row of statistics, its outer index and its channel. */
export function forEach(
  view: View,
  visit: (i: number, row: number, n: number, channel: number) => void,
): void {
  const kept = (axis: "n" | "k" | "s"): number => (view.over.includes(axis) ? 0 : 1);
  const [keepN, keepK, keepS] = [kept("n"), kept("k"), kept("s")];
  const rowS = keepS;
  const rowK = keepK * (keepS ? view.s : 1);
  const rowG = (keepK ? view.k : 1) * (keepS ? view.s : 1);
  const rowN = keepN * view.g * rowG;
  let i = 0;
  for (let n = 0; n < view.n; n++) {
    for (let g = 0; g < view.g; g++) {
      for (let k = 0; k < view.k; k++) {
        const row = n * rowN + g * rowG + k * rowK;
        const channel = g * view.k + k;
        for (let s = 0; s < view.s; s++) visit(i++, row + s * rowS, n, channel);
      }
    }
  }
}
