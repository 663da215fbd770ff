import { powerOfTwoFrom, powerOfTwoWithin } from "./powers.ts";
import type { Traits } from "./traits.ts";
import type { Variant, Work, WorkgroupLimits } from "./variant.ts";

/**
 * The most fours that a lane keeps in registers: 16 take 64 registers, which leaves most GPUs room for several
 * workgroups on each processor. This is an estimate, still to be measured on a GPU.
 */
export const mostHeld = 16;

/**
 * The default variant. It follows rules with reasons. The rules for software adapters were measured on two of them
 * (lavapipe, SwiftShader). Those for GPUs follow the layout of published kernels; their numbers are estimates, and none
 * was measured on a GPU yet.
 */
export function chooseVariant(work: Work, traits: Traits, limits: WorkgroupLimits): Variant {
  const most = powerOfTwoWithin(
    Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
  );
  const choice = traits.software ? onSoftware(work, traits) : onGpu(work, traits, most);
  const together = choice.together ?? 1;
  const lanes = Math.min(choice.lanes, most);
  // If a workgroup had more rows than there are, some of its invocations would never do anything.
  const rows = Math.min(choice.rows, most / lanes, powerOfTwoFrom(work.rowCount / together));
  const groups = traits.software ? chunksOnSoftware : manyGroups;
  return {
    residency: "reload",
    parts: 1,
    columns: false,
    ...choice,
    together,
    lanes,
    rows,
    chunks: chunksOf(work, groups * rows, together),
    subgroup: choice.columns || !work.reduces ? 1 : Math.min(traits.subgroup, lanes),
  };
}

/** Enough chunks to keep the wanted number of workgroup rows busy, over all rows that have chunks of their own. */
function chunksOf({ chunkRows, rowCount }: Work, wanted: number, together: number): number {
  if (chunkRows === 0) return 1;
  return Math.min(chunkRows / together, Math.ceil((wanted * chunkRows) / Math.max(1, rowCount)));
}

type Choice = Pick<Variant, "lanes" | "rows" | "reason"> & Partial<Variant>;

/**
 * Workgroups that add up over rows: a few for each core, so that the cores end together and few sums are left to add.
 */
const chunksOnSoftware = 8;
/** On a processor, with fewer rows than this some cores have none. */
const fewRows = 4;
/** A part should have at least this many steps, or its dispatch costs more than it saves. */
const shortPart = 256;

/** A lane goes over a row of up to this many steps alone. */
const shortRow = 192;

/**
 * A workgroup costs about a microsecond to start, and a barrier costs as much for every lane. So these variants have no
 * barriers, and each workgroup has enough to do. Layer norm 4096 × 768 took 1.2 copies with one subgroup for each row,
 * and 10 with 256 lanes and a tree.
 */
