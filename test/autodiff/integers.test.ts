/** No gradient flows to an input of integers, nor from an output of integers. */
import { expect, it } from "vitest";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { differentiable, nameClash } from "../../src/graph/autodiff/gradient-names.ts";
import { backwardTrial, worstAgainstDifferences } from "../support/gradients.ts";
import { checkText, graphOf } from "../support/library.ts";
import { normals } from "../support/random.ts";

function norm(body: string) {
  return checkText({ path: "", text: `norm A {\n${body}\n}` })[0]!.graphs[0]!;
}

const labelled = norm(`axes N, D input x[N, D], label[N]: i32 affine gamma[D] = 1
  y = x * gamma * (1 + tanh(label)) q = x * 100 + gamma output y, q: i8`);

it("has no d_label and no d_q", () => {
  const { tensors } = differentiate(labelled);
  expect(tensors.map(({ name }) => name)).toEqual(["x", "label", "gamma", "d_y", "d_x", "d_gamma"]);
  expect(tensors.find(({ name }) => name === "label")?.dtype).toBe("i32");
});

it("has the gradients that central differences say, of the other outputs alone", () => {
  const trial = {
    graph: labelled,
    dims: { x: [3, 5], label: [3], gamma: [5] },
    feeds: { x: normals(1, 15), label: Float32Array.of(2, 0, -1), gamma: normals(2, 5) },
  };
  expect(worstAgainstDifferences(trial).error).toBeLessThanOrEqual(1e-8);
  expect(Object.keys(backwardTrial(trial).feeds)).not.toContain("d_q");
});

it("leaves names with d_ free where there is no gradient", () => {
  expect(
    nameClash(norm("axes N input x[N], d_label[N], label[N]: i32 y = x + label + d_label output y")),
  ).toBe(undefined);
  expect(nameClash(norm("axes N input x[N], label[N]: i32 d_x = x + label output d_x"))?.of).toBe("x");
});

it("has no stated gradients either", () => {
  const graph = norm(`axes N input x[N], label[N]: i32
    y = x * label q = x
    on backward { d_x = d_y * 2 }
    output y, q: i8`);
  expect(graph.backward?.map(({ tensor }) => tensor)).toEqual(["d_x"]);
  expect(() => norm("axes N input x[N] y = x q = x on backward { d_x = d_q + d_y } output y, q: i8")).toThrow(
    "N201",
  );
});

it("leaves nothing to differentiate where all outputs are integers", () => {
  expect(differentiable(norm("axes N input x[N] y = x output y: i8"))).toEqual([]);
  expect(differentiable(norm("axes N input x[N]: i32 y = x output y"))).toEqual([]);
  expect(differentiable(graphOf("RMSNormQuant")).map(({ name }) => name)).toEqual(["x", "gamma"]);
});
