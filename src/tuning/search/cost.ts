/**
 * Predicts the cost of a variant from the number of things that it does. Only ratios matter: the search begins with
 * the variants that the model finds cheap, and corrects the model by what it measures. Each term is a number of things
 * times the nanoseconds that one takes. For processors these times were fitted to exhaustive searches on lavapipe and
 * SwiftShader (docs/tuning.md). For GPUs they are orders of magnitude from published figures.
 */

import type { Traits } from "../../runtime/variants/traits.ts";
import type { Variant, Work } from "../../runtime/variants/variant.ts";

export interface Cost {
  /** The fours that are moved, over what the device moves at once: a lower bound for every variant. */
  readonly bytes: number;
  /** The steps of all lanes, also of idle lanes, which a row or a workgroup cannot fill. */
  readonly lanes: number;
  /** Exchanges through workgroup memory with the barriers around them, and shuffles. */
  readonly barriers: number;
  /** Workgroups and dispatches to start. */
  readonly launches: number;
  /** A factor on all this: too few workgroups, or the last few, leave a part of the device idle. */
  readonly occupancy: number;
  readonly total: number;
}

/** The time of one of each, in nanoseconds of the whole device. */
interface Rates {
  /** The number of invocations that run in lockstep. */
  readonly width: number;
  /** The time to move a four to or from memory, and from a cache. */
  readonly four: number;
  readonly cached: number;
  /** The time of a step of the invocations that run in lockstep, without its memory accesses. */
  readonly step: number;
  readonly shuffle: number;
  /** The time of a barrier, for the invocations that run in lockstep. */
  readonly barrier: number;
  readonly workgroup: number;
  readonly dispatch: number;
  /** What keeps the device busy: workgroups on a processor, workgroups of `width` invocations on a GPU. */
  readonly busy: number;
  /** How much slower memory is if neighbouring invocations read far apart. */
  readonly scattered: number;
  /** The time to keep a four for a step of a row. */
  readonly register: number;
  readonly workgroupMemory: number;
}

/**
 * Fitted to 1300 timings on two cores that also did other work. The mean error is a factor of 1.3, and a part of it is
 * the noise of the timings.
 */
const software = (width: number): Rates => ({
  width,
  four: 1.5,
  cached: 0.3,
  step: 2.4,
  shuffle: 30,
  barrier: 200,
  workgroup: 95,
  dispatch: 80_000,
  busy: 2,
  scattered: 1,
  register: 4,
  workgroupMemory: 15,
});

/** For about 1 TB/s, 100 processors with 8 workgroups of 128 each, and a launch of a few microseconds. */
const gpu = (width: number): Rates => ({
  width,
  four: 0.016,
  cached: 0.005,
  step: 0.01,
  shuffle: 0.01,
  barrier: 0.04,
  workgroup: 1,
  dispatch: 3000,
  busy: 3200,
  scattered: 4,
  register: 0.001,
  workgroupMemory: 0.005,
});

export function costOf(variant: Variant, work: Work, traits: Traits): Cost {
  const rates = traits.software ? software(Math.max(4, traits.subgroup)) : gpu(Math.max(16, traits.subgroup));
  const { lanes, rows, subgroup, together, columns, residency, parts, chunks } = variant;
  const { rowSteps, rowCount, reduces, across, chunkRows } = work;
  const taken = chunkRows === 0 ? rowCount / together : (rowCount / chunkRows) * chunks;
  const groups = Math.ceil(taken / rows) * parts;
  const turns = chunkRows === 0 ? 1 : Math.ceil(chunkRows / chunks);
  const vectors = Math.ceil((lanes * rows) / rates.width);

  // One read to reduce and one to write. Two dispatches read split rows.
  const reads = reduces ? 2 : 1;
  const elements = rowSteps * rowCount;
  const again = residency === "reload" ? elements * (reads - 1) * rates.cached : 0;
  const adjacent = across ? columns || lanes === 1 : lanes > 1 || rowSteps === 1;
  const bytes = (2 * elements * rates.four + again) * (adjacent ? 1 : rates.scattered);

  const perLane = Math.ceil(Math.ceil(rowSteps / parts) / lanes) * turns;
  const kept =
    residency === "reload" ? 0 : residency === "registers" ? rates.register : rates.workgroupMemory;
  // Rows taken together share an index and the affines: one step of four rows is cheaper than four steps.
  const step = rates.step * (reads + 1) * (together > 1 ? 0.7 * together : 1) + kept * work.held;
  const lanesCost = groups * vectors * perLane * step;

  const shuffles = Math.log2(Math.max(1, subgroup));
  const levels = Math.log2(Math.max(1, lanes / subgroup));
  const waits = levels === 0 ? 0 : 2 + (traits.software ? levels : Math.min(levels, 3));
  const exchanges = reduces ? shuffles * rates.shuffle * together + waits * rates.barrier : 0;
  const barriers = groups * vectors * turns * exchanges;

  const dispatches = parts > 1 ? 2 : 1;
  const launches = groups * rates.workgroup + dispatches * rates.dispatch;
  // A workgroup runs on one core of a processor, however wide it is. On a GPU its vectors run side by side.
  const units = Math.max(1, traits.software ? groups : groups * vectors);
  const occupancy = (rates.busy * Math.ceil(units / rates.busy)) / units;
  const total = (bytes + lanesCost + barriers) * occupancy + launches;
  return { bytes, lanes: lanesCost, barriers, launches, occupancy, total };
}
