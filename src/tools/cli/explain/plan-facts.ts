/** The decisions of the schedule for a kernel, as names and numbers. */
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
  /** The loops over a row that come before the storing loops, in order. */
  readonly loops: readonly LoopFacts[];
  /** The loops that store. */
  readonly stores: readonly StoreFacts[];
  /** Tensors stored once for each row. */
  readonly once: readonly string[];
  /** The axes of the grid that are divided into chunks of rows for the sums of columns. */
  readonly chunked: readonly string[];
  readonly structures: readonly StructureFacts[];
  /** How several workgroups share a row; null if they cannot. */
  readonly split: { readonly slots: number; readonly stages: readonly StageFacts[] } | null;
}

export interface LoopFacts {
  readonly kind: RowLoop["kind"];
  /** Slowest first. */
  readonly over: readonly string[];
  readonly reductions: readonly ReductionFacts[];
  /** Sums over the inner axes of the row that the loop stores as it goes. */
  readonly segments: readonly { readonly name: string; readonly tensor: string }[];
}

export interface ReductionFacts {
  /** The name that later values use, for example `#2`. */
  readonly name: string;
  readonly op: string;
  /** The operand, shortened if it is long. */
  readonly of: string;
}

export interface StoreFacts {
  readonly over: readonly string[];
  readonly tensors: readonly string[];
  /** Tensors that the loop adds up over the rows of a chunk. */
  readonly columns: readonly string[];
}

export interface StructureFacts {
  /** The factor along which the shader takes fours. */
  readonly vector: string | null;
  /** The number of rows that a lane takes together. */
  readonly together: number;
  /** The values of its row that a lane keeps, by slot. */
  readonly kept: readonly string[];
}

export interface StageFacts {
  /** `loop`: its position among the loops of the row. */
  readonly work: readonly { readonly kind: "part" | "merge" | "repeat"; readonly loop: number }[];
  /** The partial results that each part passes on; null in the stage that stores. */
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
      // A stage takes the loops in order, beginning with the first.
      work: stage.work.map(({ kind }, loop) => ({ kind, loop })),
      handsOn: stage.handsOn?.map(({ node, slot }) => ({ op: node.op, of: text(node.arg), slot })) ?? null,
      structures: stage.structures.map(structureFacts),
    }));
  }
}

function tensorNames(targets: readonly Target[]): string[] {
  return targets.map(({ tensor, at = [] }) => {
    const places = at.map(({ axis, index }) => `${axis} = ${valueText(index)}`);
    return places.length === 0 ? tensor : `${tensor}[${places.join(", ")}]`;
  });
}
