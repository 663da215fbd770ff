import type { Histogram } from "./protocol.ts";

const bins = 48;

export function histogramOf(tensor: string, values: ArrayLike<number>): Histogram {
  let [least, most, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
  }
  const mean = sum / values.length;
  const counts = new Array<number>(bins).fill(0);
  let squares = 0;
  const width = (most - least) / bins || 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    squares += (value - mean) ** 2;
    const bin = Math.min(bins - 1, Math.floor((value - least) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { tensor, least, most, mean, deviation: Math.sqrt(squares / values.length), counts };
}
