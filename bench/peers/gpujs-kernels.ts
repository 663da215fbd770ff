/** A norm as kernels of gpu.js: one computes the mean of each row, one its variance, and one writes. */
import type { BenchCase } from "../cases.ts";
import { rowsOf, viewOf } from "../view.ts";

/** Makes a kernel of its source, the number of its threads, and its constants. */
export type MakeKernel<Kernel> = (
  source: string,
  count: number,
  constants: Readonly<Record<string, number>>,
) => Kernel;

export interface RowKernels<Kernel> {
  /** Of (x), where the norm has a mean of its own. */
  readonly mean?: Kernel;
  /** Of (x, mean), or of (x) without a mean, unless the statistics are given. */
  readonly variance?: Kernel;
  /** Of (x, mean, variance, gamma, beta), without the mean if there is none. */
  readonly apply: Kernel;
}

/** gpu.js parses the source of a kernel. It supports `this.constants` and plain arithmetic, but no closures. */
export function rowKernels<Kernel>(one: BenchCase, made: MakeKernel<Kernel>): RowKernels<Kernel> {
  const view = viewOf(one);
  const { rows, length } = rowsOf(view);
  const { n, g, k, s } = view;
  const constants = { ...places(one), length, eps: one.eps };
  const make = (source: string, count: number): Kernel => made(source, count, constants);

  // The elements of row `r`: from its start, runs of `run` elements that lie `stride` apart.
  const walk = (body: string): string => `
    const r = this.thread.x;
    const start = Math.floor(r / this.constants.rowRun) * this.constants.rowOuter + (r % this.constants.rowRun) * this.constants.rowInner;
    let total = 0;
    for (let j = 0; j < this.constants.runs; j++) {
      const from = start + j * this.constants.stride;
      for (let i = 0; i < this.constants.run; i++) { ${body} }
    }
    return total / this.constants.length;`;
  const channel = `Math.floor(e / this.constants.inner) % this.constants.channels`;
  const row = `(Math.floor(e / this.constants.rowOuter) % this.constants.outers) * this.constants.rowRun + Math.floor(e / this.constants.rowInner) % this.constants.rowRun`;
  const value = view.centred ? "(x[e] - mean[r])" : "x[e]";
  const factor =
    one.op === "scaled-weight"
      ? "Math.sqrt(Math.max(variance[r] * this.constants.length, this.constants.eps))"
      : "Math.sqrt(variance[r] + this.constants.eps)";
  const scale = view.affine === "none" ? "" : " * gamma[c]";
  const shift = view.affine === "channel" && view.centred ? " + beta[c]" : "";
  const parameters = ["x", ...(view.centred ? ["mean"] : []), "variance", "gamma", "beta"].join(", ");
  const apply = make(
    `function (${parameters}) {
      const e = this.thread.x; const r = ${row}; const c = ${channel};
      return ${value} / ${factor}${scale}${shift};
    }`,
    n * g * k * s,
  );
  if (view.given) return { apply };
  const mean = make(`function (x) {${walk("total += x[from + i];")}}`, rows);
  const squares = view.centred
    ? `function (x, mean) {${walk("const d = x[from + i] - mean[r]; total += d * d;")}}`
    : `function (x) {${walk("const d = x[from + i]; total += d * d;")}}`;
  return { ...(view.centred ? { mean } : {}), variance: make(squares, rows), apply };
}

/**
 * Where the elements of a row lie. Row r begins at floor(r / rowRun) * rowOuter + (r % rowRun) * rowInner and has
 * `runs` runs of `run` elements, `stride` apart.
 */
function places(one: BenchCase): Record<string, number> {
  const view = viewOf(one);
  const { n, g, k, s } = view;
  const over = view.over.join("");
  const affine = view.affine === "outer" ? { inner: g * k * s, channels: n } : { inner: s, channels: g * k };
  switch (over) {
    case "ns": // batch norm: a row is a channel, a run in every sample
      return {
        ...affine,
        rowRun: g,
        rowOuter: g * s,
        rowInner: s,
        outers: 1,
        runs: n,
        run: s,
        stride: g * s,
      };
    case "k": {
      // layer norm: contiguous where s is 1, else one element in every channel
      if (s === 1)
        return { ...affine, rowRun: 1, rowOuter: k, rowInner: k, outers: n, runs: 1, run: k, stride: k };
      return { ...affine, rowRun: s, rowOuter: k * s, rowInner: 1, outers: n, runs: k, run: 1, stride: s };
    }
    default: {
      const length = over === "ks" ? k * s : s;
      const rows = (n * g * k * s) / length;
      return {
        ...affine,
        rowRun: 1,
        rowOuter: length,
        rowInner: length,
        outers: rows,
        runs: 1,
        run: length,
        stride: length,
      };
    }
  }
}
