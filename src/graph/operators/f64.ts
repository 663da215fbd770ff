/** Float64 functions that JavaScript's Math lacks. */

/** Rounds half to even (IEEE 754 roundToIntegralTiesToEven). */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The error function, to about 1e-15: the Maclaurin series below 2.5, the continued fraction of erfc above
 * (Abramowitz & Stegun 7.1.5 and 7.1.14).
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    // The alternating series loses digits as a grows; Kummer's form 2/√π·e^(−x²)·Σ has only positive terms.
    let term = a;
    let sum = a;
    for (let n = 1; term > sum * 1e-17 && n < 200; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * sum;
  }
  let fraction = 0;
  for (let n = 120; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

const cell = new DataView(new ArrayBuffer(4));

/** The number as an f32, rounded to 18 bits of its significand, by its bits as a GPU does it. */
export function highPart(x: number): number {
  if (!Number.isFinite(Math.fround(x))) return Math.fround(x);
  cell.setFloat32(0, x);
  cell.setUint32(0, (cell.getUint32(0) + 0x20) & 0xffffffc0);
  return cell.getFloat32(0);
}
