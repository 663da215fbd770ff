/** `normc audit` on a model that is written here, in a project with a stand-in for `onnxruntime-node` (which has 270 MB). */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OnnxNode, readModel } from "../../src/tools/onnx/read.ts";
import { writeModel } from "../../src/tools/onnx/write.ts";
import { normc, temporaryFolder } from "./normc.ts";

const [rows, width] = [5, 64];

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): OnnxNode {
  const floats = new Set(Object.keys(attributes).filter((name) => name === "epsilon"));
  return {
    ...{ name: output, op, domain: "", version: 17, inputs, outputs: [output], floats },
    attributes: new Map(Object.entries(attributes)),
  };
}

/** A layer norm as an operator; one in parts whose variance cancels; one over an axis that no norm of the library has. */
const layer = node("LayerNormalization", ["x", "scale", "bias"], "a", { axis: -1, epsilon: 1e-5 });
const cancelling = [
  node("ReduceMean", ["x"], "mu", { axes: [-1] }),
  node("Mul", ["x", "x"], "s"),
  node("ReduceMean", ["s"], "m", { axes: [-1] }),
  node("Mul", ["mu", "mu"], "t"),
  node("Sub", ["m", "t"], "v"),
  node("Add", ["v", "eps"], "e"),
  node("Sqrt", ["e"], "r"),
  node("Sub", ["x", "mu"], "d"),
  node("Div", ["d", "r"], "y"),
];
const unread = [
  node("Mul", ["x", "x"], "s0"),
  node("ReduceMean", ["s0"], "m0", { axes: [0] }),
  node("Sqrt", ["m0"], "r0"),
  node("Div", ["x", "r0"], "y0"),
];

/** It keeps the models that it gets, and gives a layer norm of rows of 64, each step of it rounded to f32. */
const standIn = `
const { writeFileSync } = require("node:fs");
let models = 0;
exports.Tensor = class { constructor(type, data, dims) { Object.assign(this, { type, data, dims }); } };
exports.InferenceSession = {
  async create(bytes) {
    writeFileSync(__dirname + "/model" + models++ + ".onnx", bytes);
    return {
      async run({ x, ...scales }) {
        for (const [name, value] of [["scale", 1], ["bias", 0]])
          if (scales[name] !== undefined && scales[name].data.some((one) => one !== value)) throw new Error(name);
        const f = Math.fround;
        const data = x.data.map((value, i) => {
          const row = x.data.subarray(i - (i % ${width}), i - (i % ${width}) + ${width});
          const mean = f(row.reduce((sum, one) => f(sum + one), 0) / ${width});
          const variance = f(row.reduce((sum, one) => f(sum + f(one - mean) ** 2), 0) / ${width});
          return f(f(value - mean) / f(Math.sqrt(f(variance + 1e-5))));
        });
        return { a: { data }, y: { data } };
      },
      async release() {},
    };
  },
};`;

const project = temporaryFolder();
const modules = join(project.path, "node_modules/onnxruntime-node");
afterAll(() => project[Symbol.dispose]());

beforeAll(async () => {
  mkdirSync(modules, { recursive: true });
  writeFileSync(
    join(modules, "package.json"),
    '{ "name": "onnxruntime-node", "version": "1.2.3", "main": "main.cjs" }',
  );
  writeFileSync(join(modules, "main.cjs"), standIn);
  const model = await writeModel({
    nodes: [layer, ...cancelling, ...unread],
    inputs: new Map([
      ["x", [rows, width]],
      ["scale", [width]],
      ["bias", [width]],
    ]),
    constants: new Map([["eps", { values: [1e-5], isInteger: false }]]),
    output: "y",
  });
  writeFileSync(join(project.path, "model.onnx"), model);
});

test("each norm with its spec, its hazards, and both errors", async () => {
  const { code, out, err } = await normc(
    ["audit", "model.onnx", "--json", "--svg", "audit.svg"],
    project.path,
  );
  expect(code, err).toBe(0);
  const { runtime, means, norms } = JSON.parse(out);
  expect(runtime).toBe("ONNX Runtime 1.2.3");
  expect(means).toEqual([1, 10, 100, 1e3, 1e4, 1e5, 1e6]);
  expect(norms).toMatchObject([
    {
      op: "LayerNormalization",
      written: false,
      spec: "LayerNorm --shape N=5,D=64 --set eps=0.00001",
      hazards: [],
    },
    {
      op: "ReduceMean → Mul → ReduceMean → Mul → Sub → Add → Sqrt → Sub → Div",
      spec: "LayerNorm --shape N=5,D=64 --set eps=0.00001",
      hazards: [expect.stringContaining("cancels"), expect.stringContaining("255")],
    },
    { op: "Mul → ReduceMean → Sqrt → Div", reason: expect.stringContaining("axes 0") },
  ]);
  for (const { ours, theirs } of norms.slice(0, 2)) {
    expect(ours).toHaveLength(7);
    for (const one of ours) expect(one).toBeLessThan(1e-6);
    // The mean of the stand-in is an f32: at 1e6 it is off by up to 0.03, and its sum by more.
    expect(theirs[0]).toBeLessThan(1e-5);
    expect(theirs[6]).toBeGreaterThan(1e-3);
  }
  const svg = readFileSync(join(project.path, "audit.svg"), "utf8");
  expect(svg.match(/<polyline/g)).toHaveLength(4);

  // What ONNX Runtime was given: the layer, and the parts with their constants.
  const [first, second] = await Promise.all(
    [0, 1].map(async (i) => readModel(readFileSync(join(modules, `model${i}.onnx`)))),
  );
  expect(first!.nodes).toEqual([
    { ...layer, version: 17, attributes: new Map([...layer.attributes, ["epsilon", Math.fround(1e-5)]]) },
  ]);
  expect(second!.nodes.map((one) => one.op)).toEqual(cancelling.map((one) => one.op));
  expect(second!.constants.get("eps")).toEqual([Math.fround(1e-5)]);
});

test("without ONNX Runtime it says so, and measures the specs", async () => {
  using other = temporaryFolder();
  writeFileSync(join(other.path, "model.onnx"), readFileSync(join(project.path, "model.onnx")));
  const { code, out, err } = await normc(["audit", "model.onnx"], other.path);
  expect(code).toBe(0);
  expect(err).toContain("no onnxruntime-node");
  expect(out).toContain("this spec");
  expect(out).toContain("not read: it reduces over axes 0, which are not the last ones");
});

test("a file that is no model", async () => {
  using other = temporaryFolder();
  writeFileSync(join(other.path, "model.onnx"), "text");
  const { code, err } = await normc(["audit", "model.onnx"], other.path);
  expect(code).toBe(1);
  expect(err).toContain("is not an ONNX model");
});
