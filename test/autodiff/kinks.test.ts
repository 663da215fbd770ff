/**
 * The gradient at each kink, as PyTorch has it (`docs/language.md`), on the oracle, on devices and through gpu.js: a
 * value that lies on a kink exactly, and its neighbours in f32.
 */
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it, test } from "vitest";
import { type Operator, operators } from "../../src/graph/operators/operators.ts";
import { prelude } from "../../src/language/check/modules/prelude.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { oracle, type Trial } from "../support/compare.ts";
import { backwardOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { checkText } from "../support/library.ts";

interface Kink {
  readonly call: string;
  /** A value of x, and the gradient there. */
  readonly slopes: readonly (readonly [x: number, slope: number])[];
}

/** The numbers of f32 beside one whose magnitude is from 1 to 8, or smaller ones for 0. */
const above = (v: number): number => (v === 0 ? 1e-6 : Math.fround(v + 2 ** -20 * Math.abs(v)));
const below = (v: number): number => -above(-v);

/** A kink at v with the gradients below it, at it and above it. */
const around = (v: number, ...[before, on, after]: readonly [number, number, number]): Kink["slopes"] => [
  [below(v), before],
  [v, on],
  [above(v), after],
];

const everywhere = (...slopes: readonly number[]): Kink["slopes"] =>
  [-1, 0, 1].map((v, i) => [v, slopes[i]!] as const);

const selu = 1.0507009873554805;

const kinks: Readonly<Record<string, readonly Kink[]>> = {
  abs: [{ call: "abs(x)", slopes: around(0, -1, 0, 1) }],
  sign: [{ call: "sign(x)", slopes: around(0, 0, 0, 0) }],
  floor: [{ call: "floor(x)", slopes: everywhere(0, 0, 0) }],
  ceil: [{ call: "ceil(x)", slopes: everywhere(0, 0, 0) }],
  trunc: [{ call: "trunc(x)", slopes: everywhere(0, 0, 0) }],
  round: [{ call: "round(x + 0.5)", slopes: everywhere(0, 0, 0) }],
  lt: [{ call: "lt(x, 0)", slopes: everywhere(0, 0, 0) }],
  le: [{ call: "le(x, 0)", slopes: everywhere(0, 0, 0) }],
  eq: [{ call: "eq(x, 0)", slopes: everywhere(0, 0, 0) }],
  ne: [{ call: "ne(x, 0)", slopes: everywhere(0, 0, 0) }],
  // Not 2 or 3 times x: the branch at 0, with nothing of the condition.
  where: [{ call: "where(x < 0, 2 * x, 3 * x)", slopes: around(0, 2, 3, 3) }],
  // The cotangents of a reduction add up to the number of elements.
  max: [
    { call: "max(x, 2)", slopes: around(2, 0, 0.5, 1) },
    {
      call: "0 * x + max(x over N)",
      slopes: [
        [5, 2.5],
        [-1, 0],
        [5, 2.5],
        [4, 0],
        [below(5), 0],
      ],
    },
  ],
  min: [
    { call: "min(x, 2)", slopes: around(2, 1, 0.5, 0) },
    {
      call: "0 * x + min(x over N)",
      slopes: [
        [-5, 2],
        [1, 0],
        [-5, 2],
        [-5, 2],
        [0, 0],
        [0, 0],
      ],
    },
  ],
  clamp: [
    { call: "clamp(x, 0, 6)", slopes: [...around(0, 0, 1, 1), ...around(6, 1, 1, 0)] },
    { call: "clamp(-1, x, 6)", slopes: [...around(-1, 0, 0, 1), ...around(6, 1, 1, 0)] },
    { call: "clamp(2, -1, x)", slopes: [...around(2, 1, 0, 0), ...around(-1, 1, 1, 1)] },
    // All three are equal at 2: the value is that of the first.
    { call: "clamp(x, 2, 2)", slopes: around(2, 0, 1, 0) },
    // Bounds the wrong way round: the upper one is the value.
    { call: "clamp(x, 1, -1)", slopes: [...around(-1, 0, 0, 0), ...around(1, 0, 0, 0)] },
    { call: "clamp(0, 1, x)", slopes: around(-1, 1, 1, 1) },
  ],
  relu: [{ call: "relu(x)", slopes: around(0, 0, 0, 1) }],
  relu6: [{ call: "relu6(x)", slopes: [...around(0, 0, 0, 1), ...around(6, 1, 0, 0)] }],
  leaky_relu: [{ call: "leaky_relu(x, 0.25)", slopes: around(0, 0.25, 0.25, 1) }],
  elu: [{ call: "elu(x, 0.5)", slopes: around(0, 0.5, 0.5, 1) }],
  selu: [{ call: "selu(x)", slopes: around(0, selu * 1.6732632423543772, selu * 1.6732632423543772, selu) }],
  hardtanh: [{ call: "hardtanh(x)", slopes: [...around(-1, 0, 0, 1), ...around(1, 1, 0, 0)] }],
  hardsigmoid: [{ call: "hardsigmoid(x)", slopes: [...around(-3, 0, 0, 1 / 6), ...around(3, 1 / 6, 0, 0)] }],
  hardswish: [{ call: "hardswish(x)", slopes: [...around(-3, 0, 0, -0.5), ...around(3, 1.5, 1, 1)] }],
};

/** Functions whose texts have kinks that cancel. */
const cancelling: typeof kinks = {
  celu: [{ call: "celu(x, 0.75)", slopes: around(0, 1, 1, 1) }],
  softplus: [{ call: "softplus(x)", slopes: around(0, 0.5, 0.5, 0.5) }],
  softsign: [{ call: "softsign(x)", slopes: around(0, 1, 1, 1) }],
  mish: [{ call: "mish(x)", slopes: around(0, 0.6, 0.6, 0.6) }],
};

/** Differentiable wherever they are finite, and written without a kink. `sqrt` has a singularity at 0, not a kink. */
const smooth = `add sub mul div neg pow exp exp2 expm1 log log2 log1p sqrt rsqrt sin cos tan asin acos atan
  sinh cosh tanh erf square lerp
  stop_gradient with_gradient_of sigmoid silu gelu gelu_tanh`.split(/\s+/);

test("every function is known to have a kink or none", () => {
  const functions = [...prelude.matchAll(/^fn (\w+)/gm)].map(([, name]) => name!);
  const all = [...(Object.keys(operators) as Operator[]), ...functions];
  const known = [...Object.keys(kinks), ...Object.keys(cancelling), ...smooth];
  expect(known.sort()).toEqual(all.sort());
});

test("the language page has a line for each function with a kink", () => {
  const page = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8");
  const table = page.slice(page.indexOf("<!-- kinks -->"), page.indexOf("<!-- end of kinks -->"));
  const named = [...table.matchAll(/^\| (`[^|]+)\|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect([...new Set(named)].sort()).toEqual(Object.keys(kinks).sort());
});

function trialOf({ call, slopes }: Kink): Trial {
  const [{ graphs }] = checkText({
    path: "kink.norm",
    text: `norm Kink {\n  axes N\n  input x[N]\n  y = ${call}\n  output y\n}\n`,
  });
  const graph = backwardOf(graphs[0]!);
  const feeds = { x: Float32Array.from(slopes, ([x]) => x), d_y: new Float32Array(slopes.length).fill(1) };
  // Where no gradient depends on x, the graph does not read it.
  const read = Object.entries(feeds).filter(([name]) => graph.tensors.some((one) => one.name === name));
  return {
    graph,
    feeds: Object.fromEntries(read),
    dims: Object.fromEntries(read.map(([name, { length }]) => [name, [length]])),
  };
}

function expectSlopes({ call, slopes }: Kink, got: ArrayLike<number> | undefined): void {
  expect(got).toHaveLength(slopes.length);
  for (const [i, [x, want]] of slopes.entries()) {
    const error = Math.abs(got![i]! - want) / Math.max(1, Math.abs(want));
    expect(error, `${call} at ${x}: ${got![i]}, not ${want}`).toBeLessThan(1e-5);
  }
}

const each = Object.values({ ...kinks, ...cancelling }).flatMap((calls) =>
  calls.map((kink) => ({ kink, trial: trialOf(kink) })),
);

async function onDevice(
  device: GPUDevice,
  { graph, dims, feeds }: Trial,
): Promise<Readonly<Record<string, ArrayLike<number>>>> {
  const norm = await createNorm(device, programOf(graph), { dims });
  try {
    return await norm.run(feeds);
  } finally {
    norm.destroy();
  }
}

describe("in float64", () => {
  it.each(each)("$kink.call", ({ kink, trial }) => expectSlopes(kink, oracle(trial).get("d_x")));
});

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

describe.each(devices)("on $name", ({ device }) => {
  it.each(each)("$kink.call", async ({ kink, trial }) =>
    expectSlopes(kink, (await onDevice(device, trial)).d_x),
  );
});

describe.each(nodeBackends)("on gpu.js %s", (backend) => {
  it.each(each)("$kink.call", async ({ kink, trial }) =>
    expectSlopes(kink, (await runOnGpuJs(trial, backend)).d_x),
  );
});

describe("several activations of one input", () => {
  const [{ graphs }] = checkText({
    path: "several.norm",
    text: `norm Several {
  axes N
  input x[N]
  a = relu6(x)
  b = relu(x)
  c = hardtanh(x)
  d = leaky_relu(x, 0.1)
  e = clamp(x, 0, 6)
  output a, b, c, d, e
}
`,
  });
  const trial = (...weights: readonly number[]): Trial => {
    const cotangents = weights.map((one, i) => [`d_${"abcde"[i]}`, Float32Array.of(one, one)] as const);
    const feeds = { x: Float32Array.of(0, 6), ...Object.fromEntries(cotangents) };
    const dims = Object.fromEntries(Object.keys(feeds).map((name) => [name, [2]]));
    return { graph: backwardOf(graphs[0]!), dims, feeds };
  };
  // At 0 relu6, relu: 0; hardtanh: 1; leaky_relu: 0.1; clamp: 1. At 6 relu, leaky_relu and clamp: 1.
  const cases = [
    { trial: trial(1, 0, 0, 0, 0), want: [0, 0] },
    { trial: trial(1, 10, 100, 1000, 10000), want: [10200, 11010] },
  ];

  it.each(devices)("on $name", async ({ device }) => {
    for (const { trial, want } of cases) {
      const { d_x } = await onDevice(device, trial);
      for (const [i, one] of want.entries()) expect(d_x![i]).toBeCloseTo(one, 2);
    }
  });

  it.each(nodeBackends)("on gpu.js %s", async (backend) => {
    for (const { trial, want } of cases) {
      const { d_x } = await runOnGpuJs(trial, backend);
      for (const [i, one] of want.entries()) expect(d_x![i]).toBeCloseTo(one, 2);
    }
  });
});

describe.each(devices)("a NaN stays a NaN on $name", ({ device }) => {
  it.each([
    "clamp(x, 0, 6)",
    "clamp(0, x, 6)",
    "clamp(0, -1, x)",
    "relu(x)",
    "relu6(x)",
    "hardtanh(x)",
    "hardsigmoid(x)",
    "hardswish(x)",
  ])("%s", async (call) => {
    const [{ graphs }] = checkText({
      path: "nan.norm",
      text: `norm A {\n  axes N\n  input x[N]\n  y = ${call}\n  output y\n}\n`,
    });
    const { y } = await onDevice(device, {
      graph: graphs[0]!,
      dims: { x: [2] },
      feeds: { x: Float32Array.of(Number.NaN, 0) },
    });
    expect(y![0]).toBeNaN();
    expect(y![1]).not.toBeNaN();
  });
});
