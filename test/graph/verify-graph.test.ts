/** The verifier of the tensor graph rejects each thing that it forbids: one mutation of a good graph for every rule. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Graph, MapNode, Node, PickNode, ReduceNode, WindowNode } from "../../src/graph/tensor/graph.ts";
import { verifyGraph } from "../../src/graph/tensor/verify-graph.ts";

type Of<Kind extends Node["kind"]> = Extract<Node, { kind: Kind }>;

const x: Of<"input"> = {
  kind: "input",
  id: 0,
  tensor: "x",
  tensorAxes: ["N", "D"],
  at: [],
  axes: ["N", "D"],
};
const mean: ReduceNode = { kind: "reduce", id: 1, op: "mean", arg: x, over: ["D"], axes: ["N"] };
const eps: Of<"param"> = { kind: "param", id: 2, param: "eps", axes: [] };
const size: Of<"size"> = { kind: "size", id: 3, over: ["D"], axes: [] };
const index: Of<"index"> = { kind: "index", id: 4, axis: "D", axes: ["D"] };
const centered: MapNode = { kind: "map", id: 5, op: "sub", args: [x, mean], axes: ["N", "D"] };
const picked: PickNode = {
  kind: "pick",
  id: 5,
  arg: x,
  at: [{ axis: "D", index }],
  axes: ["N", "D"],
};

const windowed: WindowNode = {
  kind: "window",
  id: 5,
  op: "sum",
  args: [x],
  over: [{ axis: "D", before: { kind: "fixed", count: 1 }, after: { kind: "fixed", count: 0 } }],
  axes: ["N", "D"],
};

const factor = (name: string): Graph["axes"][number] => ({
  name,
  variadic: false,
  factors: [{ name, extent: null }],
});

function tensor(name: string, role: Graph["tensors"][number]["role"]): Graph["tensors"][number] {
  return { name, role, dims: ["N", "D"], factors: ["N", "D"] };
}

const base: Graph = {
  norm: "Centered",
  mode: null,
  axes: [factor("N"), factor("D")],
  factors: ["N", "D"],
  params: [{ name: "eps", initial: 1e-5, kind: "number" }],
  tensors: [tensor("x", "input"), tensor("gamma", "affine"), tensor("y", "output")],
  results: [],
};

function holding(value: Node, target = "y"): Graph {
  return { ...base, results: [{ tensor: target, value }] };
}

/** The rule as its message says it, without the names in it; what breaks it; the graph. */
const broken: readonly (readonly [rule: string, how: string, graph: Graph])[] = [
  ["operands come before their users", "an operand with the id of its user", holding({ ...mean, id: 0 })],
  ["axes are factors of the norm, in order", "an unknown one", holding({ ...x, axes: ["N", "S"] })],
  ["axes are factors of the norm, in order", "another order", holding({ ...x, axes: ["D", "N"] })],
  ["axes are factors of the norm, in order", "one twice", holding({ ...x, axes: ["N", "N", "D"] })],
  ["an input has the axes of its tensor", "an axis less", holding({ ...x, tensorAxes: ["N"], axes: ["N"] })],
  ["an input has the axes of its tensor", "no such tensor", holding({ ...x, tensor: "z" })],
  ["a window has its operands", "two of a sum", holding({ ...windowed, args: [x, x] })],
  ["a window is along axes of its operands", "no axis", holding({ ...windowed, over: [] })],
  [
    "a window is along axes of its operands",
    "one twice",
    holding({ ...windowed, over: [...windowed.over, ...windowed.over] }),
  ],
  ["a window keeps the axes of its operands", "an axis less", holding({ ...windowed, axes: ["D"] })],
  ["a pick is along some axis", "no axis", holding({ ...picked, at: [], axes: ["N", "D"] })],
  [
    "a pick is along axes of its operand, once along each",
    "an axis that the operand lacks",
    holding({ ...picked, at: [{ axis: "S", index }] }),
  ],
  [
    "a pick is along axes of its operand, once along each",
    "an axis twice",
    holding({ ...picked, at: [...picked.at, ...picked.at] }),
  ],
  [
    "a pick has the other axes of its operand and those of its indices",
    "an axis less",
    holding({ ...picked, axes: ["D"] }),
  ],
  [
    "a pick has the other axes of its operand and those of its indices",
    "of a tensor, an axis less",
    holding({ ...x, id: 5, at: [{ axis: "N", index }] }),
  ],
  ["a param is declared", "no such param", holding({ ...eps, param: "epsilon" })],
  ["a size is over known axes", "no axis", holding({ ...size, over: [] })],
  ["a size is over known axes", "an unknown axis", holding({ ...size, over: ["S"] })],
  ["an index is along a known axis", "an unknown axis", holding({ ...index, axis: "S" })],
  ["an operator has as many operands as its arity", "one too few", holding({ ...centered, args: [x] })],
  ["a map has the axes of its operands", "an axis less", holding({ ...centered, axes: ["D"] })],
  [
    "a reduction is over axes of its operand or its weight",
    "no axis",
    holding({ ...mean, over: [], axes: ["N", "D"] }),
  ],
  [
    "a reduction is over axes of its operand or its weight",
    "an axis that the operand lacks",
    holding({ ...mean, id: 6, arg: index, over: ["N"], axes: ["D"] }),
  ],
  [
    "a reduction has a weight if its operator asks for one",
    "a maximum with one",
    holding({ ...mean, id: 6, op: "max", weight: x }),
  ],
  [
    "a reduction has a weight if its operator asks for one",
    "an excess without",
    holding({ ...mean, op: "excess" }),
  ],
  [
    "a floor is one number for each row",
    "one for each element",
    holding({ ...mean, id: 6, op: "scale", floor: index }),
  ],
  ["a reduction keeps the other axes", "an axis less", holding({ ...mean, axes: [] })],
  ["`…` can be written", "an input", holding(centered, "x")],
  ["`…` can be written", "an affine", holding(centered, "gamma")],
  ["`…` can be written", "no such tensor", holding(centered, "z")],
  [
    "`…` is an output if it is of integers",
    "a gradient",
    {
      ...holding(centered),
      tensors: [tensor("x", "input"), { ...tensor("y", "output"), dtype: "i8", gradientOf: "x" }],
    },
  ],
  [
    "`…` is an output if it is of integers",
    "a state",
    { ...holding(centered), tensors: [tensor("x", "input"), { ...tensor("y", "state"), dtype: "i8" }] },
  ],
  [
    "`…` has the axes of what it holds",
    "a row in place of a matrix",
    { ...holding(centered), tensors: [tensor("x", "input"), { ...tensor("y", "output"), factors: ["D"] }] },
  ],
];

describe("the verifier of graphs", () => {
  it.each([x, mean, eps, size, index, centered, picked])("accepts a good one: $kind", (value) => {
    expect(() => verifyGraph(holding(value), "a test")).not.toThrow();
  });

  it.each(broken)("%s: rejects %s", (rule, _, graph) => {
    const [start, end] = rule.split("…") as [string, string?];
    expect(() => verifyGraph(graph, "a test")).toThrow(`after a test, Centered: ${start}`);
    if (end !== undefined) expect(() => verifyGraph(graph, "a test")).toThrow(end);
  });

  it("has no rule that is not shown here", () => {
    const text = readFileSync(new URL("../../src/graph/tensor/verify-graph.ts", import.meta.url), "utf8");
    const rules = [...text.matchAll(/fail\(\s*(["`])(.+?)(?<!\\)\1[,)]/g)].map((match) =>
      match[2]!.replaceAll("\\`", "`").replace(/\$\{.*?\}/, "…"),
    );
    expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(rules));
  });
});
