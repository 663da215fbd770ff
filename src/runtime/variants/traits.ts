import { powerOfTwoWithin } from "./powers.ts";

/** What a device says of itself that decides how kernels are laid on it. */
export interface Traits {
  /** Invocations that surely run side by side and can exchange values; 1 where the device has no subgroups. */
  readonly subgroup: number;
  /** A processor that plays GPU: few lanes, and a barrier is a switch of threads. */
  readonly software: boolean;
}

/** The parts of a device that are looked at. */
export type Described = Pick<GPUDevice, "features" | "limits"> & {
  readonly adapterInfo?: Partial<GPUAdapterInfo>;
};

export function traitsOf({ features, adapterInfo }: Described): Traits {
  const { subgroupMinSize = 1, subgroupMaxSize = 1, vendor = "", architecture = "" } = adapterInfo ?? {};
  const subgroup = features.has("subgroups") ? powerOfTwoWithin(subgroupMinSize) : 1;
  const named = /swiftshader|llvmpipe|software/i.test(`${vendor} ${architecture}`);
  // No GPU has subgroups of less than 16 throughout; lavapipe has 8 and SwiftShader 4.
  return { subgroup, software: named || (subgroup > 1 && subgroupMaxSize <= 8) };
}
