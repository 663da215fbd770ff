/** Walks several strided arrays through the same coordinates at once. */

/** Strides of a dense layout, slowest first. */
export function rowMajor(
  factors: readonly string[],
  extent: (factor: string) => number,
): Map<string, number> {
  const strides = new Map<string, number>();
  let stride = 1;
  for (const factor of [...factors].reverse()) {
    strides.set(factor, stride);
    stride *= extent(factor);
  }
  return strides;
}

/** Calls `visit` with one offset for each array, at every coordinate, the last axis fastest. */
export function walk(
  extents: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (offsets: readonly number[]) => void,
): void {
  const rank = extents.length;
  const offsets = strides.map(() => 0);
  if (extents.includes(0)) return;
  if (rank === 0) {
    visit(offsets);
    return;
  }
  const place = extents.map(() => 0);
  for (;;) {
    visit(offsets);
    let axis = rank - 1;
    for (; axis >= 0; axis--) {
      place[axis] += 1;
      for (let i = 0; i < offsets.length; i++) offsets[i] += strides[i][axis];
      if (place[axis] < extents[axis]) break;
      for (let i = 0; i < offsets.length; i++) offsets[i] -= strides[i][axis] * extents[axis];
      place[axis] = 0;
    }
    if (axis < 0) return;
  }
}
