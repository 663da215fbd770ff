/** What can be said of a compiled norm: its kernels, and for given extents what they do to memory. */
import { asBuilt, namedShaders } from "../../../compile/build/readable-wgsl.ts";
import type { Compiled } from "../../../compile/passes.ts";
import { type Graph, type Node, reachable } from "../../../graph/tensor/graph.ts";
import { storedTargets } from "../../../kernels/schedule/plan.ts";
import type { Shapes } from "../../../runtime/shapes/shapes.ts";
import { planProgram } from "../../../runtime/variants/dispatch.ts";
import type { Described } from "../../../runtime/variants/traits.ts";
import type { Variant } from "../../../runtime/variants/variant.ts";
import { type PlanFacts, planFacts } from "./plan-facts.ts";

export interface KernelFacts extends PlanFacts {
  readonly name: string;
  /** The kept axes, one row for each coordinate, and those that a row runs over. */
  readonly grid: readonly string[];
  readonly row: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Elementwise operations and reductions of the graph that this one kernel does. */
  readonly fused: { readonly elementwise: number; readonly reductions: number };
  /** Its texts, under names that say their structure. */
  readonly modules: readonly { readonly name: string; readonly wgsl: string }[];
}

export interface DispatchFacts {
  readonly kernel: string;
  /** Which dispatch of a kernel whose rows are split. */
  readonly stage: number | null;
  readonly variant: Variant;
  /** The factor along which it goes four by four; rows or their steps are then fours. */
  readonly vector: string | null;
  readonly rowCount: number;
  readonly rowLength: number;
  readonly workgroups: readonly [x: number, y: number];
}

export function kernelFacts({ program, plan, kernels }: Compiled): KernelFacts[] {
  return program.kernels.map((kernel, i) => {
    const values = storedTargets(plan.kernels[i]!).map((one) => one.value);
    const { tensors } = kernels[i]!.whole[0]!;
    return {
      name: kernel.name,
      grid: kernel.grid,
      row: kernel.row,
      ...planFacts(plan.kernels[i]!),
      reads: tensors.filter((one) => one.access === "read").map((one) => one.name),
      writes: tensors.filter((one) => one.access === "read_write").map((one) => one.name),
      fused: countOperations(values),
      modules: namedShaders(kernel).map(({ name, shader }) => ({ name, wgsl: asBuilt(shader) })),
    };
  });
}

export function countOperations(values: readonly Node[]): { elementwise: number; reductions: number } {
  const nodes = reachable(values);
  return {
    elementwise: nodes.filter((one) => one.kind === "map" && one.axes.length > 0).length,
    reductions: nodes.filter((one) => one.kind === "reduce").length,
  };
}

/** What every WebGPU device grants: what is explained does not depend on the machine at hand. */
const leastDevice: Described = {
  features: new Set<string>() as GPUSupportedFeatures,
  limits: {
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupStorageSize: 16384,
    maxComputeWorkgroupsPerDimension: 65535,
  } as GPUSupportedLimits,
};

export function dispatchFacts({ program }: Compiled, shapes: Shapes): DispatchFacts[] {
  return planProgram(program, shapes, leastDevice).dispatches.map(
    ({ kernel, stage, shader, variant, rowCount, rowLength, workgroups }) => ({
      kernel: kernel.name,
      stage,
      variant,
      vector: shader.vector,
      rowCount,
      rowLength,
      workgroups,
    }),
  );
}

/** Each tensor that is needed read once, each result written once, in f32. */
export function floorBytes(graph: Graph, shapes: Shapes): number {
  const nodes = reachable(graph.results.map((one) => one.value));
  const read = new Set(nodes.flatMap((one) => (one.kind === "input" ? [one.tensor] : [])));
  const tensors = [...read, ...graph.results.map((one) => one.tensor)];
  return tensors.reduce((bytes, name) => bytes + 4 * (shapes.elements.get(name) ?? 0), 0);
}
