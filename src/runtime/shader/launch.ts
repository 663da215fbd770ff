import type { BindingLimits, Slot } from "./layout.ts";

/** One dispatch as the device gets it. */
export interface Launch {
  readonly label: string;
  readonly code: string;
  readonly constants: Readonly<Record<string, number>>;
  /** The bindings of group 0. The position is the binding number. */
  readonly slots: readonly Slot[];
  readonly workgroups: readonly [x: number, y: number];
}

export type LaunchLimits = BindingLimits & {
  readonly limits: { readonly maxComputeWorkgroupsPerDimension: number };
};
