/** The norms of the page in float64, by their plain formulas: apart from the compiler, and from its oracle. */

/** A tensor of dims [N, C, ...S] as rows, each the places of the elements that share their statistics. */
export type Rows = (dims: readonly number[]) => Iterable<Int32Array>;

/** Groups of `channels` channels that lie side by side, of one sample. */
export function groups(channels: (c: number) => number): Rows {
  return function* ([n = 1, c = 1, ...rest]) {
    const space = product(rest);
    const length = channels(c) * space;
    for (let start = 0; start < n * c * space; start += length) {
      yield Int32Array.from({ length }, (_, i) => start + i);
    }
  };
}

/** The last axis. */
export function* last(dims: readonly number[]): Iterable<Int32Array> {
  const length = dims.at(-1) ?? 1;
  for (let start = 0; start < product(dims); start += length) {
    yield Int32Array.from({ length }, (_, i) => start + i);
  }
}

/** A channel over all samples. */
export function* channels([n = 1, c = 1, ...rest]: readonly number[]): Iterable<Int32Array> {
  const space = product(rest);
  for (let channel = 0; channel < c; channel++) {
    yield Int32Array.from({ length: n * space }, (_, i) => {
      const sample = Math.floor(i / space);
      return (sample * c + channel) * space + (i % space);
    });
  }
}

export type Formula = (row: Float64Array) => Float64Array;

/** (x − mean) / √(var + eps) */
export const standardized =
  (eps: number): Formula =>
  (row) => {
    const mean = average(row);
    const variance = average(row.map((x) => (x - mean) ** 2));
    return row.map((x) => (x - mean) / Math.sqrt(variance + eps));
  };

/** x / √(mean(x²) + eps) */
export const rootMeanSquare =
  (eps: number): Formula =>
  (row) => {
    const square = average(row.map((x) => x * x));
    return row.map((x) => x / Math.sqrt(square + eps));
  };

export const softmax: Formula = (row) => {
  const largest = row.reduce((a, b) => Math.max(a, b));
  const powers = row.map((x) => Math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((x) => x / sum);
};

export interface Affine {
  readonly gamma?: Float32Array;
  readonly beta?: Float32Array;
}

/** A formula for each row, then gamma and beta along an axis, the last or (where `channel`) the second. */
export function reference(
  x: Float32Array,
  dims: readonly number[],
  rows: Rows,
  formula: Formula,
  { gamma, beta }: Affine,
  channel: boolean,
): Float64Array {
  const y = new Float64Array(x.length);
  const inner = channel ? product(dims.slice(2)) : 1;
  const extent = (channel ? dims[1] : dims.at(-1)) ?? 1;
  for (const row of rows(dims)) {
    const values = formula(Float64Array.from(row, (place) => x[place]!));
    for (const [i, place] of row.entries()) {
      const of = Math.floor(place / inner) % extent;
      y[place] = values[i]! * (gamma?.[of] ?? 1) + (beta?.[of] ?? 0);
    }
  }
  return y;
}

export function product(values: readonly number[]): number {
  return values.reduce((a, b) => a * b, 1);
}

function average(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
