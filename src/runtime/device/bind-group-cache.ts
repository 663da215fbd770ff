import type { Program } from "../../program/program.ts";
import type { Launch } from "../shader/launch.ts";
import { givenNames, own } from "../shapes/unknown-names.ts";
import type { Pipeline } from "./pipeline.ts";

/**
 * How many sets of buffers keep their bind groups: enough for the layers of a loop that reuse a few buffers in turn.
 */
const keptSets = 16;

/** Bind groups, one for each launch. The key is the identity of the buffers that the caller gave. */
export interface BindGroupCache {
  find(
    buffers: Readonly<Record<string, GPUBuffer | undefined>>,
    resolve: () => ReadonlyMap<string, GPUBuffer>,
  ): readonly GPUBindGroup[];
  clear(): void;
}

interface KeptSet {
  readonly buffers: readonly (GPUBuffer | undefined)[];
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

  function makeGroups(buffers: ReadonlyMap<string, GPUBuffer>): GPUBindGroup[] {
    return launches.map(({ label, slots }, i) =>
      device.createBindGroup({
        label,
        layout: pipelines[i]!.layout,
        entries: slots.map(({ tensor, offset, size }, binding) => ({
          binding,
          // The caller's buffer may be larger than a binding can be, so the size is given.
          resource: { buffer: buffers.get(tensor)!, offset, size },
        })),
      }),
    );
  }

  return {
    find(buffers, resolve) {
      // The number of names is compared too. Otherwise a set seen before would hide an unknown name.
      const names = givenNames(buffers).length;
      const found = kept.find(
        (set) => set.names === names && tensors.every((name, i) => set.buffers[i] === own(buffers, name)),
      );
      if (found !== undefined) return found.groups;
      const groups = makeGroups(resolve());
      kept.unshift({ buffers: tensors.map((name) => own(buffers, name)), names, groups });
      kept.length = Math.min(kept.length, keptSets);
      return groups;
    },
    clear() {
      kept.length = 0;
    },
  };
}
