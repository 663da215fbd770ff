/**
 * Outputs written over inputs: which of them the compiler allows, and that the results are bit for bit those with a buffer
 * for each.
 */
import { afterAll, describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import type { Program } from "../../src/program/program.ts";
import {
  type ChooseVariant,
  chooseVariant,
  createNorm,
  NormError,
  type NormOptions,
  type Variant,
  whyIllegal,
} from "../../src/runtime/webgpu/index.ts";
import { readBuffer, storedBuffer } from "../support/buffers.ts";
import { backwardProgramsOf, programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial } from "../support/gradients.ts";
import { graphOf } from "../support/library.ts";
import { randomTrial } from "../support/shapes.ts";
import { laneARow } from "../support/variants.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const extents = { N: [8], C: [12], S: [4, 6], D: [96], T: [8] };

const strategies: Readonly<Record<string, (s: number) => Partial<Variant>>> = {
  "the default": () => ({ lanes: 3 }),
  "four rows together": (s) => ({ lanes: s, rows: 2, subgroup: s, together: 4 }),
  "the row in registers": (s) => ({ lanes: 4 * s, rows: 2, subgroup: s, residency: "registers" }),
  "split rows": (s) => ({ lanes: s, rows: 2, subgroup: s, parts: 3 }),
};

function orDefault(strategy: (s: number) => Partial<Variant>): ChooseVariant {
  return (work, traits, limits) => {
    const own = strategy(traits.subgroup);
    const chunks = work.chunkRows > 0 ? Math.min(Math.ceil(work.chunkRows / (own.together ?? 1)), 7) : 1;
    const variant = { ...laneARow, rows: 4, chunks, ...own };
    return whyIllegal(variant, work, traits, limits) === null ? variant : chooseVariant(work, traits, limits);
  };
}

interface Case {
  readonly name: string;
  readonly program: Program;
  readonly options: Pick<NormOptions, "dims" | "params">;
  readonly feeds: Readonly<Record<string, ArrayLike<number>>>;
  readonly inPlace: Readonly<Record<string, string>>;
}

function forward(name: string, inPlace: Record<string, string>, mode: "train" | null = null): Case {
  const graph = graphOf(name, mode);
  const { dims, params = {}, feeds } = randomTrial(graph, extents, known(graph, { G: 3 }), 7);
  return { name, program: programOf(graph), options: { dims, params }, feeds, inPlace };
}

function backward(name: string, inPlace: Record<string, string>, mode: "train" | null = null): Case {
  const graph = graphOf(name, mode);
  const trial = backwardTrial(randomTrial(graph, extents, {}, 7));
  const program = backwardProgramsOf(graph).at(-1)!;
  const read = new Set(program.tensors.map((one) => one.name));
  const only = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(values).filter(([key]) => read.has(key)));
  const options = { dims: only(trial.dims), params: trial.params ?? {} };
  return { name: `${name} backward`, program, options, feeds: only(trial.feeds), inPlace };
}

function known(graph: Graph, params: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(params).filter(([key]) => graph.params.some((one) => one.name === key)),
  );
}

const cases = [
  forward("LayerNorm", { y: "x" }),
  forward("LayerNormChannels", { y: "x" }),
  forward("GroupNorm", { y: "x" }),
  forward("BatchNorm", { y: "x" }, "train"),
  forward("Softmax", { y: "x" }),
  forward("DynamicTanh", { y: "x" }),
  forward("AddRMSNorm", { h: "residual", y: "x" }),
  // A lane reads and writes both elements of a pair.
  forward("RMSNormRotary", { y: "x" }),
  backward("LayerNorm", { d_x: "d_y" }),
  backward("BatchNorm", { d_x: "x" }, "train"),
];

async function resultsOf(
  device: GPUDevice,
  { program, options, feeds }: Case,
  more: Partial<NormOptions>,
): Promise<Record<string, number[]>> {
  const norm = await createNorm(device, program, { ...options, ...more });
  const results = await norm.run(feeds);
  norm.destroy();
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, [...values]]));
}

/** lavapipe takes seconds to compile what SwiftShader compiles at once. */
const quick = devices.at(-1)!;

describe.each(devices)("$name", ({ device, name: adapter }) => {
  test.each(adapter === quick.name ? cases : cases.slice(0, 1))("$name in every variant", async (one) => {
    for (const [name, strategy] of Object.entries(strategies)) {
      const choose = orDefault(strategy);
      const want = await resultsOf(device, one, { choose });
      expect(await resultsOf(device, one, { choose, inPlace: one.inPlace }), name).toEqual(want);
    }
    const half = await resultsOf(device, one, { dtype: "f16" });
    expect(await resultsOf(device, one, { dtype: "f16", inPlace: one.inPlace })).toEqual(half);
  });

  test("encode takes one range for both, and refuses two", async () => {
    const { program, options, feeds } = cases[0]!;
    const norm = await createNorm(device, program, { ...options, inPlace: { y: "x" } });
    const values = Float32Array.from(feeds.x!);
    const [buffer, other] = [storedBuffer(device, values, "f32"), storedBuffer(device, values, "f32")];
    const encoder = device.createCommandEncoder();
    norm.encode(encoder, { x: buffer, y: { buffer, offset: 0 } });
    device.queue.submit([encoder.finish()]);
    const { y } = await resultsOf(device, { ...cases[0]!, feeds: { x: values } }, {});
    expect([...(await readBuffer(device, buffer, values.length, "f32"))]).toEqual(y);
    expect(() => norm.encode(undefined as never, { x: buffer, y: other })).toThrow(
      "y and x are one in place: expected one range for both",
    );
    norm.destroy();
  });
});

describe("what cannot be computed in place is refused, with the reason", () => {
  const { device } = devices[0]!;

  async function refusal(one: Case, more: Partial<NormOptions> = {}): Promise<string> {
    try {
      (await createNorm(device, one.program, { ...one.options, inPlace: one.inPlace, ...more })).destroy();
      return "accepted";
    } catch (error) {
      if (error instanceof NormError) return `${error.code} ${error.message}`;
      throw error;
    }
  }

  test.each([
    [
      forward("LocalResponseNorm", { y: "x" }),
      "N522 y cannot be written over x: kernel y reads elements of x where or after others are written",
    ],
    // h is x + residual: a lane could write it before others have read their sample of both.
    [
      forward("AddLayerNorm", { h: "x" }),
      "N522 h cannot be written over x: kernel y reads elements of x where or after others are written",
    ],
    [forward("LayerNorm", { y: "gamma" }), 'N501 "gamma" is not an input of this norm: it has x'],
    [forward("LayerNorm", { x: "x" }), 'N501 "x" is not an output of this norm: it has y'],
    [forward("AddRMSNorm", { y: "x", h: "x" }), "N522 only one output can be written over x"],
    [
      backward("LayerNorm", { d_gamma: "x" }),
      "N522 d_gamma cannot be written over x: their dims are [D] and [N, D]",
    ],
  ])("$name", async (one, message) => {
    expect(await refusal(one)).toBe(message);
  });

  test("two element types", async () => {
    expect(await refusal(cases[0]!, { dtype: { y: "f16" } })).toBe(
      "N522 y cannot be written over x: one is f16, the other f32",
    );
  });

  test("an input that a later kernel reads", async () => {
    const { program } = cases[0]!;
    // The same kernel a second time: it would read what the first has written.
    const twice = { ...program, kernels: [...program.kernels, ...program.kernels] };
    expect(await refusal({ ...cases[0]!, program: twice })).toBe(
      "N522 y cannot be written over x: kernel y reads x after y is written",
    );
  });
});
