import type { Program } from "../../program/program.ts";
import type { Launch } from "../shader/launch.ts";
import type { Slot } from "../shader/layout.ts";
import { NormError } from "../shapes/errors.ts";
import { givenNames, own } from "../shapes/unknown-names.ts";
import type { Pipeline } from "./pipeline.ts";
import { isRange, type Range, type TensorBuffer } from "./ranges.ts";

/**
 * How many sets of ranges keep their bind groups, for the same buffers: enough for the layers of a model. An engine that
 * hands out ever new ranges of one large buffer would otherwise fill the memory.
 */
const keptRanges = 1024;

/** Bind groups, one for each launch. The key is the buffers, or ranges of buffers, that the caller gave. */
export interface BindGroupCache {
  find(
    buffers: Readonly<Record<string, TensorBuffer | undefined>>,
    resolve: () => ReadonlyMap<string, Range>,
  ): readonly GPUBindGroup[];
  clear(): void;
}

/**
 * One level for each tensor, keyed by its buffer; the last one holds the groups, keyed by the ranges. Buffers are weak keys:
 * groups go when one of their buffers is collected, so any number of layers can share an instance.
 */
interface Level {
  next?: WeakMap<object, Level>;
  sets?: Map<string, readonly GPUBindGroup[]>;
}

export function createBindGroupCache(
  device: GPUDevice,
  program: Program,
  launches: readonly Launch[],
  pipelines: readonly Pipeline[],
): BindGroupCache {
  const tensors = program.tensors.filter(({ role }) => role !== "scratch");
  /** Stands for the buffer of an omitted tensor. */
  const omitted = {};
  let root: Level = {};

  function makeGroups(ranges: ReadonlyMap<string, Range>): GPUBindGroup[] {
    for (const { label, slots } of launches) refuseMixedUse(label, slots, ranges);
    return launches.map(({ label, slots }, i) =>
      device.createBindGroup({
        label,
        layout: pipelines[i]!.layout,
        entries: slots.map(({ tensor, offset, size }, binding) => {
          const range = ranges.get(tensor)!;
          // The caller's buffer may be larger than a binding can be, so the size is given.
          return { binding, resource: { buffer: range.buffer, offset: range.offset + offset, size } };
        }),
      }),
    );
  }

  return {
    find(buffers, resolve) {
      const keys: object[] = [];
      let ranges = "";
      let given = 0;
      for (const { name } of tensors) {
        const one = own(buffers, name);
        const range = isRange(one);
        if (one !== undefined) given++;
        ranges += range ? `${one.offset} ${one.size},` : ",";
        keys.push((range ? one.buffer : one) ?? omitted);
      }
      let level: Level | undefined = root;
      for (const key of keys) level = level?.next?.get(key);
      const found = level?.sets?.get(ranges);
      // The number of names is compared too. Otherwise a set seen before would hide an unknown name.
      if (found !== undefined && givenNames(buffers).length === given) return found;
      const groups = makeGroups(resolve());
      level = root;
      for (const key of keys) {
        level.next ??= new WeakMap();
        const next: Level = level.next.get(key) ?? {};
        level.next.set(key, next);
        level = next;
      }
      level.sets ??= new Map();
      level.sets.set(ranges, groups);
      if (level.sets.size > keptRanges) level.sets.delete(level.sets.keys().next().value!);
      return groups;
    },
    clear() {
      root = {};
    },
  };
}

/**
 * Within one dispatch, WebGPU lets a buffer be read-only or writable in all its bindings, but not in some of them, even
 * if their ranges do not overlap.
 */
function refuseMixedUse(kernel: string, slots: readonly Slot[], ranges: ReadonlyMap<string, Range>): void {
  const seen = new Map<GPUBuffer, Slot>();
  for (const slot of slots) {
    const { buffer } = ranges.get(slot.tensor)!;
    const other = seen.get(buffer) ?? slot;
    seen.set(buffer, slot);
    if (other.access === slot.access) continue;
    const [read, written] = slot.access === "read" ? [slot, other] : [other, slot];
    throw new NormError(
      "N521",
      `kernel ${kernel} reads ${read.tensor} and writes ${written.tensor}, and both lie in one buffer: create the norm with sharedBuffers: true`,
    );
  }
}