function onSoftware(work: Work, traits: Traits): Choice {
  const { rowSteps, rowCount, across, reduces, split, together, chunkRows } = work;
  const { subgroup } = traits;
  if (rowSteps === 1) return { lanes: 1, rows: 256, reason: "elementwise" };
  if (across) return { lanes: 1, rows: 8, reason: "rows side by side in memory: a lane each" };
  if (split && rowCount < fewRows && rowSteps >= fewRows * shortPart) {
    return { lanes: subgroup, rows: 1, parts: fewRows, reason: "few rows: each is split" };
  }
  if (rowSteps < 2 * subgroup) return { lanes: 1, rows: 64, reason: "short rows: a lane each" };
  // Batch norm in inference, relative to 4 lanes: 8 lanes took 0.91 of the time on lavapipe and 1.07 on SwiftShader, 32
  // lanes 2.1 and 1.4.
  if (!reduces) {
    const reason = "nothing to exchange";
    if (together === 1 || rowCount === 0 || (chunkRows || rowCount) % together) {
      return { lanes: subgroup, rows: 16, reason };
    }
    const rows = powerOfTwoWithin(Math.min(16, rowCount / together / chunksOnSoftware));
    return { lanes: subgroup, rows, together, reason };
  }
  if (subgroup > 1) {
    const reason = "a subgroup a row, no barrier";
    const taken = rowCount / together;
    if ((chunkRows || rowCount) % together || taken < 4) {
      return { lanes: subgroup, rows: 4, reason };
    }
    // Relative to a subgroup: layer norm 4096 × 768 took 0.83 of the time on lavapipe and 0.87 on SwiftShader (equal at
    // D = 1024), its backward pass 0.82 and 0.93, 8192 × 256 took 0.51 and 0.73.
    if (rowSteps <= shortRow && taken >= 64) {
      // Lanes with one row: a rotary embedding of q and k took 0.93 of the time with 32 of them in place of 8.
      return { lanes: 1, rows: taken < 256 ? 8 : 32 / together, together, reason: "short rows: a lane each" };
    }
    // Group norm 2 × 320 × 64 × 64 and 8 × 256 × 14 × 14 take 0.6 of the time on lavapipe with one row in place of
    // four.
    const rows = Math.min(4, powerOfTwoWithin(taken / (chunkRows ? 4 : 64)));
    return { lanes: subgroup, rows, together, reason };
  }
  // There are enough rows for a lane each, or lanes share a row by a tree.
  const reason = "no subgroups";
  return rowCount < 64 ? { lanes: 32, rows: 1, reason } : { lanes: 1, rows: 8, reason };
}

/** The number of workgroups that keep a large GPU busy: two for each of about 128 processors (RTX 4090, H100). */
const manyGroups = 256;

/**
 * Memory is fast if neighbouring lanes read neighbouring elements and several loads are in flight. Barriers are cheap.
 */
function onGpu(
  { rowSteps, rowCount, across, reduces, split, held }: Work,
  traits: Traits,
  most: number,
): Choice {
  if (rowSteps === 1) return { lanes: 1, rows: 256, reason: "elementwise" };
  if (across) {
    // Eight fours of f32 are a line of 128 bytes. The other lanes share the length of the column.
    const lanes = Math.min(32, powerOfTwoFrom(rowSteps / 4));
    const rows = Math.min(32, 256 / lanes);
    const reason = "rows side by side in memory: a tile";
    return {
      lanes,
      rows,
      columns: true,
      reason,
      parts: partsOf(split, rowCount / rows, rowSteps / lanes / 32),
    };
  }
  if (!reduces) {
    const lanes = Math.min(256, powerOfTwoFrom(rowSteps));
    return {
      lanes,
      rows: 256 / lanes,
      reason: "nothing to exchange",
    };
  }
  // In published figures for group norm on an H100, splitting gives a factor of nine. A part needs enough work to pay
  // for its second dispatch.
  const parts = partsOf(split, rowCount, rowSteps / 1024);
  if (parts > 1) return { lanes: 256, rows: 1, parts, reason: "few rows: each is split" };
  const short = rowSteps <= 4 * traits.subgroup;
  // About four fours for each lane: enough loads in flight to hide the latency of memory.
  const wanted = short ? Math.min(traits.subgroup, powerOfTwoFrom(rowSteps)) : powerOfTwoWithin(rowSteps / 4);
  const lanes = Math.min(wanted, rowSteps <= 256 * mostHeld ? 256 : 1024, most);
  const keeps = held > 0 && Math.ceil(rowSteps / lanes) * held <= mostHeld;
  return {
    lanes,
    rows: Math.max(1, 128 / lanes),
    residency: keeps ? "registers" : "reload",
    reason: `${short ? "a subgroup" : "a workgroup"} a row, ${keeps ? "kept in registers" : "read again"}`,
  };
}

function partsOf(split: boolean, groups: number, most: number): number {
  return split ? powerOfTwoWithin(Math.min(manyGroups / Math.max(1, groups), most)) : 1;
}
