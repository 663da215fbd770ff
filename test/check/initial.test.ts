/** Initial values that depend on extents and params: on the oracle, on every backend, through calls and for states. */
import { afterAll, describe, expect, it } from "vitest";
import type { Mode } from "../../src/program/program.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { oracle } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { runOnGpuJs } from "../support/gather.ts";
import { checkAll, graphIn } from "./files.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const scale = `
norm Scale {
  axes   ...N, D = P * K
  param  P = 2, gain = 1
  input  x[...N, D]
  affine g = size(D)^0.5 * gain, h[P] = P / (size(...N) - -1)
  state  seen[P] = -size(K) / 2
  on train { seen <- seen + 1 }
  y = x * g + h + 0 * seen
  output y
}`;

interface Case {
  readonly text: string;
  readonly mode: Mode;
  readonly params?: Readonly<Record<string, number>>;
  readonly y: readonly number[];
  readonly seen?: readonly number[];
}

// x is [3, 4], all ones.
const cases: Readonly<Record<string, Case>> = {
  "of extents": { text: scale, mode: "infer", y: Array(12).fill(2 + 0.5) },
  "of params": { text: scale, mode: "infer", params: { P: 4, gain: 3 }, y: Array(12).fill(6 + 1) },
  "of a state": { text: scale, mode: "train", y: Array(12).fill(2.5), seen: [0, 0] },
  "of a called norm": {
    text: `${scale} norm Outer { axes N, D param other = 5 input x[N, D] y = Scale(x; gain = other) output y }`,
    mode: "train",
    params: { other: 7 },
    y: Array(12).fill(14 + 0.5),
    seen: [0, 0],
  },
  "of a call with a computed param": {
    text: `${scale} norm Outer { axes N, D input x[N, D] y = Scale(x; gain = sum(x over N, D)) output y }`,
    mode: "infer",
    y: Array(12).fill(24 + 0.5),
  },
};

describe.each(Object.entries(cases))("initial values %s", (_, { text, mode, params = {}, y, seen }) => {
  const graph = graphIn(text, mode);
  const feeds = { x: new Float32Array(12).fill(1) };
  const want = { y: [...y], ...(seen === undefined ? {} : { seen: [...seen] }) };

  it("on the oracle", () => {
    const got = oracle({ graph, dims: { x: [3, 4] }, params, feeds });
    expect(Object.fromEntries([...got].map(([name, values]) => [name, [...values]]))).toEqual(want);
  });

  it.each(devices)("on $name", async ({ device }) => {
    const norm = await createNorm(device, programOf(graph), { dims: { x: [3, 4] }, params });
    const got = await norm.run(feeds);
    norm.destroy();
    expect(Object.fromEntries(Object.entries(got).map(([name, values]) => [name, [...values]]))).toEqual(
      want,
    );
  });

  it("through gpu.js", async () => {
    const got = await runOnGpuJs({ graph, dims: { x: [3, 4] }, params, feeds }, "cpu");
    expect([...got.y]).toEqual(want.y);
  });
});

it("a state whose initial value would depend on a computed value cannot become one of the caller", () => {
  const { found } = checkAll(`
norm Inner { axes N param start = 0 input x[N] state s = start on train { s <- s + 1 } y = x + s output y }
norm Outer { axes N input x[N] y = Inner(x; start = sum(x over N)) output y }`);
  expect(found.map((one) => one.code)).toEqual(["N408"]);
});

it("a param that only an initial value uses is used", () => {
  const { found } = checkAll(
    "norm A { axes N param gain = 2 input x[N] affine g = gain y = x * g output y }",
  );
  expect(found).toEqual([]);
});
