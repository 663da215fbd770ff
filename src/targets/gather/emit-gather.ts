/** Turns planned draws into a program for gpu.js, in the languages that gpu.js accepts. */

import type { Graph } from "../../graph/tensor/graph.ts";
import type { Address } from "../../kernels/body/address.ts";
import { type GatherKernel, lowerMap, lowerStatistics, partSlot } from "../../kernels/gather/lower-gather.ts";
import { u32 } from "../../kernels/ir/expr.ts";
import type { GatherPlan } from "../../kernels/schedule/gather-plan.ts";
import type { GatherDraw, GatherProgram, GatherRead, GatherStep } from "../../program/gather-program.ts";
import { programInterface } from "../interface/program-interface.ts";
import { type Reserved, reservedInAny } from "../text/namer.ts";
import { type GatherLanguage, gatherNames, type Source } from "./gather-names.ts";

/** The printer of a draw for each language. */
export interface GatherLanguages {
  readonly glsl: GatherLanguage;
  readonly js: GatherLanguage & { readonly functionsOf: (kernel: GatherKernel) => string[] };
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
  const emit = (name: string, kernel: GatherKernel): GatherDraw =>
    emitDraw(name, kernel, (tensor) => found(sources, tensor), reserved, languages);
  const steps = plan.draws.map((draw): GatherStep => {
    if (draw.kind === "map") {
      const { tensor, factors } = draw.target;
      const step = { whole: emit(tensor, lowerMap(draw, addressOf)), split: null };
      // A value of a long chain that later draws read.
      if (!addresses.has(tensor)) {
        addresses.set(tensor, { tensor, layout: factors, offset: u32(0) });
        sources.set(tensor, { from: tensor, slot: 0, slots: 1 });
      }
      return step;
    }
    const { whole, split } = lowerStatistics(draw, addressOf);
    for (let slot = 0; split !== null && slot < split.slots; slot++) {
      sources.set(partSlot(draw, slot), { from: draw.partsName, slot, slots: split.slots });
    }
    for (const [slot, name] of draw.names.entries()) {
      addresses.set(name, { tensor: name, layout: draw.grid, offset: u32(0) });
      sources.set(name, { from: draw.name, slot, slots: draw.names.length });
    }
    return {
      whole: emit(draw.name, whole),
      split: split && {
        part: emit(draw.partsName, split.part),
        merge: emit(draw.name, split.merge),
        row: draw.row,
      },
    };
  });
  return { ...programInterface(graph), steps };
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const one = map.get(name);
  if (one === undefined) throw new Error(`${name} is read before a draw makes it`);
  return one;
}

function emitDraw(
  name: string,
  kernel: GatherKernel,
  sourceOf: (tensor: string) => Source,
  reserved: Reserved,
  { glsl, js }: GatherLanguages,
): GatherDraw {
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
    jsFunctions: js.functionsOf(kernel),
  };
}
