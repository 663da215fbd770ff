/** What is timed: layers of real models, in the shapes that the peers were timed with. */
export interface BenchCase {
  readonly name: string;
  readonly file: string;
  readonly norm: string;
  readonly mode: "train" | "infer" | null;
  readonly dims: Readonly<Record<string, readonly number[]>>;
}

const of = (
  name: string,
  file: string,
  norm: string,
  dims: BenchCase["dims"],
  mode: BenchCase["mode"] = null,
): BenchCase => ({
  name,
  file,
  norm,
  mode,
  dims,
});

export const cases: readonly BenchCase[] = [
  of("LayerNorm 4096×768", "layer_norm", "LayerNorm", { x: [4096, 768] }),
  of("LayerNorm 512×4096", "layer_norm", "LayerNorm", { x: [512, 4096] }),
  of("LayerNorm 16×65536", "layer_norm", "LayerNorm", { x: [16, 65536] }),
  of("RMSNorm 512×4096", "rms_norm", "RMSNorm", { x: [512, 4096] }),
  of("InstanceNorm 1×32×512×512", "instance_norm", "InstanceNorm", { x: [1, 32, 512, 512] }),
  of("BatchNorm inference 32×64×56×56", "batch_norm", "BatchNorm", { x: [32, 64, 56, 56] }, "infer"),
  of("BatchNorm training 32×64×56×56", "batch_norm", "BatchNorm", { x: [32, 64, 56, 56] }, "train"),
  of("GroupNorm (32) 2×320×64×64", "group_norm", "GroupNorm", { x: [2, 320, 64, 64] }),
  of("GroupNorm (32) 1×128×256×256", "group_norm", "GroupNorm", { x: [1, 128, 256, 256] }),
  of("Weight Standardization 512×512×3×3", "weight_standardization", "WeightStandardization", {
    w: [512, 512, 3, 3],
  }),
];
