/** From planned passes to a program for gpu.js, in the languages that it takes. */

import type { Graph } from "../../graph/tensor/graph.ts";
import type { Address } from "../../kernels/body/address.ts";
import { type GatherKernel, lowerMap, lowerStatistics, partSlot } from "../../kernels/gather/lower-gather.ts";
import { u32 } from "../../kernels/ir/expr.ts";
import type { GatherPlan } from "../../kernels/schedule/gather-plan.ts";
import type { GatherPass, GatherProgram, GatherRead, GatherStep } from "../../program/gather-program.ts";
import { programInterface } from "../program-interface.ts";
import { type Reserved, reservedInAny } from "../text/namer.ts";
import { type GatherLanguage, gatherNames, type Source } from "./gather-names.ts";

/** How each of the texts of a pass is written. */
export interface GatherLanguages {
  readonly glsl: GatherLanguage;
  readonly js: GatherLanguage;
}

export function emitGather(graph: Graph, plan: GatherPlan, languages: GatherLanguages): GatherProgram {
  const addresses = new Map<string, Address>();
  const sources = new Map<string, Source>();
  for (const { name, factors } of graph.tensors) {
    addresses.set(name, { tensor: name, layout: factors, offset: u32(0) });
    sources.set(name, { from: name, slot: 0, slots: 1 });
  }
  const addressOf = (name: string): Address => found(addresses, name);
  const reserved = reservedInAny([languages.glsl.reserved, languages.js.reserved]);
  const emit = (name: string, kernel: GatherKernel): GatherPass =>
    emitPass(name, kernel, (tensor) => found(sources, tensor), reserved, languages);
  const steps = plan.passes.map((pass): GatherStep => {
    if (pass.kind === "map")
      return { whole: emit(pass.target.tensor, lowerMap(pass, addressOf)), split: null };
    const { whole, split } = lowerStatistics(pass, addressOf);
    for (let slot = 0; split !== null && slot < split.slots; slot++) {
      sources.set(partSlot(pass, slot), { from: pass.partsName, slot, slots: split.slots });
    }
    for (const [slot, name] of pass.names.entries()) {
      addresses.set(name, { tensor: name, layout: pass.grid, offset: u32(0) });
      sources.set(name, { from: pass.name, slot, slots: pass.names.length });
    }
    return {
      whole: emit(pass.name, whole),
      split: split && {
        part: emit(pass.partsName, split.part),
        merge: emit(pass.name, split.merge),
        row: pass.row,
      },
    };
  });
  return { ...programInterface(graph), steps };
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const one = map.get(name);
  if (one === undefined) throw new Error(`${name} is read before a pass makes it`);
  return one;
}

function emitPass(
  name: string,
  kernel: GatherKernel,
  sourceOf: (tensor: string) => Source,
  reserved: Reserved,
  { glsl, js }: GatherLanguages,
): GatherPass {
  const names = gatherNames(kernel, sourceOf, reserved);
  const texts = { glsl: glsl.print(kernel, names), js: js.print(kernel, names) };
  const reads = new Map<string, GatherRead>();
  for (const source of kernel.loads.map(sourceOf)) {
    const { from, slot } = source;
    const known = reads.get(from) ?? { from, name: names.read(source), accessors: {} };
    reads.set(from, { ...known, accessors: { ...known.accessors, [slot]: names.accessor(source) } });
  }
  return {
    name,
    factors: kernel.grid,
    slots: kernel.values.length,
    reads: [...reads.values()],
    constants: kernel.constants.map((one) => ({ name: names.constant(one), ...one })),
    ...texts,
  };
}
