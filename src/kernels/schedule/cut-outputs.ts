/**
 * Cuts a kernel that writes more buffers than every device binds into several with the same grid. Each takes as many of the
 * targets, in their order, as it has buffers for. The inputs can share one buffer (`runtime/shader/layout.ts`), what is
 * written cannot.
 */
import { type Graph, reachable, tensorsIn } from "../../graph/tensor/graph.ts";
import { type KernelResults, plainKernel, type Target } from "./plan.ts";

/** How many storage buffers WebGPU promises to each shader. */
const promised = 8;

export function cutOutputs(graph: Graph, kernels: readonly KernelResults[]): KernelResults[] {
  const own = new Map(graph.tensors.map((one) => [one.name, one.within ?? one.name]));
  // All values between kernels lie in one buffer.
  const buffersOf = (tensors: Iterable<string>): Set<string> =>
    new Set([...tensors].map((one) => own.get(one) ?? "(scratch)"));
  return kernels.flatMap((kernel) => cut(kernel, buffersOf));
}

type BuffersOf = (tensors: Iterable<string>) => Set<string>;

function cut(kernel: KernelResults, buffersOf: BuffersOf): KernelResults[] {
  // The values of a kernel with segments are made of them, so they stay together.
  if (kernel.segments.length > 0 || fits(kernel.targets, buffersOf, "shared")) return [kernel];
  const groups: Target[][] = [];
  for (const target of kernel.targets) {
    const last = groups.at(-1);
    const reads = buffersOf(tensorsIn([target.value])).size;
    // A target with more inputs than buffers goes alone with its inputs in one buffer.
    const inputs = reads + 1 > promised ? "shared" : "apart";
    if (last !== undefined && fits([...last, target], buffersOf, inputs)) last.push(target);
    else groups.push([target]);
  }
  return groups.map((targets, place) => {
    const { tensor } = targets.find((one) => one.tensor === kernel.name) ?? targets[0];
    return place === 0 ? { ...kernel, name: tensor, targets } : plainKernel(tensor, kernel.grid, targets);
  });
}

/** @param inputs whether the inputs take one buffer together, or one each. */
function fits(targets: readonly Target[], buffersOf: BuffersOf, inputs: "shared" | "apart"): boolean {
  const values = targets.map((one) => one.value);
  const written = buffersOf(targets.map((one) => one.tensor));
  const read = [...buffersOf(tensorsIn(values))].filter((one) => !written.has(one)).length;
  // The parts of a split row hand on their sums in a buffer.
  const partials = reachable(values).some((one) => one.kind === "reduce") ? 1 : 0;
  return written.size + (inputs === "apart" ? read : Math.min(1, read)) + partials <= promised;
}
