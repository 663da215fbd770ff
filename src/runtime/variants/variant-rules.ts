import { mostHeld } from "./default-variant.ts";
import type { Traits } from "./traits.ts";
import type { Variant, Work, WorkgroupLimits } from "./variant.ts";

/**
 * Says why a kernel cannot run in a variant on a device; null if it can. The default rule only makes legal variants, so
 * pages do not load this. Tests and the tuner, which choose other variants, do.
 */
export function whyIllegal(
  variant: Variant,
  work: Work,
  traits: Traits,
  limits: WorkgroupLimits,
): string | null {
  const { lanes, rows, subgroup } = variant;
  const most = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX);
  if (![lanes, rows, subgroup].every(isPowerOfTwo)) return "lanes, rows and subgroups are powers of two";
  if (lanes * rows > most) return `a workgroup has at most ${most} invocations, not ${lanes * rows}`;
  if (subgroup > lanes) return `${subgroup} lanes exchange, but a row has ${lanes}`;
  if (subgroup > traits.subgroup) return `the device promises subgroups of ${traits.subgroup}`;
  if (variant.columns && subgroup > 1) return "in a column tile neighbouring invocations have different rows";
  return (
    chunksRule(variant, work) ??
    togetherRule(variant, work) ??
    residencyRule(variant, work, limits) ??
    partsRule(variant, work)
  );
}

function chunksRule({ chunks, together }: Variant, { chunkRows }: Work): string | null {
  if (chunkRows === 0) return chunks === 1 ? null : "nothing is added up over the rows";
  const turns = chunkRows / together;
  return chunks >= 1 && chunks <= turns
    ? null
    : `${turns} turns through the rows do not make ${chunks} chunks`;
}

function togetherRule({ together, lanes, subgroup, parts, residency }: Variant, work: Work): string | null {
  if (together === 1) return null;
  if (together !== work.together) return `a lane can take ${work.together} rows together, not ${together}`;
  const rowCount = work.chunkRows === 0 ? work.rowCount : work.chunkRows;
  if (rowCount % together !== 0) return `${rowCount} rows are not a multiple of ${together}`;
  // Lanes that exchange nothing need no subgroup.
  if (work.reduces && lanes > subgroup) {
    return "rows taken together use no workgroup memory: a row has one subgroup";
  }
  return parts > 1 || residency !== "reload" ? "rows taken together are read again" : null;
}

function residencyRule(
  { residency, lanes, rows, parts }: Variant,
  { held, rowSteps }: Work,
  { maxComputeWorkgroupStorageSize }: WorkgroupLimits,
): string | null {
  if (residency === "reload") return null;
  if (held === 0) return "nothing of the row is read twice, or not in fours";
  if (parts > 1) return "a part of a row is read again by the next dispatch";
  const fours = Math.ceil(rowSteps / lanes) * held;
  if (residency === "registers") {
    return fours > mostHeld ? `a lane keeps at most ${mostHeld} fours, not ${fours}` : null;
  }
  // The tree needs two more fours for each lane.
  const bytes = (fours + 2) * lanes * rows * 16;
  return bytes > maxComputeWorkgroupStorageSize
    ? `needs ${bytes} bytes of workgroup memory, there are ${maxComputeWorkgroupStorageSize}`
    : null;
}

function partsRule({ parts }: Variant, { split, rowSteps }: Work): string | null {
  if (parts === 1) return null;
  if (!split) return "the rows cannot be shared: a reduction runs over other axes, or there is none";
  return rowSteps < parts ? `a row has ${rowSteps} steps, fewer than ${parts} parts` : null;
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n)) && n >= 1;
}
