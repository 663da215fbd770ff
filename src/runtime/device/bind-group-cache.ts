import type { Program } from "../../program/program.ts";
import type { Launch } from "../shader/launch.ts";
import type { Slot } from "../shader/layout.ts";
import { NormError } from "../shapes/errors.ts";
import { givenNames, own } from "../shapes/unknown-names.ts";
import type { Pipeline } from "./pipeline.ts";
import { isRange, type Range, type TensorBuffer } from "./ranges.ts";

/** Bind groups, one for each launch. The key is the buffers, or ranges of buffers, that the caller gave. */
export interface BindGroupCache {
  find(
    buffers: Readonly<Record<string, TensorBuffer | undefined>>,
    resolve: () => ReadonlyMap<string, Range>,
  ): readonly GPUBindGroup[];
  clear(): void;
}

/**
 * One level for each tensor, keyed by its buffer. The keys are weak: groups go when one of their buffers is collected, so
 * any number of layers can share an instance and none loses its groups to another. The last level holds groups by the
 * ranges of the tensors in these buffers.
 */
type Level = WeakMap<object, Level> & { groups?: Map<string, readonly GPUBindGroup[]> };

/**
 * How many sets of ranges of the same buffers keep their groups. A memory that hands out ever new ranges of one buffer
 * would otherwise pile them up.
 */
const keptRanges = 256;

export function createBindGroupCache(
  device: GPUDevice,
  program: Program,
  launches: readonly Launch[],
  pipelines: readonly Pipeline[],
): BindGroupCache {
  const tensors = program.tensors.filter(({ role }) => role !== "scratch");
  /** Stands for the buffer of an omitted tensor. */
  const omitted = {};
  let root: Level = new WeakMap();

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
      let ranges = "";
      const keys = tensors.map(({ name }, i) => {
        const given = own(buffers, name) ?? omitted;
        if (!isRange(given)) return given;
        ranges += `${i} ${given.offset} ${given.size} `;
        return given.buffer;
      });
      // The number of names is compared too. Otherwise a set seen before would hide an unknown name.
      const known = givenNames(buffers).length === keys.filter((key) => key !== omitted).length;
      let found: Level | undefined = known ? root : undefined;
      for (const key of keys) found = found?.get(key);
      const kept = found?.groups?.get(ranges);
      if (kept !== undefined) return kept;
      const groups = makeGroups(resolve());
      let level = root;
      for (const key of keys) {
        const next = level.get(key) ?? new WeakMap();
        level.set(key, next);
        level = next;
      }
      level.groups ??= new Map();
      level.groups.set(ranges, groups);
      if (level.groups.size > keptRanges) level.groups.delete(level.groups.keys().next().value!);
      return groups;
    },
    clear() {
      root = new WeakMap();
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
