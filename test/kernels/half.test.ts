/** Elements in f16: within one unit in the last place of the rounded float64 result, and finite when that is finite. */
import { afterAll, describe, expect, it } from "vitest";
import { toHalf } from "../../src/runtime/shapes/float16.ts";
import { fromHalf } from "../../src/runtime/shapes/from-half.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { near, oracle, type Trial } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { checkText, graphOf, libraryNorms } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { missing } from "../support/requirements.ts";
import { type Extents, randomTrial } from "../support/shapes.ts";
import { inTurn } from "../support/turns.ts";

/** As they are, and those that have shader-f16 once more without it: f16 then lies in halves of words. */
const asTheyAre = (await openTestDevices()).map((one) => ({ ...one, title: one.name as string }));
const without = (await openTestDevices(["subgroups"])).map((one) => ({
  ...one,
  title: `${one.name} without shader-f16`,
}));
const opened = [...asTheyAre, ...without];
afterAll(() => closeTestDevices(opened));
const native = asTheyAre.filter(({ device }) => device.features.has("shader-f16"));
if (native.length === 0) missing("lavapipe", "no device here has shader-f16");
const devices = [...native, ...without];

/** Units between two f16 numbers: their bits as whole numbers that count up with the value. */
const rank = (bits: number): number => (bits & 0x8000 ? -(bits & 0x7fff) : bits);

const rounded = (value: number): number => fromHalf(toHalf(value));

async function run(device: GPUDevice, { graph, dims, params = {}, feeds, dtype }: Trial) {
  const norm = await createNorm(device, programOf(graph), { dims, params, dtype });
  try {
    return await norm.run(feeds);
  } finally {
    norm.destroy();
  }
}

/** @param absolute an error that is allowed as well, where a unit in the last place is even less. */
function expectRounded(got: ArrayLike<number>, want: ArrayLike<number>, absolute = 0): void {
  expect(got.length).toBe(want.length);
  let worst = 0;
  let text = "";
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i]!, rounded(want[i]!)];
    if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= absolute) continue;
    const alike = Number.isFinite(a) === Number.isFinite(b) && Number.isNaN(a) === Number.isNaN(b);
    const units = alike ? Math.abs(rank(toHalf(a)) - rank(toHalf(b))) : Number.POSITIVE_INFINITY;
    if (units > worst) [worst, text] = [units, `element ${i} is ${a}, not ${want[i]}`];
  }
  expect(worst, text).toBeLessThanOrEqual(1);
}

function expectSame(got: ArrayLike<number>, want: Float32Array): void {
  expect(got.length).toBe(want.length);
  const at = want.findIndex((value, i) => !Object.is(got[i], value));
  expect(at, `element ${at} is ${got[at]}, not ${want[at]}`).toBe(-1);
}

describe.each(devices)("f16 on $title", ({ device }) => {
  it.each([
    { norm: "LayerNorm", dims: [5, 64], mean: 0, deviation: 1 },
    { norm: "LayerNorm", dims: [3, 77], mean: 900, deviation: 40 },
    // Squares of these are far above 65504, the largest f16.
    { norm: "LayerNorm", dims: [3, 768], mean: 0, deviation: 15_000 },
    { norm: "RMSNorm", dims: [3, 768], mean: 0, deviation: 15_000 },
    { norm: "GroupNorm", dims: [2, 32, 7, 4], mean: 3, deviation: 2000 },
    { norm: "Softmax", dims: [4, 100], mean: 0, deviation: 5 },
    { norm: "L2Norm", dims: [4, 100], mean: 0, deviation: 15_000 },
  ])("$norm $dims around $mean by $deviation", async ({ norm, dims, mean, deviation }) => {
    const count = dims.reduce((a, b) => a * b, 1);
    const x = normals(21, count, mean, deviation).map(rounded);
    const trial: Trial = { graph: graphOf(norm), dims: { x: dims }, feeds: { x }, dtype: "f16" };
    expectRounded((await run(device, trial)).y!, oracle(trial).get("y")!);
  });

  it.each([[[3, 64]], [[3, 77]]])(
    "infinite where the result is, and NaN where it is, in %j",
    async (dims) => {
      const [rows, length] = dims as [number, number];
      const x = normals(4, rows * length).map(rounded);
      x[length] = Number.NaN;
      const gamma = new Float32Array(length).fill(40_000);
      const trial: Trial = {
        graph: graphOf("LayerNorm"),
        dims: { x: dims, gamma: [length] },
        feeds: { x, gamma, beta: new Float32Array(length) },
        dtype: "f16",
      };
      const want = oracle(trial).get("y")!;
      const values = Array.from(want, rounded);
      for (const kind of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
        expect(values.some((one) => Object.is(one, kind))).toBe(true);
      }
      expectRounded((await run(device, trial)).y!, want);
    },
  );
});

