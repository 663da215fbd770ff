/** What the checker finds out about texts that are right. */
import { describe, expect, test } from "vitest";
import { interpret } from "../../src/graph/oracle/interpret.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { checkAll, graphIn, shapesOf } from "./files.ts";

const outputs = (text: string): string[] => shapesOf(graphIn(text), "output");

/** `C = G(param G) * K`, `M(3)`, `...S`. */
function axesOf(graph: Graph): string[] {
  return graph.axes.map(({ name, variadic, factors }) => {
    const parts = factors.map((one) => {
      if (one.extent === null) return one.name;
      return `${one.name}(${typeof one.extent === "number" ? one.extent : Object.entries(one.extent)[0]?.join(" ")})`;
    });
    const left = variadic ? `...${name}` : name;
    return parts.length === 1 ? (variadic ? left : parts[0]) : `${left} = ${parts.join(" * ")}`;
  });
}

describe("layouts of outputs", () => {
  test.each([
    ["that of the first input with the same axes", "input a[C, N], x[N, C] y = x * a", ["y[C, N]"]],
    [
      "the order of the axes where no input has just these",
      "input x[C, N, ...S] y = max(x over ...S) z = sum(y over C) output z",
      ["y[N, C]", "z[N]"],
    ],
    [
      "that of its brackets",
      "input x[N, C] y = x output w[...S, C, N] w = x + v input v[...S]",
      ["y[N, C]", "w[S, C, N]"],
    ],
    ["none of a single number", "input x[N, C, ...S] y = sum(x over N, C, ...S)", ["y[]"]],
    [
      "broadcast by its brackets",
      "input x[N, C], v[N] z = v * 1 output z[C, N] y = x",
      ["y[N, C]", "z[C, N]"],
    ],
  ])("%s", (_, body, expected) => {
    const uses = body.includes("...S") ? ", ...S" : "";
    expect(
      outputs(
        `norm A { axes N, C${uses} ${body.includes("output") ? `${body.replace(/output/, "output y output")}` : `${body} output y`} }`,
      ),
    ).toEqual(expected);
  });

  test("a part of a split axis is an axis of its own", () => {
    const text =
      "norm A { axes N, C = G * K param G = 2 input x[N, C], s[G, N] y = mean(x over K) + s z = mean(x over G) output y, z }";
    expect(outputs(text)).toEqual(["y[G, N]", "z[N, K]"]);
  });
});

describe("axes", () => {
  test("extents of parts, fixed extents, any number of axes", () => {
    const text =
      "norm A { axes N, C = G * K, ...S, M = 3 param G = 8 input x[N, C, ...S] affine w[M] = 1 y = x * sum(w over M) output y }";
    const graph = graphIn(text);
    expect(axesOf(graph)).toEqual(["N", "C = G(param G) * K", "...S", "M(3)"]);
    expect(graph.params).toEqual([{ name: "G", initial: 8, kind: "extent" }]);
  });
});

const groups = `norm Groups { axes N, C = G * K param G = 4, eps = 1 input x[N, C] affine gamma[C] = 1
  y = standardize(x over K; eps) * gamma z = mean(x over K) output y, z }`;
const batch = `norm Batch { axes N, C, ...S param momentum = 0.5 input x[N, C, ...S] state mean_of[C] = 0
  on train { mu = mean(x over N, ...S) mean_of <- lerp(mean_of, mu, momentum) }
  on infer { mu = mean_of }
  y = x - mu output y }`;
const meanOverLast = "norm Last { axes ...N, D input x[...N, D] y = x - mean(x over D) output y }";

/** Whether a norm that calls `Last` comes to the same as one that reduces over the given axes itself. */
function lastIs(caller: string, over: readonly string[]): boolean {
  const graph = graphIn(`${meanOverLast} ${caller}`);
  const extents = new Map(graph.factors.map((name, i) => [name, i + 2]));
  const volume = graph.factors.reduce((all, name) => all * (extents.get(name) ?? 0), 1);
  const x = Float64Array.from({ length: volume }, (_, i) => Math.sin(7 * i));
  const run = (one: Graph): number[] => [
    ...(interpret(one, { extents, params: new Map(), tensors: new Map([["x", x]]) }).get("y") ?? []),
  ];
  const direct = graphIn(caller.replace(/y = .*? output/, `y = x - mean(x over ${over.join(", ")}) output`));
  const expected = run(direct);
  return run(graph).every((value, i) => Math.abs(value - expected[i]) < 1e-12);
}

