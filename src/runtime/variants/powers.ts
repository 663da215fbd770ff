/** The largest power of two that is not above, 1 at least. */
export function powerOfTwoWithin(n: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, n)));
}

/** The smallest power of two that is not below, 1 at least. */
export function powerOfTwoFrom(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, n)));
}