describe.each(devices)("f16 through the library on $title", (adapter) => {
  const shapes: { name: string; extents: Extents; params: Record<string, number> }[] = [
    {
      name: "no spatial axes",
      extents: { N: [6], C: [4], S: [], D: [5], T: [], O: [3], F: [] },
      params: { G: 2, B: 3 },
    },
    {
      name: "odd and prime",
      extents: { N: [3], C: [15], S: [7, 11], D: [67], T: [13], O: [5], F: [3, 3, 7] },
      params: { G: 3, B: 3 },
    },
    {
      name: "multiples of four",
      extents: { N: [4], C: [8], S: [6, 8], D: [96], T: [12], O: [8], F: [4, 3, 4] },
      params: { G: 2, B: 2 },
    },
  ];
  const cases = libraryNorms().flatMap((norm) =>
    norm.graphs.flatMap((graph) =>
      shapes.map((shape) => ({ ...shape, shape: shape.name, norm: norm.name, mode: graph.mode, graph })),
    ),
  );
  it.each(inTurn(cases, adapter, devices))("$norm $mode, $shape", async ({ graph, extents, params }) => {
    const known = Object.entries(params).filter(([name]) => graph.params.some((one) => one.name === name));
    const floats = graph.tensors.filter((one) => one.dtype === undefined);
    const random = randomTrial(graph, extents, Object.fromEntries(known), 11);
    const trial = {
      ...random,
      feeds: Object.fromEntries(
        Object.entries(random.feeds).map(([name, values]) => [name, values.map(rounded)]),
      ),
      // States too, which a single "f16" leaves out.
      dtype: Object.fromEntries(floats.map(({ name }) => [name, "f16" as const])),
    };
    const got = await run(adapter.device, trial);
    // Near zero a unit in the last place is 6e-8: there the contract's 1e-5 of a unit-variance output counts.
    const wanted = oracle(trial);
    for (const { name } of floats) {
      const want = wanted.get(name);
      if (want !== undefined) expectRounded(got[name]!, want, 1e-5);
    }
    for (const { name, dtype } of graph.tensors) {
      const values = got[name];
      if (dtype === undefined || values === undefined) continue;
      expect([...values]).toEqual([...values].map((one, i) => near(one, wanted.get(name)![i]!, dtype)));
    }
  });
});

describe.each(without)("conversion on $title", ({ device }) => {
  // Of neither length is the word of the last element like those before: one is taken by fours, the other one by one.
  const [{ graphs }] = checkText({ path: "", text: "norm Copy { axes N input x[N] y = x output y }" }) as [
    ReturnType<typeof checkText>[number],
  ];
  const graph = graphs[0]!;

  it.each([65_536, 65_535])("each of %i halves is read as what it is", async (length) => {
    const x = Float32Array.from({ length }, (_, i) => fromHalf(i));
    const { y } = await run(device, { graph, dims: { x: [length] }, feeds: { x }, dtype: { x: "f16" } });
    expectSame(y!, x);
  });

  it.each([131_076, 131_077])("%i values are written as the nearest half, ties to even", async (length) => {
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    const values = Array.from({ length: 32_769 }, (_, i) => fromHalf(i)).flatMap((value, i, all) => {
      const middle = i + 1 < 0x7c00 ? (value + all[i + 1]!) / 2 : i === 0x7bff ? 65_520 : value;
      float[0] = middle;
      bits[0]!--;
      return [value, -middle, float[0], 0];
    });
    values[131_072] = 3e38;
    values[131_073] = Number.NEGATIVE_INFINITY;
    values[131_074] = 1e-45;
    const x = Float32Array.from({ length }, (_, i) => values[i] ?? 65_519.99);
    const { y } = await run(device, { graph, dims: { x: [length] }, feeds: { x }, dtype: { y: "f16" } });
    expectSame(y!, x.map(rounded));
  });
});
