import { mostHeld, refusal } from "./legal.ts";
import type { Traits } from "./traits.ts";
import type { Variant, Work, WorkgroupLimits } from "./variant.ts";

/**
 * The default variant, by rules with their reasons: measured on two software adapters (lavapipe, SwiftShader); for GPUs
 * after what their kernels' authors found (Quack, Apex, nvFuser, PyTorch).
 */
export function chooseVariant(work: Work, traits: Traits, limits: WorkgroupLimits): Variant {
  const most = powerOfTwoWithin(
    Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
  );
  const choice: Variant = {
    ...single,
    ...(traits.software ? onSoftware(work, traits) : onGpu(work, traits, most)),
  };
  const lanes = Math.min(choice.lanes, most);
  // A workgroup with more rows than there are would hold invocations that never do anything.
  const rows = Math.min(choice.rows, most / lanes, powerOfTwoFrom(work.rowCount / choice.together));
  const subgroup = choice.columns || !work.reduces ? 1 : Math.min(traits.subgroup, lanes);
  const variant = { ...choice, lanes, rows, subgroup };
  // On a device that allows smaller workgroups than the rule has in mind, without the extras.
  return refusal(variant, work, traits, limits) === null ? variant : { ...variant, ...single, subgroup };
}

const single = { subgroup: 1, together: 1, columns: false, residency: "reload", parts: 1 } as const;

type Choice = Pick<Variant, "lanes" | "rows" | "reason"> & Partial<Variant>;

/**
 * A workgroup costs about a microsecond to start and a barrier as much for every lane: no barriers, and enough to do
 * in each workgroup. Layer norm 4096 × 768 took 1.2 copies with a subgroup a row, 10 with 256 lanes and a tree.
 */
function onSoftware(work: Work, { subgroup }: Traits): Choice {
  const { rowSteps, rowCount, across, reduces } = work;
  if (rowSteps === 1) return { lanes: 1, rows: 256, reason: "elementwise: few, large workgroups" };
  if (across) return { lanes: 1, rows: 8, reason: "rows side by side in memory: a lane each, no barrier" };
  if (work.split && rowCount < fewRows && rowSteps >= fewRows * shortPart) {
    const parts = fewRows;
    return {
      lanes: Math.max(subgroup, 1),
      rows: 1,
      parts,
      reason: "fewer rows than processors: rows are split",
    };
  }
  if (rowSteps < 2 * subgroup) return { lanes: 1, rows: 64, reason: "short rows: a lane each, no barrier" };
  if (!reduces) return { lanes: 32, rows: 8, reason: "nothing to exchange: a few lanes a row" };
  const { together } = work;
  if (subgroup > 1 && together > 1 && rowCount % together === 0 && rowCount >= 4 * together) {
    const rows = Math.min(4, powerOfTwoWithin(rowCount / together / 4));
    return { lanes: subgroup, rows, together, reason: "a subgroup takes a few rows together, no barrier" };
  }
  if (subgroup > 1) return { lanes: subgroup, rows: 4, reason: "a subgroup a row, no barrier" };
  if (rowCount >= 64) return { lanes: 1, rows: 8, reason: "no subgroups: a lane a row, no barrier" };
  return { lanes: 32, rows: 1, reason: "few rows and no subgroups: a tree through workgroup memory" };
}

/** On a processor: below this many rows some of its cores have none. */
const fewRows = 4;
/** Steps that a part should have at least, or its dispatch costs more than it saves. */
const shortPart = 256;

/** Workgroups that keep a large GPU busy: two for each of about 128 processors (RTX 4090, H100). */
const manyGroups = 256;

/** Memory wants neighbouring lanes on neighbouring elements and several loads in flight; barriers are cheap. */
function onGpu(work: Work, { subgroup }: Traits, most: number): Choice {
  const { rowSteps, rowCount, across, reduces, held } = work;
  if (rowSteps === 1) return { lanes: 1, rows: 256, reason: "elementwise" };
  if (across) return columnTile(work);
  if (!reduces) {
    const lanes = Math.min(256, powerOfTwoFrom(rowSteps));
    return {
      lanes,
      rows: 256 / lanes,
      reason: "nothing to exchange: neighbouring lanes on neighbouring steps",
    };
  }
  // Splitting made group norm nine times as fast where a device had 32 rows; a part needs enough to do to pay for its
  // second dispatch.
  const parts = powerOfTwoWithin(Math.min(manyGroups / Math.max(1, rowCount), rowSteps / 1024));
  if (work.split && parts > 1) {
    return { lanes: 256, rows: 1, parts, reason: `${rowCount} rows leave processors idle: each is split` };
  }
  if (rowSteps <= 4 * subgroup) {
    const lanes = Math.min(subgroup, powerOfTwoFrom(rowSteps));
    const residency = held > 0 ? "registers" : "reload";
    return {
      lanes,
      rows: Math.max(1, 128 / lanes),
      residency,
      reason: "a subgroup or less a row: no barrier, the row in registers",
    };
  }
  // About four fours a lane: as many loads in flight as hide the latency of memory. The row is read once as long as
  // a lane can keep its share.
  const wanted = powerOfTwoWithin(rowSteps / 4);
  const lanes = Math.min(Math.max(wanted, 1), rowSteps <= 256 * mostHeld ? 256 : 1024, most);
  const steps = Math.ceil(rowSteps / lanes);
  if (held > 0 && steps * held <= mostHeld) {
    const rows = Math.max(1, 128 / lanes);
    return { lanes, rows, residency: "registers", reason: "a workgroup a row, the row in registers" };
  }
  return { lanes, rows: 1, reason: "rows too long to keep: read again, out of the second cache" };
}

/** Eight fours of f32 are a line of 128 bytes; the other lanes share the length of the column. */
function columnTile({ rowSteps, rowCount, split }: Work): Choice {
  const lanes = Math.min(32, powerOfTwoFrom(rowSteps / 4));
  const rows = Math.max(8, Math.min(32, 256 / lanes));
  const groups = rowCount / rows;
  const parts = powerOfTwoWithin(Math.min(manyGroups / Math.max(1, groups), rowSteps / lanes / 8));
  const reason = "rows side by side in memory: a tile of memory lines by lanes";
  return { lanes, rows, columns: true, reason, ...(split && parts > 1 ? { parts } : {}) };
}

function powerOfTwoWithin(n: number): number {
  return n < 2 ? 1 : 2 ** Math.floor(Math.log2(n));
}

function powerOfTwoFrom(n: number): number {
  return n < 2 ? 1 : 2 ** Math.ceil(Math.log2(n));
}
