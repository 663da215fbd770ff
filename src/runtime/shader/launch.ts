import type { Dispatch } from "../variants/dispatch.ts";
import type { Described } from "../variants/traits.ts";
import type { BindingLimits, Layout, Slot } from "./layout.ts";

/** One dispatch as the device gets it. */
export interface Launch {
  readonly label: string;
  readonly code: string;
  readonly constants: Readonly<Record<string, number>>;
  /** The bindings of group 0. The position is the binding number. */
  readonly slots: readonly Slot[];
  /** The number of its dispatch; null for a copy that packs operands. */
  readonly dispatch: number | null;
  readonly workgroups: readonly [x: number, y: number];
}

/** A dispatch, and how its tensors lie in bindings. */
export interface LaidOut {
  readonly dispatch: Dispatch;
  readonly layout: Layout;
}

export type LaunchLimits = BindingLimits &
  Pick<Described, "adapterInfo"> & {
    readonly limits: { readonly maxComputeWorkgroupsPerDimension: number };
  };
