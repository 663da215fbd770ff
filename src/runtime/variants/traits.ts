import { powerOfTwoWithin } from "./powers.ts";

/** The properties of a device that decide which variants kernels run in. */
export interface Traits {
  /** Invocations that always run side by side and can exchange values; 1 on a device without subgroups. */
  readonly subgroup: number;
  /** A software adapter: few lanes, and a barrier is a switch of threads. */
  readonly software: boolean;
}

/** The parts of a device that the traits are read from. */
export type Described = Pick<GPUDevice, "features" | "limits"> & {
  readonly adapterInfo?: Partial<GPUAdapterInfo>;
};

/**
 * Whether the arrays of a module should have sizes. Implementations of WebGPU check each index, and SwiftShader finds the
 * length of an array without a size in four divisions for each access: with sizes a copy takes 0.57 of the time, RMS norm
 * 0.8. Mesa checks arrays without a size by itself; with sizes RMS norm of short rows took 1.1 times as long on lavapipe.
 */
export function wantsSizes({ adapterInfo }: Pick<Described, "adapterInfo">): boolean {
  const { vendor = "", architecture = "" } = adapterInfo ?? {};
  return /swiftshader/i.test(`${vendor} ${architecture}`);
}

export function traitsOf({ features, adapterInfo }: Described): Traits {
  const { subgroupMinSize = 1, subgroupMaxSize = 1, vendor = "", architecture = "" } = adapterInfo ?? {};
  const subgroup = features.has("subgroups") ? powerOfTwoWithin(subgroupMinSize) : 1;
  const named = /swiftshader|llvmpipe|software/i.test(`${vendor} ${architecture}`);
  // Every GPU has subgroups of at least 16 somewhere in its range; lavapipe has 8 and SwiftShader 4.
  return { subgroup, software: named || (subgroup > 1 && subgroupMaxSize <= 8) };
}
