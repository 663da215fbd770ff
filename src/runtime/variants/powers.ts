/** The largest power of two that is at most n, but at least 1. */
export function powerOfTwoWithin(n: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, n)));
}

/** The smallest power of two that is at least n, and at least 1. */
export function powerOfTwoFrom(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, n)));
}
