import type { Program } from "../../program/program.ts";
import type { Launch } from "../shader/launch.ts";
import type { Slot } from "../shader/layout.ts";
import { NormError } from "../shapes/errors.ts";
import { givenNames, own } from "../shapes/unknown-names.ts";
import type { Pipeline } from "./pipeline.ts";
import { copyOf, isSameRange, type Range, type TensorBuffer } from "./ranges.ts";

/**
 * How many sets of buffers keep their bind groups: enough for the layers of a loop that reuse a few buffers in turn.
 */
const keptSets = 16;

/** Bind groups, one for each launch. The key is the buffers, or ranges of buffers, that the caller gave. */
export interface BindGroupCache {
  find(
    buffers: Readonly<Record<string, TensorBuffer | undefined>>,
    resolve: () => ReadonlyMap<string, Range>,
  ): readonly GPUBindGroup[];
  clear(): void;
}

interface KeptSet {
  readonly buffers: readonly (TensorBuffer | undefined)[];
  readonly names: number;
  readonly groups: readonly GPUBindGroup[];
}

export function createBindGroupCache(
  device: GPUDevice,
  program: Program,
  launches: readonly Launch[],
  pipelines: readonly Pipeline[],
): BindGroupCache {
  const tensors = program.tensors.map((tensor) => tensor.name);
  const kept: KeptSet[] = [];

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
      // The number of names is compared too. Otherwise a set seen before would hide an unknown name.
      const names = givenNames(buffers).length;
      const found = kept.find(
        (set) =>
          set.names === names && tensors.every((name, i) => isSameRange(set.buffers[i], own(buffers, name))),
      );
      if (found !== undefined) return found.groups;
      const groups = makeGroups(resolve());
      kept.unshift({ buffers: tensors.map((name) => copyOf(own(buffers, name))), names, groups });
      kept.length = Math.min(kept.length, keptSets);
      return groups;
    },
    clear() {
      kept.length = 0;
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
