/** From planned passes to a program for gpu.js. */

import type { Graph } from "../../graph/tensor/graph.ts";
import type { Address } from "../../kernels/body/address.ts";
import { type GatherKernel, lowerMap, lowerStatistics, partSlot } from "../../kernels/gather/lower-gather.ts";
import { u32 } from "../../kernels/ir/expr.ts";
import type { GatherPlan, PlannedPass, StatisticsPass } from "../../kernels/schedule/gather-plan.ts";
import type { GatherPass, GatherProgram, GatherRead, GatherStep } from "../../program/gather-program.ts";
import { programInterface } from "../wgsl/emit-program.ts";
import { gatherConstant, gatherNames, type Source } from "./gather-names.ts";
import { glslAccessor, glslText } from "./glsl.ts";
import { gpujsText } from "./gpujs.ts";
import { isGatherReserved } from "./reserved-words.ts";

export function emitGather(graph: Graph, plan: GatherPlan): GatherProgram {
  const addresses = new Map<string, Address>();
  const sources = new Map<string, Source>();
  for (const { name, factors } of graph.tensors) {
    addresses.set(name, { tensor: name, layout: factors, offset: u32(0) });
    sources.set(name, { from: name, slot: 0, slots: 1 });
  }
  const addressOf = (name: string): Address => found(addresses, name);
  const sourceOf = (name: string): Source => found(sources, name);
  const tensors = new Set(graph.tensors.map((one) => one.name));
  const steps = plan.passes.map((pass): GatherStep => {
    const step = emitStep(pass, addressOf, sourceOf, sources);
    if (pass.kind === "statistics") {
      const slots = pass.names.length;
      for (const [slot, name] of pass.names.entries()) {
        addresses.set(name, { tensor: name, layout: pass.grid, offset: u32(0) });
        sources.set(name, { from: pass.name, slot, slots });
      }
    } else if (!tensors.has(pass.target.tensor)) {
      const { tensor, factors } = pass.target;
      addresses.set(tensor, { tensor, layout: factors, offset: u32(0) });
      sources.set(tensor, { from: tensor, slot: 0, slots: 1 });
    }
    return step;
  });
  return { ...programInterface(graph), steps };
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const one = map.get(name);
  if (one === undefined) throw new Error(`${name} is read before a pass makes it`);
  return one;
}

function emitStep(
  pass: PlannedPass,
  addressOf: (name: string) => Address,
  sourceOf: (name: string) => Source,
  sources: Map<string, Source>,
): GatherStep {
  if (pass.kind === "map") {
    return { whole: emitPass(pass.target.tensor, lowerMap(pass, addressOf), sourceOf), split: null };
  }
  const { whole, split } = lowerStatistics(pass, addressOf);
  const step = emitPass(pass.name, whole, sourceOf);
  if (split === null) return { whole: step, split: null };
  const partName = partTexture(pass);
  for (let slot = 0; slot < split.slots; slot++) {
    sources.set(partSlot(pass, slot), { from: partName, slot, slots: split.slots });
  }
  return {
    whole: step,
    split: {
      part: emitPass(partName, split.part, sourceOf),
      merge: emitPass(pass.name, split.merge, sourceOf),
      row: pass.row,
    },
  };
}

const partTexture = (pass: StatisticsPass): string => `${pass.name}_parts`;

function emitPass(name: string, kernel: GatherKernel, sourceOf: (name: string) => Source): GatherPass {
  const names = gatherNames(kernel, sourceOf, isGatherReserved);
  const glsl = glslText(kernel, names);
  const js = gpujsText(kernel, names);
  const reads = new Map<string, GatherRead>();
  for (const load of kernel.loads) {
    const { from, slot } = sourceOf(load);
    const known = reads.get(from) ?? { from, name: names.namer.name(`read ${from}`, from), accessors: {} };
    reads.set(from, { ...known, accessors: { ...known.accessors, [slot]: glslAccessor(names, load) } });
  }
  return {
    name,
    factors: kernel.grid,
    slots: kernel.values.length,
    reads: [...reads.values()],
    constants: kernel.constants.map((one) => gatherConstant(names, one)),
    glsl,
    js,
  };
}
