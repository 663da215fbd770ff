import type { Traits } from "./traits.ts";

/** How a kernel is laid on the device: `lanes` invocations share a row, a workgroup holds `rows` rows. */
export interface Variant {
  readonly lanes: number;
  readonly rows: number;
  /** Of the lanes, how many exchange values within a subgroup; the rest goes through workgroup memory. */
  readonly subgroup: number;
  /** Why, in words. */
  readonly reason: string;
}

/** The limits that bound a workgroup. */
export type WorkgroupLimits = Pick<
  GPUSupportedLimits,
  "maxComputeInvocationsPerWorkgroup" | "maxComputeWorkgroupSizeX"
>;

/** What a kernel has to do, in steps: elements, or fours of them in the wide form. */
export interface Work {
  /** Steps of a row; 1 for an elementwise kernel. */
  readonly rowSteps: number;
  /** Rows, or fours of neighbouring rows. */
  readonly rowCount: number;
  /** Whether neighbouring rows, not neighbouring steps, lie side by side in memory. */
  readonly across: boolean;
}

export type ChooseVariant = (work: Work, traits: Traits, limits: WorkgroupLimits) => Variant;

/**
 * The default variant: lanes and rows are powers of two whose product fits the device. The rule says what was measured
 * to be good on two software adapters (lavapipe, SwiftShader) and what GPUs are known to like.
 */
export function chooseVariant(work: Work, traits: Traits, limits: WorkgroupLimits): Variant {
  const most = powerOfTwoWithin(
    Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
  );
  const { lanes, rows, reason } = traits.software ? onSoftware(work, traits) : onGpu(work);
  const fitting = Math.min(lanes, most);
  // A workgroup with more rows than there are would hold invocations that never do anything.
  const used = Math.min(rows, most / fitting, powerOfTwoFrom(work.rowCount));
  return { lanes: fitting, rows: used, subgroup: Math.min(traits.subgroup, fitting), reason };
}

type Choice = Pick<Variant, "lanes" | "rows" | "reason">;

/**
 * A workgroup costs about a microsecond to start and a barrier as much for every lane: no barriers, and enough to do
 * in each workgroup. Layer norm 4096 × 768 took 1.2 copies with a subgroup a row, 10 with 256 lanes and a tree.
 */
function onSoftware({ rowSteps, rowCount, across }: Work, { subgroup }: Traits): Choice {
  if (rowSteps === 1) return { lanes: 1, rows: 256, reason: "elementwise: few, large workgroups" };
  if (across) return { lanes: 1, rows: 8, reason: "rows side by side in memory: a lane each, no barrier" };
  if (rowSteps < 2 * subgroup) return { lanes: 1, rows: 64, reason: "short rows: a lane each, no barrier" };
  if (subgroup > 1) return { lanes: subgroup, rows: 4, reason: "a subgroup a row, no barrier" };
  if (rowCount >= 64) return { lanes: 1, rows: 8, reason: "no subgroups: a lane a row, no barrier" };
  return { lanes: 32, rows: 1, reason: "few rows and no subgroups: a tree through workgroup memory" };
}

/** Memory wants neighbouring lanes on neighbouring elements and several loads in flight; barriers are cheap. */
function onGpu({ rowSteps, across }: Work): Choice {
  if (rowSteps === 1) return { lanes: 1, rows: 256, reason: "elementwise" };
  if (across) {
    // Eight fours of f32 are a line of 128 bytes; the other lanes share the row's length.
    const lanes = Math.min(32, powerOfTwoFrom(rowSteps / 4));
    return {
      lanes,
      rows: Math.max(8, 64 / lanes),
      reason: "rows side by side in memory: a tile of a memory line by lanes",
    };
  }
  if (rowSteps <= 8) return { lanes: 1, rows: 64, reason: "short rows: a lane each, no barrier" };
  const lanes = Math.min(256, powerOfTwoWithin(rowSteps / 4));
  return { lanes, rows: Math.max(1, 128 / lanes), reason: "about four steps a lane, up to 256 lanes a row" };
}

function powerOfTwoWithin(n: number): number {
  return n < 2 ? 1 : 2 ** Math.floor(Math.log2(n));
}

function powerOfTwoFrom(n: number): number {
  return n < 2 ? 1 : 2 ** Math.ceil(Math.log2(n));
}
