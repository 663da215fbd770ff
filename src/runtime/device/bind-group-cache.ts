import type { Program } from "../../program/program.ts";
import type { Launch } from "../shader/launch.ts";
import { givenNames, own } from "../shapes/unknown-names.ts";
import type { Pipeline } from "./pipeline.ts";

/** Bind groups, one for each launch. The key is the identity of the buffers that the caller gave. */
export interface BindGroupCache {
  find(
    buffers: Readonly<Record<string, GPUBuffer | undefined>>,
    resolve: () => ReadonlyMap<string, GPUBuffer>,
  ): readonly GPUBindGroup[];
  clear(): void;
}

/**
 * One level for each tensor, keyed by its buffer; the last one holds the groups. The keys are weak: groups go when one of
 * their buffers is collected, so any number of layers can share an instance and none loses its groups to another.
 */
type Level = WeakMap<object, Level | readonly GPUBindGroup[]>;

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
      const keys = tensors.map(({ name }) => own(buffers, name) ?? omitted);
      // The number of names is compared too. Otherwise a set seen before would hide an unknown name.
      const known = givenNames(buffers).length === keys.filter((key) => key !== omitted).length;
      let found: Level | readonly GPUBindGroup[] | undefined = known ? root : undefined;
      for (const key of keys) found = (found as Level | undefined)?.get(key);
      if (found !== undefined) return found as readonly GPUBindGroup[];
      const groups = makeGroups(resolve());
      const last = keys.pop()!;
      let level = root;
      for (const key of keys) {
        const next = (level.get(key) as Level | undefined) ?? new WeakMap();
        level.set(key, next);
        level = next;
      }
      level.set(last, groups);
      return groups;
    },
    clear() {
      root = new WeakMap();
    },
  };
}
