/** The same in float64. */

export function multiplied(x, w, width) {
  const h = new Float64Array(x.length);
  for (let at = 0; at < x.length; at++) {
    const [row, column] = [at - (at % width), at % width];
    for (let k = 0; k < width; k++) h[at] += x[row + k] * w[k * width + column];
  }
  return h;
}

export function normalized(x, width, eps = 1e-6) {
  return x.map((value, at) => {
    const row = x.subarray(at - (at % width), at - (at % width) + width);
    const square = row.reduce((sum, one) => sum + one * one, 0) / width;
    return value / Math.sqrt(square + eps);
  });
}

export function largestDifference(a, b) {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
