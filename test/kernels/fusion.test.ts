/**
 * How many dispatches each norm of the library takes: one for all that its spec says before and after a set of
 * statistics, states included; and where its rows are split, one more for each set.
 */
import { expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { libraryNorms } from "../support/library.ts";

/** Dispatches, and dispatches with rows split (null: there is nothing to split). */
const expected: Readonly<Record<string, readonly [number, number | null]>> = {
  AdaLayerNorm: [1, 2],
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
  RMSNorm: [1, 2],
  AddRMSNorm: [1, 2],
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
};

it("every norm takes as few dispatches as its statistics allow", () => {
  const found = libraryNorms().flatMap(({ name, graphs }) =>
    graphs.map((graph) => {
      const { kernels } = compileGraph(graph).program;
      const split = kernels.map((one) => one.split?.stages.length ?? 1).reduce((a, b) => a + b, 0);
      const title = graph.mode === null ? name : `${name} ${graph.mode}`;
      return [title, [kernels.length, kernels.some((one) => one.split !== null) ? split : null]] as const;
    }),
  );
  expect(Object.fromEntries(found)).toEqual(expected);
});
