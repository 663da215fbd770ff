/** `--grad` of `normc run` and `normc explain`. Values against formulas worked out by hand. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hasDevice } from "../support/device.ts";
import { type Ended, normc, temporaryFolder } from "./normc.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const backends = (await hasDevice()) ? ["oracle", "wasm", "webgpu"] : ["oracle", "wasm"];

interface Output {
  readonly outputs?: Readonly<Record<string, { readonly dims: number[]; readonly data: number[] }>>;
  readonly error?: { readonly code: string; readonly message: string };
}

async function run(
  spec: string,
  feeds: unknown,
  ...words: string[]
): Promise<Ended & { json: Output & Output[] }> {
  const path = join(folder.path, "feeds.json");
  writeFileSync(path, JSON.stringify(feeds));
  const done = await normc(["run", spec, "--grad", "--feeds", path, ...words]);
  return { ...done, json: (done.out === "" ? {} : JSON.parse(done.out)) as Output & Output[] };
}

function written(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

const vector = (...data: number[]): { dims: number[]; data: number[] } => ({ dims: [data.length], data });
const matrix = (...rows: number[][]): { dims: number[]; data: number[] } => ({
  dims: [rows.length, rows[0].length],
  data: rows.flat(),
});

const scaled = written(
  "scaled.norm",
  "norm Scaled {\n  axes N, D\n  param k = 2\n  input x[N, D]\n  affine gamma[D] = 1, beta[D] = 0\n  h = x * gamma + beta\n  y = k * h\n  output y, h\n}\n",
);

describe.each(backends)("on %s", (backend) => {
  const on = ["--backend", backend];

  test("the gradients of every input and affine, those of a cotangent left out being zero", async () => {
    const x = matrix([1, 2], [3, 4]);
    const gamma = vector(5, 6);
    const cases = [
      { feeds: { x, gamma, d_y: matrix([1, 0], [0, 1]), d_h: matrix([0, 1], [1, 0]) }, set: { k: 3 } },
      { feeds: { x, gamma, beta: vector(7, 7), d_h: matrix([1, 1], [1, 1]) } },
      { feeds: { x } },
    ];
    const { code, json } = await run(scaled, cases, ...on);
    expect(code).toBe(0);
    expect(json[0].outputs).toEqual({
      d_x: matrix([15, 6], [5, 18]),
      d_gamma: vector(3 * 1 + 3, 2 + 3 * 4),
      d_beta: vector(4, 4),
    });
    expect(json[1].outputs).toEqual({
      d_x: matrix([5, 6], [5, 6]),
      d_gamma: vector(4, 6),
      d_beta: vector(2, 2),
    });
    expect(json[2].outputs).toEqual({
      d_x: matrix([0, 0], [0, 0]),
      d_gamma: vector(0, 0),
      d_beta: vector(0, 0),
    });
  });

  test("a batch norm differentiates through its statistics in training only", async () => {
    // Of two values per channel, x = ±1 about the mean: training has d_x = 0 but for eps, inference scales.
    const feeds = { x: matrix([1], [3]), d_y: matrix([1], [0]), running_var: vector(4), gamma: vector(2) };
    const train = await run("BatchNorm", { feeds, mode: "train", set: { eps: 0 } }, ...on);
    expect(Object.keys(train.json.outputs ?? {}).sort()).toEqual(["d_beta", "d_gamma", "d_x"]);
    for (const value of train.json.outputs?.d_x?.data ?? [1]) expect(value).toBeCloseTo(0, 6);
    const infer = await run("BatchNorm", { feeds, set: { eps: 0 } }, ...on);
    expect(infer.json.outputs?.d_x).toEqual(matrix([1], [0]));
    expect(infer.json.outputs?.d_gamma).toEqual(vector(0.5));
  });

  test("wrong feeds are told from what they are", async () => {
    const x = matrix([1, 2]);
    const cases = [
      { feeds: { x, y: x } },
      { feeds: { x, d_z: x } },
      { feeds: { x, d_y: matrix([1, 2, 3]) } },
      { feeds: { x, beta: vector(1, 2, 3) } },
      { feeds: { d_y: x } },
    ];
    const { code, json } = await run(scaled, cases, ...on);
    expect(code).toBe(1);
    expect(json.map((one) => one.error?.code)).toEqual(["N501", "N501", "N503", "N503", "N502"]);
    expect(json[1].error?.message).toContain("is not an input, affine, state or d_OUTPUT of this norm");
    expect(json[2].error?.message).toBe("axis D: expected 2 (from x), given 3 (by d_y)");
  });
});

test("a norm with a name that a gradient needs is refused where gradients are asked for", async () => {
  const clash = written(
    "clash.norm",
    "norm Clash {\n  axes N\n  input x[N], d_x[N]\n  y = x * d_x\n  output y\n}\n",
  );
  const { code, out, err } = await run(clash, []);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("error[N515]: `d_x` is the name of the gradient of `x`");
  expect(err).toContain("clash.norm:3:15");
  const output = written(
    "output.norm",
    "norm Order {\n  axes N\n  input x[N]\n  d_x = exp(x) / sum(exp(x) over N)\n  output d_x\n}\n",
  );
  const asOutput = await run(output, []);
  expect(asOutput.err).toContain("error[N515]: `d_x` is the name of the gradient of `x`");
  expect(asOutput.err).toContain("output.norm:5:10");
  expect((await normc(["explain", clash, "--grad"])).err).toContain("N515");
  expect((await normc(["explain", clash])).code).toBe(0);
});

test.each([[], ["--save", "stats"]])(
  "a build warns that such a norm has no backward pass: %j",
  async (...save) => {
    const clash = written(
      "built.norm",
      "norm Clash {\n  axes N\n  input x[N], d_x[N]\n  y = x * d_x\n  output y\n}\n",
    );
    const words = ["build", clash, "--out", join(dirname(clash), "built")];
    const { code, err } = await normc([...words, ...save]);
    expect(code).toBe(0);
    expect(err).toContain("warning[N515]: `d_x` is the name of the gradient of `x`");
    expect(err).toContain("built.norm:3:15");
    expect(err).toContain("Clash is built without a backward pass");
    expect(err).toContain("1 warning\n");
    expect((await normc([...words, "--no-backward"])).err).not.toContain("N515");
  },
);

test("explain shows the backward graph, its passes and its kernels", async () => {
  const { code, out } = await normc(["explain", "LayerNorm", "--grad", "--shape", "N=4,D=8"]);
  expect(code).toBe(0);
  expect(out).toContain("LayerNorm, gradients");
  expect(out).toMatch(/differentiate, schedule, lower, emit +\d+\.\d ms/);
  expect(out).toContain("d_gamma[D] = ");
  expect(out).toContain("Shape x[4, 8], gamma[8], d_y[4, 8], d_x[4, 8], d_gamma[8], d_beta[8]");
  const json = JSON.parse(
    (await normc(["explain", "BatchNorm", "--grad", "--mode", "train", "--json"])).out,
  ) as {
    readonly grad: boolean;
    readonly mode: string;
    readonly kernels: readonly { readonly writes: readonly string[] }[];
  };
  expect(json).toMatchObject({ grad: true, mode: "train" });
  expect(json.kernels.flatMap((one) => one.writes).sort()).toEqual(["d_beta", "d_gamma", "d_x"]);
});
