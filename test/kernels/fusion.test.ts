/**
 * How many dispatches each norm of the library takes: one for all that its spec says before and after a set of
 * statistics, states included; and where its rows are split, one more for each set.
 */
import { expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { libraryNorms } from "../support/library.ts";

/** Dispatches, and dispatches with rows split (null: there is nothing to split). */
const expected: Readonly<Record<string, readonly [number, number | null]>> = {
  AdaLayerNorm: [1, 2],
  "ConditionalBatchNorm train": [1, 2],
  "ConditionalBatchNorm infer": [1, null],
  // A rotation reads the partner's place; slices of qkv are offsets.
  RMSNormRotary: [1, 2],
  QKNorm: [1, 2],
  // Two reductions over axes of their own, S and T: parts of both cannot be one part.
  AdaInstanceNorm: [1, null],
  SpadeNorm: [1, 2],
  AddLayerNorm: [1, 2],
  // The statistics of the group are of what the batch's statistics made.
  "BatchChannelNorm train": [2, 4],
  "BatchChannelNorm infer": [1, 2],
  "BatchNorm train": [1, 2],
  "BatchNorm infer": [1, null],
  FilterResponseNorm: [1, 2],
  GhostBatchNorm: [1, 2],
  // The mean over channels of the norms over space.
  GlobalResponseNorm: [2, 3],
  GroupNorm: [1, 2],
  GroupNormSiLU: [1, 2],
  InstanceNorm: [1, 2],
  LayerNorm: [1, 2],
  LayerNormChannels: [1, 2],
  LayerNormAll: [1, 2],
  // A window over channels is no reduction of a row.
  LocalResponseNorm: [1, null],
  RMSNorm: [1, 2],
  AddRMSNorm: [1, 2],
  // The peak of a token, and its rms.
  RMSNormQuant: [1, 2],
  // The peak needs the statistics.
  LayerNormQuant: [1, 3],
  // The sum needs the maximum.
  Softmax: [1, 3],
  LogSoftmax: [1, 3],
  // Statistics of instances, layers and the batch: three grids.
  SwitchableNorm: [3, 6],
  L1Norm: [1, 2],
  L2Norm: [1, 2],
  WeightNorm: [1, 2],
  MeanVarianceNorm: [1, 2],
  WeightStandardization: [1, 2],
  ScaledWeightStandardization: [1, 2],
  // Elementwise: there is nothing to split.
  DynamicTanh: [1, null],
  // The deviation of the sample is of a grid of its own.
  "EvoNormB0 train": [2, 4],
  "EvoNormB0 infer": [1, 2],
  EvoNormS0: [1, 2],
  // Statistics of instances and of the batch: two grids.
  "InstanceBatchNorm train": [2, 4],
  "InstanceBatchNorm infer": [1, 2],
  GatedRMSNorm: [1, 2],
  UnitNorm: [1, 2],
  // The sum of the mask lacks the channels.
  PartialStatistics: [2, 4],
  SyncStatistics: [1, 2],
  // The parts to merge are few, and short.
  "SyncBatchNorm train": [1, null],
  "SyncBatchNorm infer": [1, null],
  // The slope needs both means.
  SyncSlopes: [1, 3],
  SyncBatchNormGradient: [1, null],
  // Each normalizes by states that it updates: a small kernel copies the new values when all have read the old ones.
  "BatchRenorm train": [2, 3],
  "BatchRenorm infer": [1, null],
  "PowerNorm train": [2, 3],
  "PowerNorm infer": [1, null],
  MaskedLayerNorm: [1, 2],
  "MaskedBatchNorm train": [1, 2],
  "MaskedBatchNorm infer": [1, null],
  ScaleNorm: [1, 2],
  // Two products of the weight with a vector, the length of each, and the copy of one state.
  "SpectralNorm train": [5, 8],
  "SpectralNorm infer": [2, 3],
};

/**
 * The same for gradients: the kernel that writes d_x adds up what d_gamma and d_beta are made of, and a small one adds
 * these up. With rows split the statistics, the sums and d_x are a dispatch each; the small kernel is one more, or two where
 * it has few and long rows, so that its own are split. Where it takes more than that, the reason is beside it.
 */
const backward: Readonly<Record<string, readonly [number, number | null]>> = {
  AdaLayerNorm: [2, 3],
  // Sums over space for each sample, then those of each class over the samples; the statistics before both.
  "ConditionalBatchNorm train": [4, 9],
  "ConditionalBatchNorm infer": [2, 3],
  // The tables of cosines and sines are shared by the heads, so their gradients are sums over another axis.
  RMSNormRotary: [4, 7],
  QKNorm: [5, 9],
  AdaInstanceNorm: [1, null],
  SpadeNorm: [1, 3],
  AddLayerNorm: [2, 3],
  // Statistics of two kinds, one made of the other.
  "BatchChannelNorm train": [4, 10],
  // The running statistics are no reduction; the group's take one dispatch more than in group norm.
  "BatchChannelNorm infer": [2, 6],
  "BatchNorm train": [1, 3],
  "BatchNorm infer": [2, 4],
  FilterResponseNorm: [2, 5],
  GhostBatchNorm: [2, 5],
  // Two reductions over different axes.
  GlobalResponseNorm: [3, 5],
  // d_gamma and d_beta are sums over a part of the row.
  GroupNorm: [2, 5],
  GroupNormSiLU: [2, 5],
  InstanceNorm: [2, 5],
  LayerNorm: [2, 3],
  LayerNormChannels: [2, 3],
  LayerNormAll: [2, 3],
  // What the second window goes over is stored first.
  LocalResponseNorm: [2, null],
  RMSNorm: [2, 3],
  AddRMSNorm: [2, 3],
  // Only through the scale.
  RMSNormQuant: [2, 3],
  // What is compared with the peak is made of statistics that a kernel of their own computes.
  LayerNormQuant: [3, 5],
  Softmax: [1, 4],
  LogSoftmax: [1, 3],
  // Statistics of instances, layers and the batch, and the gradients of their weights.
  SwitchableNorm: [8, 11],
  L1Norm: [1, 3],
  L2Norm: [1, 3],
  WeightNorm: [1, 2],
  MeanVarianceNorm: [1, 3],
  WeightStandardization: [1, 3],
  ScaledWeightStandardization: [1, 3],
  // The sums over all, and those over the rows.
  DynamicTanh: [3, 5],
  "EvoNormB0 train": [3, 8],
  "EvoNormB0 infer": [2, 5],
  EvoNormS0: [2, 5],
  "InstanceBatchNorm train": [2, 6],
  "InstanceBatchNorm infer": [2, 5],
  GatedRMSNorm: [2, 3],
  UnitNorm: [1, 3],
  // The gradient of the mask is 0.
  PartialStatistics: [2, null],
  SyncStatistics: [1, 2],
  // Of the statistics of the parts, which are no sums over x.
  "SyncBatchNorm train": [4, 6],
  "SyncBatchNorm infer": [4, 6],
  SyncSlopes: [1, 3],
  // The gradient of a gradient, for every number that the parts hand on.
  SyncBatchNormGradient: [10, 17],
  "BatchRenorm train": [1, 3],
  "BatchRenorm infer": [2, 4],
  "PowerNorm train": [2, 3],
  "PowerNorm infer": [2, 4],
  MaskedLayerNorm: [2, 3],
  "MaskedBatchNorm train": [2, 4],
  "MaskedBatchNorm infer": [2, 3],
  // The gradient of the length is a sum over all.
  ScaleNorm: [2, 4],
  "SpectralNorm train": [4, 7],
  "SpectralNorm infer": [2, 3],
};

function counts(graphOf: (graph: Graph) => Graph): Record<string, readonly [number, number | null]> {
  const found = libraryNorms().flatMap(({ name, graphs }) =>
    graphs.map((graph) => {
      const { kernels } = compileGraph(graphOf(graph)).program;
      const split = kernels.map((one) => one.split?.stages.length ?? 1).reduce((a, b) => a + b, 0);
      const title = graph.mode === null ? name : `${name} ${graph.mode}`;
      return [title, [kernels.length, kernels.some((one) => one.split !== null) ? split : null]] as const;
    }),
  );
  return Object.fromEntries(found);
}

it("every norm takes as few dispatches as its statistics allow", () => {
  expect(counts((graph) => graph)).toEqual(expected);
});

it("gradients take as few", () => {
  expect(counts(differentiate)).toEqual(backward);
});
