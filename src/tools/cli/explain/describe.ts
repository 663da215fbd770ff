/** Describes a compiled norm: its kernels and, for given extents, their memory traffic. */
import { asBuilt, namedShaders } from "../../../compile/build/readable-wgsl.ts";
import type { Compiled } from "../../../compile/passes.ts";
import { type Node, reachable } from "../../../graph/tensor/graph.ts";
import { storedTargets } from "../../../kernels/schedule/plan.ts";
import { elementBytes, resolveDtypes } from "../../../runtime/shapes/element-types.ts";
import type { Shapes } from "../../../runtime/shapes/shapes.ts";
import { planProgram } from "../../../runtime/variants/dispatch.ts";
import type { Described } from "../../../runtime/variants/traits.ts";
import type { Variant } from "../../../runtime/variants/variant.ts";
import { type DtypeChoice, dtypeFor } from "../arguments/dtype-choice.ts";
import { type PlanFacts, planFacts } from "./plan-facts.ts";

export interface KernelFacts extends PlanFacts {
  readonly name: string;
  /** The kept axes (one row for each coordinate), and the axes that a row runs over. */
  readonly grid: readonly string[];
  readonly row: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** The number of elementwise operations and reductions of the graph that are fused into this kernel. */
  readonly fused: { readonly elementwise: number; readonly reductions: number };
  /** Its shaders. Their names say their structure. */
  readonly modules: readonly { readonly name: string; readonly wgsl: string }[];
}

export interface DispatchFacts {
  readonly kernel: string;
  /** The stage, for a kernel whose rows are split; else null. */
  readonly stage: number | null;
  readonly variant: Variant;
  /** The factor along which the kernel takes fours; the rows or their steps are then fours. */
  readonly vector: string | null;
  readonly rowCount: number;
  readonly rowLength: number;
  readonly workgroups: readonly [x: number, y: number];
}

export function kernelFacts({ program, plan, kernels }: Compiled, dtype: DtypeChoice): KernelFacts[] {
  const dtypes = resolveDtypes(program, dtypeFor(dtype, program));
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
      modules: namedShaders(kernel).map(({ name, shader }) => ({
        name,
        wgsl: asBuilt(shader, dtypes),
      })),
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

/** The limits that every WebGPU device has, so that the output does not depend on the machine. */
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

/** The bytes if each needed tensor is read once and each result is written once. */
export function floorBytes({ graphs, program }: Compiled, shapes: Shapes, dtype: DtypeChoice): number {
  const { graph } = graphs.at(-1)!;
  const dtypes = resolveDtypes(program, dtypeFor(dtype, program));
  const nodes = reachable(graph.results.map((one) => one.value));
  const read = new Set(nodes.flatMap((one) => (one.kind === "input" ? [one.tensor] : [])));
  const tensors = [...read, ...graph.results.map((one) => one.tensor)];
  return tensors.reduce(
    (bytes, name) => bytes + elementBytes[dtypes.get(name) ?? "f32"] * (shapes.elements.get(name) ?? 0),
    0,
  );
}
