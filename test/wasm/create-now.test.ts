/** Norms on the processor that are made without waiting. */
import { expect, test } from "vitest";
import { GroupNorm } from "../../generated/group_norm.wasm.ts";
import { LayerNorm, LayerNormAll } from "../../generated/layer_norm.wasm.ts";
import { NormError } from "../../src/runtime/wasm/index.ts";
import { oracle } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (error instanceof NormError) return `${error.code}: ${error.message}`;
    throw error;
  }
};

test("before load, and for a pass that is not loaded: N525", async () => {
  expect(codeOf(() => LayerNormAll.createNow({ x: [2, 3] }))).toBe(
    "N525: LayerNormAll.createNow: first `await LayerNormAll.load()`",
  );
  await LayerNormAll.load();
  expect(codeOf(() => LayerNormAll.createNow({ x: [2, 3] }))).toBe("accepted");
  expect(codeOf(() => LayerNormAll.createBackwardNow({ x: [2, 3] }))).toMatch(
    /^N525: .*load\("createBackward"\)/,
  );
  await expect(LayerNormAll.load("run" as never)).rejects.toMatchObject({ code: "N525" });
});

test.each([[[3, 8, 5]], [[0, 8, 5]], [[1, 2, 140_000]]])(
  "gives what the oracle gives, for x %j",
  async (dims) => {
    const params = { G: 2 };
    const feeds = { x: normals(1, dims[0]! * dims[1]! * dims[2]!, 100) };
    const trial = { graph: graphOf("GroupNorm"), dims: { x: dims }, params, feeds };
    await Promise.all([GroupNorm.load(), GroupNorm.load("createBackward")]);
    using norm = GroupNorm.createNow({ x: dims as [number, number, number], ...params });
    const { y } = norm.run(feeds);
    const want = oracle(trial).get("y")!;
    expect(y.length).toBe(want.length);
    expect(want.reduce((most, one, i) => Math.max(most, Math.abs(one - y[i]!)), 0)).toBeLessThan(1e-5);
    const backward = backwardTrial(trial);
    using back = GroupNorm.createBackwardNow({ x: dims as [number, number, number], ...params, of: ["x"] });
    const { d_x } = back.run({ ...feeds, d_y: backward.feeds.d_y! });
    const others = { ...backward, graph: { ...backward.graph, results: backward.graph.results.slice(0, 1) } };
    expect(others.graph.results[0]!.tensor).toBe("d_x");
    expect(worstGradient(others, { d_x }).error).toBeLessThan(1e-5);
  },
);

test("a module says what it is made of", () => {
  const [program] = LayerNorm.programs;
  const known = program!.tensors.filter(({ role }) => role !== "scratch");
  expect(known.map(({ name, role }) => [name, role])).toEqual([
    ["x", "input"],
    ["gamma", "affine"],
    ["beta", "affine"],
    ["y", "output"],
  ]);
});
