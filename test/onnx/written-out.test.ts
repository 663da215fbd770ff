/** Norms that a model writes out in parts, in the spellings of exporters, and what is none. */
import { describe, expect, it } from "vitest";
import { type OnnxNode, readModel } from "../../src/tools/onnx/read.ts";
import { writeModel } from "../../src/tools/onnx/write.ts";
import { findWrittenOut } from "../../src/tools/onnx/written-out.ts";

/** `y = Op(a, b)`, and attributes. */
function nodes(text: string): OnnxNode[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [, output = "", op = "", inputs = "", axis] =
        /^\s*(\w+) = (\w+)\(([^)]*)\)(?: over (-?\d+))?/.exec(line) ?? [];
      return {
        ...{ name: output, op, domain: "", version: 13, outputs: [output], floats: new Set<string>() },
        inputs: inputs.split(", "),
        attributes: new Map<string, number | readonly number[]>(
          axis === undefined ? [] : [["axes", [Number(axis)]]],
        ),
      };
    });
}

async function found(text: string) {
  const bytes = await writeModel({
    nodes: nodes(text),
    inputs: new Map([["x", [2, 3, 8]]]),
    constants: new Map([
      ["two", { values: [2], isInteger: false }],
      ["half", { values: [0.5], isInteger: false }],
      ["one", { values: [1], isInteger: false }],
      ["eps", { values: [1e-5], isInteger: false }],
      ["axes", { values: [1, 2], isInteger: true }],
    ]),
    output: "y",
  });
  return findWrittenOut(await readModel(bytes));
}

const eps = expect.closeTo(1e-5, 9);

describe("a norm in parts", () => {
  it.each([
    [
      "a layer norm, as torch.onnx writes it before opset 17",
      `mu = ReduceMean(x) over -1
       d = Sub(x, mu)
       s = Pow(d, two)
       v = ReduceMean(s) over -1
       a = Add(v, eps)
       r = Sqrt(a)
       y = Div(d, r)`,
      { kind: "standardize", axes: [-1], eps, cancels: false, input: "x", output: "y" },
    ],
    [
      "with a second difference, the square as a product, a reciprocal, and axes as an input",
      `mu = ReduceMean(x, axes)
       d = Sub(x, mu)
       s = Mul(d, d)
       v = ReduceMean(s, axes)
       a = Add(eps, v)
       r = Sqrt(a)
       i = Reciprocal(r)
       e = Sub(x, mu)
       y = Mul(e, i)`,
      { kind: "standardize", axes: [1, 2], eps, cancels: false, input: "x", output: "y" },
    ],
    [
      "mean(x²) − mean(x)²",
      `mu = ReduceMean(x) over -1
       s = Mul(x, x)
       m = ReduceMean(s) over -1
       t = Pow(mu, two)
       v = Sub(m, t)
       a = Add(v, eps)
       r = Pow(a, half)
       d = Sub(x, mu)
       y = Div(d, r)`,
      { kind: "standardize", axes: [-1], eps, cancels: true, input: "x", output: "y" },
    ],
    [
      "an RMS norm, as Llama is exported",
      `s = Pow(x, two)
       m = ReduceMean(s) over -1
       a = Add(m, eps)
       r = Sqrt(a)
       i = Div(one, r)
       y = Mul(x, i)`,
      { kind: "rms", axes: [-1], eps, cancels: false, input: "x", output: "y" },
    ],
    [
      "without an eps",
      `s = Pow(x, two)
       m = ReduceMean(s) over -1
       r = Sqrt(m)
       y = Div(x, r)`,
      { kind: "rms", axes: [-1], eps: 0, input: "x", output: "y" },
    ],
  ])("%s", async (_, text, wanted) => {
    const all = await found(text);
    expect(all).toMatchObject([wanted]);
    const [one] = all;
    expect(one?.nodes.map((node) => node.name)).toEqual(nodes(text).map((node) => node.name));
  });

  it.each([
    [
      "a root of a mean of squares alone",
      "s = Mul(x, x)\nm = ReduceMean(s) over -1\ny = Sqrt(m)",
      "nothing is divided",
    ],
    [
      "other data divided",
      "s = Mul(x, x)\nm = ReduceMean(s) over -1\nr = Sqrt(m)\nz = Sub(x, one)\ny = Div(z, r)",
      "not its data",
    ],
  ])("not read: %s", async (_, text, reason) => {
    expect(await found(text)).toMatchObject([{ reason: expect.stringContaining(reason) }]);
  });

  it("nothing: a root of something else", async () => {
    expect(await found("a = Mul(x, x)\ny = Sqrt(a)")).toEqual([]);
  });
});
