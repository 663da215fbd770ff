/** NaN and infinities go through operators and norms as in float64, whatever a driver folds or makes of a NaN. */
import { afterAll, describe, expect, it } from "vitest";
import { type Difference, type Trial, worstDifference, worstOf } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { checkText, graphOf } from "../support/library.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;

function elementwise(formula: string, x: readonly number[]): Trial {
  const text = `norm P { axes N input x[N] v = x y = ${formula} output y }`;
  const graph = checkText({ path: "nonfinite.norm", text })[0].graphs[0];
  return { graph, dims: { x: [x.length] }, feeds: { x: Float32Array.from(x) } };
}

/** The first three are 0 / 0 in the formulas of sine and cosine: WGSL leaves those of an infinity open. */
const finiteOnly = ["sin(v)", "cos(v)", "tan(v)"];

const formulas = [
  ...["exp", "log", "exp2", "log2", "sqrt", "rsqrt", "asin", "acos", "atan", "tanh", "sinh", "cosh"],
  ...["log1p", "expm1", "erf", "abs", "floor", "ceil", "trunc", "round", "relu", "sigmoid", "silu", "gelu"],
  ...["gelu_tanh", "softplus", "mish", "hardsigmoid", "hardswish", "hardtanh", "relu6", "square"],
].map((one) => `${one}(v)`);
formulas.push("pow(v, 2)", "pow(2, v)", "v * 0", "0 * v", "v - v", "v / v", "0 / v");
formulas.push("max(v, 0)", "min(v, 0)", "clamp(v, 0, 1)");

const elements = [nan, infinity, -infinity, 0, 1, -1, 2.5];
const trials = [
  ...formulas.map((one) => ({ name: one, own: elementwise(one, elements) })),
  ...finiteOnly.map((one) => ({ name: one, own: elementwise(one, [nan, 0, 1]) })),
  ...["Softmax", "LogSoftmax", "LayerNorm", "RMSNorm", "L1Norm", "L2Norm"].flatMap((name) => [
    { name, own: normTrial(name, 4) },
    { name: `${name} of rows of one element`, own: normTrial(name, 1) },
  ]),
];

function normTrial(name: string, length: number): Trial {
  const rows = [
    [infinity, 1, 2, 3],
    [1, infinity, 2, infinity],
    [-infinity, -infinity, -infinity, -infinity],
    [-infinity, 1, 2, 3],
    [nan, 1, 2, 3],
    [1, 2, 3, nan],
    [1, 2, 3, 4],
    [infinity, -infinity, 1, 2],
  ].map((row) => row.slice(0, length));
  const feeds = { x: Float32Array.from(rows.flat()) };
  return { graph: graphOf(name), dims: { x: [rows.length, length] }, feeds };
}

/** SwiftShader's acos is off by 4e-5. */
function expectSame(worst: Difference): void {
  const { got, want } = worst;
  expect(worst.error, `${JSON.stringify(worst)}: ${got}, not ${want}`).toBeLessThanOrEqual(1e-4);
}

describe.each(devices)("not finite on $name", ({ device }) => {
  it.each(trials)("$name", async ({ own }) => expectSame(await worstDifference(device, own)));
});

describe.each(nodeBackends)("not finite on gpu.js %s", (backend) => {
  it.each(trials)("$name", async ({ own }) => expectSame(worstOf(await runOnGpuJs(own, backend), own)));
});
