/** What the schedule decided for a kernel, as names and numbers. */
import type { Node } from "../../../graph/tensor/graph.ts";
import { valueText } from "../../../graph/tensor/value-text.ts";
import {
  foundBy,
  type PlannedKernel,
  type RowLoop,
  type SplitRow,
  type Structure,
  type Target,
} from "../../../kernels/schedule/plan.ts";

export interface PlanFacts {
  /** Loops over a row before the ones that store, in order. */
  readonly loops: readonly LoopFacts[];
  /** Loops that store. */
  readonly stores: readonly StoreFacts[];
  /** Stored once a row. */
  readonly once: readonly string[];
  /** Sums of columns are of chunks of rows, over these axes of the grid. */
  readonly chunked: readonly string[];
  readonly structures: readonly StructureFacts[];
  /** How several workgroups share a row; null where they cannot. */
  readonly split: { readonly slots: number; readonly stages: readonly StageFacts[] } | null;
}

export interface LoopFacts {
  readonly kind: RowLoop["kind"];
  /** Slowest first. */
  readonly over: readonly string[];
  readonly reductions: readonly ReductionFacts[];
  /** Sums over the inner axes of the row that the loop stores on its way. */
  readonly segments: readonly { readonly name: string; readonly tensor: string }[];
}

export interface ReductionFacts {
  /** How later values call it: `#2`. */
  readonly name: string;
  readonly op: string;
  /** The operand, cut short where it is long. */
  readonly of: string;
}

export interface StoreFacts {
  readonly over: readonly string[];
  readonly tensors: readonly string[];
  /** Added up over the rows of a chunk on the way. */
  readonly columns: readonly string[];
}

export interface StructureFacts {
  /** The factor along which values are four wide. */
  readonly vector: string | null;
  /** Rows that a lane takes together. */
  readonly together: number;
  /** What a lane keeps of its row, by slot. */
  readonly kept: readonly string[];
}

export interface StageFacts {
  /** `loop`: its place among the loops of the row. */
  readonly work: readonly { readonly kind: "part" | "merge" | "repeat"; readonly loop: number }[];
  /** What each part hands on; null in the stage that stores. */
  readonly handsOn: readonly { readonly op: string; readonly of: string; readonly slot: number }[] | null;
  readonly structures: readonly StructureFacts[];
}

export function planFacts({ row, chunked, structures, split }: PlannedKernel): PlanFacts {
  const names = new Map<Node, string>();
  for (const loop of row.loops) {
    for (const node of foundBy(loop)) names.set(node, `#${names.size + 1}`);
  }
  const nameOf = (node: Node): string => names.get(node) ?? "";
  const text = (value: Node): string => valueText(value, (node) => names.get(node));
  const structureFacts = ({ vector, together, kept }: Structure): StructureFacts => ({
    vector,
    together,
    kept: kept.map((one) => text(one.value)),
  });
  return {
    loops: row.loops.map((loop) => ({
      kind: loop.kind,
      over: loop.over,
      reductions: loop.reductions.map((node) => ({
        name: nameOf(node),
        op: node.op,
        of: text(node.arg),
      })),
      segments:
        loop.kind === "segments"
          ? loop.segments.map(({ tensor, value }) => ({ name: nameOf(value), tensor }))
          : [],
    })),
    stores: row.elements.map(({ over, targets, columns }) => ({
      over,
      tensors: tensorNames(targets),
      columns: tensorNames(columns),
    })),
    once: tensorNames(row.once),
    chunked,
    structures: structures.map(structureFacts),
    split: split && { slots: split.slots, stages: stageFacts(split) },
  };

  function stageFacts({ stages }: SplitRow): StageFacts[] {
    return stages.map((stage) => ({
      // A stage takes the loops in order, from the first on.
      work: stage.work.map(({ kind }, loop) => ({ kind, loop })),
      handsOn: stage.handsOn?.map(({ node, slot }) => ({ op: node.op, of: text(node.arg), slot })) ?? null,
      structures: stage.structures.map(structureFacts),
    }));
  }
}

function tensorNames(targets: readonly Target[]): string[] {
  return targets.map((one) => one.tensor);
}
