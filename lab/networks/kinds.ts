/** The ten networks: what follows each convolution, and whether its weights are standardized. */
import type { GeneratedNorm } from "../device/layer.ts";
import {
  BatchChannelNormReLU,
  BatchNormReLU,
  BiasReLU,
  GroupNormReLU,
  InstanceNormReLU,
} from "../generated/layers.wasm.ts";

/** In the order of reports. */
export const networkNames = [
  "none",
  "BN",
  "LN",
  "IN",
  "GN",
  "WS",
  "WS+BN",
  "WS+GN",
  "WS+LN",
  "WS+BCN",
] as const;

export type NetworkName = (typeof networkNames)[number];

/** What follows a convolution: always with ReLU, in one kernel. */
export interface Kind {
  readonly norm: GeneratedNorm;
  readonly params: Readonly<Record<string, number>>;
  /** With their initial values. */
  readonly affines: Readonly<Record<string, number>>;
  readonly states: Readonly<Record<string, number>>;
  /**
   * Weights of zero mean and unit variance where a norm follows, which takes their scale away. Without one, signals would grow
   * by the root of the fan-in with each layer: `scaled` divides by it (Brock, De & Smith, 2021).
   */
  readonly weights: "as they are" | "standardized" | "scaled";
}

const affines = { gamma: 1, beta: 0 };
const states = { running_mean: 0, running_var: 1 };

const norms = {
  none: { norm: BiasReLU, params: {}, affines: { beta: 0 }, states: {} },
  BN: { norm: BatchNormReLU, params: {}, affines, states },
  LN: { norm: GroupNormReLU, params: { G: 1 }, affines, states: {} },
  IN: { norm: InstanceNormReLU, params: {}, affines, states: {} },
  GN: { norm: GroupNormReLU, params: { G: 4 }, affines, states: {} },
  BCN: {
    norm: BatchChannelNormReLU,
    params: { G: 4 },
    affines: { gamma_b: 1, beta_b: 0, ...affines },
    states,
  },
} satisfies Record<string, Omit<Kind, "weights">>;

export function kindOf(name: NetworkName): Kind {
  switch (name) {
    case "none":
    case "BN":
    case "LN":
    case "IN":
    case "GN":
      return { ...norms[name], weights: "as they are" };
    case "WS":
      return { ...norms.none, weights: "scaled" };
    case "WS+BN":
      return { ...norms.BN, weights: "standardized" };
    case "WS+GN":
      return { ...norms.GN, weights: "standardized" };
    case "WS+LN":
      return { ...norms.LN, weights: "standardized" };
    case "WS+BCN":
      return { ...norms.BCN, weights: "standardized" };
  }
}
