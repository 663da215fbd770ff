import { powerOfTwoFrom, powerOfTwoWithin } from "./powers.ts";
import type { Traits } from "./traits.ts";
import type { Variant, Work, WorkgroupLimits } from "./variant.ts";

/**
 * Fours that a lane keeps in registers at most: 16 are 64 registers, which leaves most GPUs room for several workgroups a
 * processor. An estimate: to be measured on a GPU.
 */
export const mostHeld = 16;

/**
 * The default variant, by rules with their reasons: measured on two software adapters (lavapipe, SwiftShader). Those for
 * GPUs follow how published kernels are laid out, and their numbers are estimates: none was measured on a GPU yet.
 */
export function chooseVariant(work: Work, traits: Traits, limits: WorkgroupLimits): Variant {
  const most = powerOfTwoWithin(
    Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
  );
  const choice = traits.software ? onSoftware(work, traits) : onGpu(work, traits, most);
  const together = choice.together ?? 1;
  const lanes = Math.min(choice.lanes, most);
  // A workgroup with more rows than there are would hold invocations that never do anything.
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

/** As many as there are workgroup rows to keep busy, over all rows that have chunks of their own. */
function chunksOf({ chunkRows, rowCount }: Work, wanted: number, together: number): number {
  if (chunkRows === 0) return 1;
  return Math.min(chunkRows / together, Math.ceil((wanted * chunkRows) / Math.max(1, rowCount)));
}

type Choice = Pick<Variant, "lanes" | "rows" | "reason"> & Partial<Variant>;

/** Workgroups that add up over rows: a few a core, so that the cores end together and little is left to add up. */
const chunksOnSoftware = 8;
/** On a processor: below this many rows some of its cores have none. */
const fewRows = 4;
/** Steps that a part should have at least, or its dispatch costs more than it saves. */
const shortPart = 256;

/** Steps of a row that a lane walks by itself. */
const shortRow = 192;

/**
 * A workgroup costs about a microsecond to start and a barrier as much for every lane: no barriers, and enough to do
 * in each workgroup. Layer norm 4096 × 768 took 1.2 copies with a subgroup a row, 10 with 256 lanes and a tree.
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
  // Batch norm in inference: 0.91 of the time of 4 lanes with 8 on lavapipe, 1.07 on SwiftShader; 2.1 and 1.4 with 32.
  if (!reduces) return { lanes: subgroup, rows: 16, reason: "nothing to exchange" };
  if (subgroup > 1) {
    const reason = "a subgroup a row, no barrier";
    const taken = rowCount / together;
    if ((chunkRows || rowCount) % together || taken < 4) {
      return { lanes: subgroup, rows: 4, reason };
    }
    // Layer norm 4096 × 768: 0.83 of the time of a subgroup on lavapipe, 0.87 on SwiftShader; at D = 1024 they are equal.
    // Backward 0.82 and 0.93; 8192 × 256 0.51 and 0.73.
    if (rowSteps <= shortRow && taken >= 64) {
      return { lanes: 1, rows: 8, together, reason: "short rows: a lane each" };
    }
    // Group norm 2 × 320 × 64 × 64 and 8 × 256 × 14 × 14 take 0.6 of the time on lavapipe with one in place of four.
    const rows = Math.min(4, powerOfTwoWithin(taken / (chunkRows ? 4 : 64)));
    return { lanes: subgroup, rows, together, reason };
  }
  // Enough rows for a lane each, or a tree.
  const reason = "no subgroups";
  return rowCount < 64 ? { lanes: 32, rows: 1, reason } : { lanes: 1, rows: 8, reason };
}

/** Workgroups that keep a large GPU busy: two for each of about 128 processors (RTX 4090, H100). */
const manyGroups = 256;

/** Memory wants neighbouring lanes on neighbouring elements and several loads in flight; barriers are cheap. */
function onGpu(
  { rowSteps, rowCount, across, reduces, split, held }: Work,
  traits: Traits,
  most: number,
): Choice {
  if (rowSteps === 1) return { lanes: 1, rows: 256, reason: "elementwise" };
  if (across) {
    // Eight fours of f32 are a line of 128 bytes; the other lanes share the length of the column.
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
  // Published figures for group norm on an H100 give splitting a factor of nine; a part needs enough to do to pay for
  // its second dispatch.
  const parts = partsOf(split, rowCount, rowSteps / 1024);
  if (parts > 1) return { lanes: 256, rows: 1, parts, reason: "few rows: each is split" };
  const short = rowSteps <= 4 * traits.subgroup;
  // About four fours a lane: as many loads in flight as hide the latency of memory.
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
