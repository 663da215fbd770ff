/** A layer norm without gain and bias, and its gradient, in float64 by their formulas. */

const eps = 1e-5;

/** Calls a function for each row, with the deviation and the standardized values. */
function rows(x, width, call) {
  for (let at = 0; at < x.length; at += width) {
    const row = Array.from(x.subarray(at, at + width));
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    const deviation = Math.sqrt(variance + eps);
    call(
      at,
      deviation,
      row.map((value) => (value - mean) / deviation),
    );
  }
}

export function normalized(x, width) {
  const y = new Float64Array(x.length);
  rows(x, width, (at, _, standardized) => y.set(standardized, at));
  return y;
}

export function gradient(x, d_y, width) {
  const d_x = new Float64Array(x.length);
  rows(x, width, (at, deviation, standardized) => {
    const given = Array.from(d_y.subarray(at, at + width));
    const mean = given.reduce((sum, value) => sum + value, 0) / width;
    const along = given.reduce((sum, value, i) => sum + value * standardized[i], 0) / width;
    d_x.set(
      given.map((value, i) => (value - mean - standardized[i] * along) / deviation),
      at,
    );
  });
  return d_x;
}

export function largestDifference(a, b) {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
