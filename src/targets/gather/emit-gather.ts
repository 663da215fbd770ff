/** Turns planned draws into a program for gpu.js, in the languages that gpu.js accepts. */

import type { Graph } from "../../graph/tensor/graph.ts";
import type { Address } from "../../kernels/body/address.ts";
import { type GatherKernel, lowerMap, lowerStatistics, partSlot } from "../../kernels/gather/lower-gather.ts";
import { u32 } from "../../kernels/ir/expr.ts";
import type { GatherPlan } from "../../kernels/schedule/gather-plan.ts";
import type {
  GatherDraw,
  GatherProgram,
  GatherRead,
  WholeOrSplitDraw,
} from "../../program/gather-program.ts";
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
  const draws = plan.draws.map((planned): WholeOrSplitDraw => {
    if (planned.kind === "map") {
      const { tensor, factors } = planned.target;
      const draw = { whole: emit(tensor, lowerMap(planned, addressOf)), split: null };
      // A value of a long chain that later draws read.
      if (!addresses.has(tensor)) {
        addresses.set(tensor, { tensor, layout: factors, offset: u32(0) });
        sources.set(tensor, { from: tensor, slot: 0, slots: 1 });
      }
      return draw;
    }
    const { whole, split } = lowerStatistics(planned, addressOf);
    for (let slot = 0; split !== null && slot < split.slots; slot++) {
      sources.set(partSlot(planned, slot), { from: planned.partsName, slot, slots: split.slots });
    }
    for (const [slot, name] of planned.names.entries()) {
      addresses.set(name, { tensor: name, layout: planned.grid, offset: u32(0) });
      sources.set(name, { from: planned.name, slot, slots: planned.names.length });
    }
    return {
      whole: emit(planned.name, whole),
      split: split && {
        part: emit(planned.partsName, split.part),
        merge: emit(planned.name, split.merge),
        row: planned.row,
      },
    };
  });
  return { ...programInterface(graph), draws };
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
