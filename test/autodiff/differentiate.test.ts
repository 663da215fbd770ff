/** What a backward graph takes and computes, and that the passes after it still find what they look for. */
import { describe, expect, it, test } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { nameClash } from "../../src/graph/autodiff/gradient-names.ts";
import { type Graph, type Node, reachable } from "../../src/graph/tensor/graph.ts";
import { verifyGraph } from "../../src/graph/tensor/verify-graph.ts";
import { graphIn, shapesOf } from "../check/files.ts";
import { oracle } from "../support/compare.ts";
import { checkText, graphOf, libraryNorms } from "../support/library.ts";

const nodes = (graph: Graph): Node[] => reachable(graph.results.map((one) => one.value));

function count(graph: Graph, kind: string, over?: string): number {
  return nodes(graph).filter(
    (one) =>
      (one.kind === "map" || one.kind === "reduce") &&
      one.op === kind &&
      (over === undefined || (one.kind === "reduce" && one.over.join(" ") === over)),
  ).length;
}

describe("the tensors of a backward graph", () => {
  test("are what it reads, a cotangent for each output, and a gradient for each input and affine", () => {
    const graph = differentiate(graphOf("AddLayerNorm"));
    verifyGraph(graph, "differentiate");
    expect(shapesOf(graph, "input")).toEqual(["x[T, D]", "residual[T, D]", "d_y[T, D]", "d_h[T, D]"]);
    expect(shapesOf(graph, "affine")).toEqual(["bias[D]", "gamma[D]"]);
    expect(shapesOf(graph, "output")).toEqual([
      "d_x[T, D]",
      "d_residual[T, D]",
      "d_bias[D]",
      "d_gamma[D]",
      "d_beta[D]",
    ]);
  });

  test("states are read in inference, and updates of states are no part of it", () => {
    expect(shapesOf(differentiate(graphOf("BatchNorm", "infer")), "state")).toEqual([
      "running_mean[C]",
      "running_var[C]",
    ]);
    const train = differentiate(graphOf("BatchNorm", "train"));
    expect(shapesOf(train, "state")).toEqual([]);
    expect(train.results.map((one) => one.tensor)).toEqual(["d_x", "d_gamma", "d_beta"]);
  });

  test("a gradient that becomes constant keeps the axes that a reduction over it needs", () => {
    // Both branches of a `where` come to the same literal, below a mean over S.
    const [norm] = checkText({
      path: "ties.norm",
      text: `norm Ties {
        axes C, ...S
        param eps = 0.01
        input x[C, ...S], w
        affine gamma = 1
        e0 = 0.5 * x + (max(x, (x + x)) + tanh(mean(x over ...S)))
        e1 = 0.5 * x + min(e0 over C, ...S)
        e2 = 0.5 * x + standardize(e1 over ...S, C; eps)
        y = e2 + 0 * (w + gamma)
        output y
      }`,
    });
    expect(() => compileGraph(differentiate(norm!.graphs[0]!))).not.toThrow();
  });

  test("only what is asked for is computed", () => {
    const graph = differentiate(graphOf("LayerNorm"), { of: ["beta"] });
    expect(graph.results.map((one) => one.tensor)).toEqual(["d_beta"]);
    expect(nodes(graph)).toHaveLength(2);
    // No input is read; d_y alone tells the extents.
    expect(shapesOf(graph, "input")).toEqual(["d_y[N, D]"]);
    expect(() => differentiate(graphOf("LayerNorm"), { of: ["delta"] })).toThrow("no input or affine delta");
  });

  test("what no output depends on has the gradient 0, and its dims are still known", () => {
    const graph = graphIn(`norm A {
      axes N, M
      input x[N], w[N, M]
      y = where(mean(w over M) < 0, x, 2 * x)
      output y
    }`);
    const backward = differentiate(graph);
    const dims = { w: [2, 3], d_y: [2] };
    const feeds = {
      w: Float32Array.of(1, 1, 1, -1, -1, -1),
      d_y: Float32Array.of(3, 5),
    };
    const got = oracle({ graph: backward, dims, feeds });
    expect([...(got.get("d_x") ?? [])]).toEqual([6, 5]);
    expect([...(got.get("d_w") ?? [])]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("an axis that only an unread input has is known by that input", () => {
    const graph = graphIn(`norm A {
      axes N, T
      input x[N], s[N, T]
      y = x + sum(s over T)
      output y
    }`);
    const backward = differentiate(graph);
    expect(shapesOf(backward, "input")).toEqual(["s[N, T]", "d_y[N]"]);
    const feeds = { s: new Float32Array(6), d_y: Float32Array.of(3, 5) };
    const got = oracle({ graph: backward, dims: { s: [2, 3], d_y: [2] }, feeds });
    expect([...(got.get("d_s") ?? [])]).toEqual([3, 3, 3, 5, 5, 5]);
  });

  test("what was broadcast is summed, also along axes that the cotangent lacks", () => {
    const graph = graphIn(`norm A {
      axes N, D
      input x[N, D]
      affine gamma[D] = 1, b = 0
      y = sum(x * gamma + b over D)
      output y[N]
    }`);
    const feeds = {
      x: Float32Array.of(1, 2, 3, 4, 5, 6),
      gamma: new Float32Array(3),
      d_y: Float32Array.of(10, 1),
    };
    const got = oracle({ graph: differentiate(graph), dims: { x: [2, 3], gamma: [3], d_y: [2] }, feeds });
    expect([...(got.get("d_gamma") ?? [])]).toEqual([14, 25, 36]);
    expect([...(got.get("d_b") ?? [])]).toEqual([33]);
  });

  test("a name of the norm that a gradient needs is told", () => {
    const clash = (declarations: string, value: string): string | undefined =>
      nameClash(graphIn(`norm A { axes N ${declarations} y = ${value} output y }`))?.name;
    expect(clash("input x[N], d_x[N]", "x * d_x")).toBe("d_x");
    expect(clash("input x[N], d_y[N]", "x * d_y")).toBe("d_y");
    expect(clash("param d_x = 1 input x[N]", "x * d_x")).toBe("d_x");
    expect(clash("input x[N] affine d_z = 1", "x * d_z")).toBeUndefined();
    const output = graphIn("norm A { axes N input x[N] d_x = 2 * x output d_x }");
    expect(nameClash(output)).toEqual({ name: "d_x", of: "x" });
    // Of what has no gradient the name is free.
    const free = graphIn("norm A { axes N input x[N] d_foo = 2 * x output d_foo }");
    expect(differentiate(free).tensors).toMatchObject([
      { name: "d_d_foo", role: "input", gradientOf: "d_foo" },
      { name: "d_x", role: "output", gradientOf: "x" },
    ]);
  });
});

describe("the passes after differentiation", () => {
  it.each([
    "LayerNorm",
    "LayerNormAll",
    "GroupNorm",
    "InstanceNorm",
    "WeightStandardization",
    "AddLayerNorm",
  ])("of %s there is one mean, one variance, one rstd and two further sums a row", (name) => {
    const graph = differentiate(graphOf(name));
    expect(count(graph, "rsqrt")).toBe(1);
    expect(count(graph, "var")).toBe(1);
    expect(count(graph, "pow")).toBe(0);
    // That of x, that of the cotangent, and that of the cotangent with what is standardized.
    expect(count(graph, "mean")).toBe(3);
    const { graphs } = compileGraph(graph);
    const stable = graphs.find((one) => one.pass === "stabilise")?.graph as Graph;
    expect(count(stable, "var")).toBe(0);
    expect(count(stable, "spread")).toBe(1);
    expect(count(stable, "rest")).toBe(1);
    expect(count(stable, "mean")).toBe(2);
  });

  test("of a batch norm in training one kernel makes all gradients, its sums being those of gamma and beta", () => {
    const { graphs, plan } = compileGraph(differentiate(graphOf("BatchNorm", "train")));
    const last = graphs.at(-1)?.graph as Graph;
    // Σ d_y, Σ (d_y − s) · xhat, and to correct the latter Σ (d_y − s) and the mean of xhat: all in two loops.
    expect(count(last, "sum")).toBe(3);
    expect(count(last, "mean")).toBe(1);
    expect(plan.kernels.flatMap((one) => one.targets.map((target) => target.tensor))).toEqual([
      "d_x",
      "d_gamma",
      "d_beta",
    ]);
  });

  it.each(["Softmax", "LogSoftmax"])("of %s nothing goes through the maximum", (name) => {
    expect(count(differentiate(graphOf(name)), "eq")).toBe(0);
  });

  it.each(libraryNorms().flatMap((one) => one.graphs))("$norm $mode compiles", (graph) => {
    const backward = differentiate(graph);
    verifyGraph(backward, "differentiate");
    for (const mean of nodes(backward)) {
      // A variance must never be left to f32 as it is written.
      if (mean.kind !== "reduce" || mean.op !== "var") continue;
      const { graphs } = compileGraph(backward);
      const stable = graphs.find((one) => one.pass === "stabilise")?.graph as Graph;
      expect(count(stable, "var")).toBe(0);
    }
  });
});

describe("rows that do not vary", () => {
  const constant = (norm: string, tensor: string, eps: number): number[] => {
    const graph = graphOf(norm);
    const feeds = { [tensor]: Float32Array.of(3, 3, 3), d_y: Float32Array.of(1, 5, 0) };
    const dims = { [tensor]: [1, 3], d_y: [1, 3] };
    return [
      ...(oracle({ graph: differentiate(graph), dims, feeds, params: { eps } }).get(`d_${tensor}`) ?? []),
    ];
  };

  test("have the finite gradient of their epsilon", () => {
    // xhat is 0: what is left is the centred cotangent, over √eps or over eps.
    for (const [i, value] of constant("WeightStandardization", "w", 0.25).entries()) {
      expect(value).toBeCloseTo([-2, 6, -4][i], 12);
    }
    const mvn = graphOf("MeanVarianceNorm");
    const feeds = { x: Float32Array.of(3, 3, 3), d_y: Float32Array.of(1, 5, 0) };
    const dims = { x: [3, 1], d_y: [3, 1] };
    const got = oracle({ graph: differentiate(mvn), dims, feeds, params: { eps: 0.5 } }).get("d_x") ?? [];
    for (const [i, value] of [...got].entries()) expect(value).toBeCloseTo([-2, 6, -4][i], 12);
  });

  test("without an epsilon are NaN, as their output is", () => {
    expect(constant("WeightStandardization", "w", 0)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});
