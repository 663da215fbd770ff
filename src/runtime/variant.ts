/** How a kernel is laid on the device: `lanes` invocations share a row, a workgroup holds `rows` rows. */
export interface Variant {
  readonly lanes: number;
  readonly rows: number;
}

/** The limits that bound a workgroup. */
export type WorkgroupLimits = Pick<
  GPUSupportedLimits,
  "maxComputeInvocationsPerWorkgroup" | "maxComputeWorkgroupSizeX"
>;

/** A multiple of every subgroup width in use (4 to 64), and within the limits that every device grants. */
const workgroupSize = 64;

/** Up to here one invocation does a row by itself: sharing it would cost a barrier for a few additions. */
const shortRow = 16;

/** A lane with fewer elements waits at the barrier for longer than it works. */
const elementsPerLane = 4;

/**
 * The variant for rows of `rowLength` elements (1 for an elementwise kernel), of which there are `rowCount`.
 * Lanes and rows are powers of two whose product is at most 64, or less where the device allows less.
 */
export function chooseVariant(rowLength: number, rowCount: number, limits: WorkgroupLimits): Variant {
  const size = powerOfTwoWithin(
    Math.min(workgroupSize, limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
  );
  const lanes = rowLength <= shortRow ? 1 : Math.min(size, powerOfTwoWithin(rowLength / elementsPerLane));
  // A workgroup wider than there are rows would hold invocations that never do anything.
  const rows = Math.min(size / lanes, powerOfTwoFrom(rowCount));
  return { lanes, rows };
}

function powerOfTwoWithin(n: number): number {
  return n < 2 ? 1 : 2 ** Math.floor(Math.log2(n));
}

function powerOfTwoFrom(n: number): number {
  return n < 2 ? 1 : 2 ** Math.ceil(Math.log2(n));
}
