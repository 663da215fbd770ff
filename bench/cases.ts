/** The timed cases: layers of real models, in the shapes that the peers were timed with. */
export type Op =
  | "layer"
  | "layer-channels"
  | "rms"
  | "instance"
  | "batch-infer"
  | "batch-train"
  | "group"
  | "weight"
  | "scaled-weight";

export interface BenchCase {
  readonly name: string;
  readonly op: Op;
  readonly shape: readonly number[];
  readonly eps: number;
  /** Only for a group norm. */
  readonly groups: number;
}

/** How the library calls the norm. */
export interface LibraryNorm {
  readonly file: string;
  readonly norm: string;
  readonly mode: "train" | "infer" | null;
  /** The name of its input. */
  readonly input: string;
}

export const library: Readonly<Record<Op, LibraryNorm>> = {
  layer: { file: "layer_norm", norm: "LayerNorm", mode: null, input: "x" },
  "layer-channels": { file: "layer_norm", norm: "LayerNormChannels", mode: null, input: "x" },
  rms: { file: "rms_norm", norm: "RMSNorm", mode: null, input: "x" },
  instance: { file: "instance_norm", norm: "InstanceNorm", mode: null, input: "x" },
  "batch-infer": { file: "batch_norm", norm: "BatchNorm", mode: "infer", input: "x" },
  "batch-train": { file: "batch_norm", norm: "BatchNorm", mode: "train", input: "x" },
  group: { file: "group_norm", norm: "GroupNorm", mode: null, input: "x" },
  weight: { file: "weight_standardization", norm: "WeightStandardization", mode: null, input: "w" },
  "scaled-weight": {
    file: "weight_standardization",
    norm: "ScaledWeightStandardization",
    mode: null,
    input: "w",
  },
};

const titles: Readonly<Record<Op, string>> = {
  layer: "LayerNorm",
  "layer-channels": "LayerNorm over C",
  rms: "RMSNorm",
  instance: "InstanceNorm",
  "batch-infer": "BatchNorm inference",
  "batch-train": "BatchNorm training",
  group: "GroupNorm",
  weight: "Weight Standardization",
  "scaled-weight": "Scaled Weight Standardization",
};

export function caseOf(
  op: Op,
  shape: readonly number[],
  more: { eps?: number; groups?: number } = {},
): BenchCase {
  const { eps = 1e-5, groups = 32 } = more;
  const title = op === "group" ? `${titles[op]} (${groups})` : titles[op];
  return { name: `${title} ${shape.join("×")}`, op, shape, eps, groups };
}

export const cases: readonly BenchCase[] = [
  caseOf("layer", [4096, 768]),
  caseOf("layer", [512, 4096]),
  caseOf("layer", [16, 65536]),
  caseOf("rms", [512, 4096], { eps: 1e-6 }),
  caseOf("instance", [1, 32, 512, 512]),
  caseOf("batch-infer", [32, 64, 56, 56]),
  caseOf("batch-train", [32, 64, 56, 56]),
  caseOf("group", [2, 320, 64, 64]),
  caseOf("group", [1, 128, 256, 256]),
  caseOf("weight", [512, 512, 3, 3]),
];

/** The cases of `--grad`: the norms of training. */
export const gradientCases: readonly BenchCase[] = [
  caseOf("layer", [4096, 768]),
  caseOf("layer", [512, 4096]),
  caseOf("layer", [16, 65536]),
  caseOf("rms", [512, 4096], { eps: 1e-6 }),
  caseOf("instance", [1, 32, 512, 512]),
  caseOf("batch-train", [32, 64, 56, 56]),
  caseOf("group", [2, 320, 64, 64]),
  caseOf("group", [1, 128, 256, 256]),
  caseOf("weight", [512, 512, 3, 3]),
];
