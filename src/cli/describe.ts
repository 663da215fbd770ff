/** What can be said of a compiled norm: its kernels, and for given extents what they do to memory. */
import type { Compiled } from "../compile/passes.ts";
import { reductionLoops } from "../kernel/reduce.ts";
import { planDispatch } from "../runtime/dispatch.ts";
import type { Shapes } from "../runtime/shapes.ts";
import type { Variant } from "../runtime/variant.ts";
import { type Graph, type Node, reachable } from "../tensor/graph.ts";

export interface KernelFacts {
  readonly name: string;
  /** The kept axes, one row for each coordinate, and those that a row runs over. */
  readonly grid: readonly string[];
  readonly row: readonly string[];
  /** Loops over a row before the one that writes: what each reduces. */
  readonly phases: readonly { readonly over: readonly string[]; readonly reductions: readonly string[] }[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Elementwise operations and reductions of the graph that this one kernel does. */
  readonly fused: { readonly elementwise: number; readonly reductions: number };
  readonly wgsl: string;
}

export interface DispatchFacts {
  readonly kernel: string;
  readonly variant: Variant;
  readonly reason: string;
  readonly rowCount: number;
  readonly rowLength: number;
  readonly workgroups: readonly [x: number, y: number];
}

export function kernelFacts({ program, plan, kernels }: Compiled): KernelFacts[] {
  return program.kernels.map((kernel, i) => {
    const values = plan.kernels[i]!.targets.map((one) => one.value);
    const tensors = kernels[i]!.tensors;
    return {
      name: kernel.name,
      grid: kernel.grid,
      row: kernel.row,
      phases: reductionLoops(values).map(({ over, reductions }) => ({
        over,
        reductions: reductions.map((one) => one.op),
      })),
      reads: tensors.filter((one) => one.access === "read").map((one) => one.name),
      writes: tensors.filter((one) => one.access === "read_write").map((one) => one.name),
      fused: countOperations(values),
      wgsl: kernel.wgsl,
    };
  });
}

export function countOperations(values: readonly Node[]): { elementwise: number; reductions: number } {
  const nodes = reachable(values);
  return {
    elementwise: nodes.filter((one) => one.kind === "map" && one.axes.length > 0).length,
    // The first element of a row is a load, not a loop.
    reductions: nodes.filter((one) => one.kind === "reduce" && one.op !== "first").length,
  };
}

/** The limits that every WebGPU device grants: what is explained does not depend on the machine at hand. */
const leastLimits = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65535,
};

export function dispatchFacts({ program }: Compiled, shapes: Shapes): DispatchFacts[] {
  return program.kernels.map((kernel) => {
    const { variant, rowCount, rowLength, workgroups } = planDispatch(kernel, shapes, leastLimits);
    return {
      kernel: kernel.name,
      variant,
      reason: reasonOf(variant, rowLength),
      rowCount,
      rowLength,
      workgroups,
    };
  });
}

function reasonOf({ lanes, rows }: Variant, rowLength: number): string {
  const share =
    lanes === 1
      ? `a row of ${rowLength} is too short to share`
      : `${lanes} lanes share a row of ${rowLength}, ${Math.ceil(rowLength / lanes)} elements each`;
  return rows === 1 ? `${share}; one row fills a workgroup` : `${share}; ${rows} rows fill a workgroup`;
}

/** Each tensor that is needed read once, each result written once, in f32. */
export function floorBytes(graph: Graph, shapes: Shapes): number {
  const nodes = reachable(graph.results.map((one) => one.value));
  const read = new Set(nodes.flatMap((one) => (one.kind === "input" ? [one.tensor] : [])));
  const tensors = [...read, ...graph.results.map((one) => one.tensor)];
  return tensors.reduce((bytes, name) => bytes + 4 * (shapes.elements.get(name) ?? 0), 0);
}
