/** Outputs that are written over an input, where a program says that they may be. */
import { describe, expect, it } from "vitest";
import { worstOf } from "../support/compare.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
import { randomTrial } from "../support/shapes.ts";
import { runWasm, wasmProgramOf } from "../support/wasm.ts";

const extents = { N: [5], C: [16], S: [7, 3], D: [67], T: [13], O: [5], F: [3, 3, 7] };
const params = { G: 4, B: 5 };

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.map((graph) => ({ norm: norm.name, mode: graph.mode, graph })),
);

describe.each(cases)("$norm $mode", ({ graph }) => {
  it("is right in the place of an input", async () => {
    const { kernels } = await wasmProgramOf(graph);
    // Several kernels may read the input.
    const [stage, ...others] = kernels.flatMap((one) => one.schedules[0]!.stages);
    if (others.length > 0) return;
    const own = Object.fromEntries(
      Object.entries(params).filter(([name]) => graph.params.some((one) => one.name === name)),
    );
    const trial = randomTrial(graph, extents, own, 3);
    for (const { input, outputs } of stage!.places ?? []) {
      for (const output of outputs) {
        const worst = worstOf(await runWasm(trial, { over: { [output]: input } }), trial);
        expect(worst.error, JSON.stringify({ input, output, ...worst })).toBeLessThanOrEqual(1e-5);
      }
    }
  });
});

it.each(["LayerNorm", "RMSNorm", "GroupNorm", "Softmax", "DynamicTanh"])("%s can", async (norm) => {
  const { kernels } = await wasmProgramOf(graphOf(norm));
  expect(kernels[0]!.schedules[0]!.stages[0]!.places).toEqual([{ input: "x", outputs: ["y"] }]);
});

/** Each reads an element after another task may have written it, or after its own task has. */
it.each(["LocalResponseNorm", "RMSNormRotary"])("%s cannot", async (norm) => {
  const { kernels } = await wasmProgramOf(graphOf(norm));
  expect(kernels[0]!.schedules[0]!.stages[0]!.places).toBeUndefined();
});
