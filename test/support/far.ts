/** Layers whose inputs lie far from zero. */
import type { Trial } from "./compare.ts";
import { graphOf } from "./library.ts";
import { normals } from "./random.ts";

export interface FarLayer {
  readonly norm: string;
  readonly mode: "train" | null;
  readonly tensor: string;
  readonly dims: readonly number[];
  readonly params?: Readonly<Record<string, number>>;
}

export const farLayers: readonly FarLayer[] = [
  { norm: "LayerNorm", mode: null, tensor: "x", dims: [4, 768] },
  { norm: "LayerNorm", mode: null, tensor: "x", dims: [2, 65536] },
  { norm: "LayerNormChannels", mode: null, tensor: "x", dims: [2, 768, 3] },
  { norm: "LayerNormAll", mode: null, tensor: "x", dims: [2, 64, 100] },
  { norm: "InstanceNorm", mode: null, tensor: "x", dims: [2, 3, 768] },
  { norm: "GroupNorm", mode: null, tensor: "x", dims: [1, 64, 1024], params: { G: 2 } },
  { norm: "BatchNorm", mode: "train", tensor: "x", dims: [8, 3, 96] },
  { norm: "BatchChannelNorm", mode: "train", tensor: "x", dims: [8, 6, 96], params: { G: 3 } },
  { norm: "GhostBatchNorm", mode: null, tensor: "x", dims: [8, 3, 96], params: { B: 4 } },
  { norm: "WeightStandardization", mode: null, tensor: "w", dims: [5, 64, 12] },
  { norm: "MeanVarianceNorm", mode: null, tensor: "x", dims: [8, 3, 96] },
  { norm: "SwitchableNorm", mode: null, tensor: "x", dims: [4, 6, 96] },
];

export function farTrial({ norm, mode, tensor, dims, params }: FarLayer, ratio: number): Trial {
  const count = dims.reduce((a, b) => a * b, 1);
  // `library.test.ts` compares running statistics, relative to their own size. Here only the standardized values count.
  const feeds = { [tensor]: normals(11, count, ratio) };
  return { graph: graphOf(norm, mode), dims: { [tensor]: dims }, params: params ?? {}, feeds };
}