describe("axes of called norms", () => {
  test.each([
    ["by position where the names differ", "axes P, Q input x[P, Q] y = Last(x) output y", "Q"],
    ["in the order of the brackets", "axes P, Q input x[Q, P] y = Last(x) output y", "P"],
    ["by name where all are found", "axes D, Q input x[D, Q] y = Last(x) output y", "D"],
    ["of a value: as the input with its axes", "axes P, Q input x[Q, P] y = Last(x * 1) output y", "P"],
    ["one that stands for several", "axes P, ...Q input x[P, ...Q] y = Last(x) output y", "...Q"],
    ["a split one, as a whole", "axes P, Q = A * B param A = 2 input x[P, Q] y = Last(x) output y", "Q"],
  ])("%s", (_, body, over) => {
    expect(lastIs(`norm A { ${body} }`, [over])).toBe(true);
  });
});

describe("splits by called norms", () => {
  test("the default of the called norm is a fixed extent", () => {
    const graph = graphIn(`${groups} norm A { axes N, C input x[N, C] y = Groups(x) output y }`);
    expect(axesOf(graph)).toEqual(["N", "C = C_G(4) * C_K"]);
    expect(shapesOf(graph, "output")).toEqual(["y[N, C]"]);
  });
  test("a param of the caller becomes an extent", () => {
    const graph = graphIn(
      `${groups} norm A { axes N, C param H = 2 input x[N, C] y = Groups(x; G = H) * H output y }`,
    );
    expect(axesOf(graph)).toEqual(["N", "C = C_G(param H) * C_K"]);
    expect(graph.params).toEqual([{ name: "H", initial: 2, kind: "extent" }]);
  });
  test("a split of the caller's own is used", () => {
    const graph = graphIn(
      `${groups} norm A { axes N, C = G * K param G = 2 input x[N, C] y = Groups(x; G = G) output y }`,
    );
    expect(axesOf(graph)).toEqual(["N", "C = G(param G) * K"]);
  });
  test("names that are taken", () => {
    const graph = graphIn(
      `${groups} norm A { axes N, C, C_G input x[N, C], v[C_G] y = Groups(x) + sum(v over C_G) output y }`,
    );
    expect(axesOf(graph)).toEqual(["N", "C = C_G_(4) * C_K", "C_G"]);
  });
  test("two axes at once, and the same twice", () => {
    const text =
      "norm A { axes N, C, D input x[N, C], v[N, D] y = Groups(Groups(x)) + sum(Groups(v) over D) output y }";
    expect(axesOf(graphIn(`${groups} ${text}`))).toEqual(["N", "C = C_G(4) * C_K", "D = D_G(4) * D_K"]);
  });
});

describe("modes and states", () => {
  test("a norm that calls one with modes has them, and its states", () => {
    const text = `${batch} norm A { axes N, C input x[N, C] affine b[C] = 0 y = Batch(x) + b output y }`;
    const { norms } = checkAll(text);
    expect(norms.map((one) => one.graphs.map((graph) => graph.mode))).toEqual([
      ["train", "infer"],
      ["train", "infer"],
    ]);
    const train = graphIn(text, "train");
    expect(shapesOf(train, "state")).toEqual(["mean_of[C]"]);
    expect(train.results.map((one) => one.tensor)).toEqual(["y", "mean_of"]);
    expect(graphIn(text, "infer").results.map((one) => one.tensor)).toEqual(["y"]);
  });
  test("states that are passed", () => {
    const text = `${batch} norm A { axes N, C input x[N, C] state p[C] = 1, q[C] = 2
      y = Batch(x; mean_of = p) + Batch(2 * x; mean_of = q) output y }`;
    const train = graphIn(text, "train");
    expect(shapesOf(train, "state")).toEqual(["p[C]", "q[C]"]);
    expect(train.results.map((one) => one.tensor)).toEqual(["y", "p", "q"]);
  });
  test("a norm that is called by a called one", () => {
    const text = `${batch} norm Two { axes N, C input x[N, C] y = Batch(x) output y }
      norm A { axes N, C input x[N, C] y = Two(x) output y }`;
    expect(shapesOf(graphIn(text, "train"), "state")).toEqual(["mean_of[C]"]);
    expect(checkAll(text).norms.map((one) => one.graphs.length)).toEqual([2, 2, 2]);
  });
  test("a norm without `on` has one graph", () => {
    expect(checkAll(meanOverLast).norms[0].graphs.map((one) => one.mode)).toEqual([null]);
  });
});

test("documentation reaches the norm and its tensors", () => {
  const [norm] = checkAll(`/// A norm.
norm A {
  axes N
  /// A number.
  param eps = 1
  input
    /// The input.
    x[N],
    /// The other.
    z[N]
  y = x + z + eps
  /// The sum.
  output y
}`).norms;
  expect(norm.doc).toBe("A norm.");
  expect(Object.fromEntries(norm.docs)).toEqual({
    eps: "A number.",
    x: "The input.",
    z: "The other.",
    y: "The sum.",
  });
});
