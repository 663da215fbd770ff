/** Reductions over windows and prefixes, on devices and on gpu.js, against the oracle and against stated truths. */
import { afterAll, describe, expect, it } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { type ChooseVariant, createNorm } from "../../src/runtime/webgpu/index.ts";
import { oracle, type Trial, worstDifference, worstOf } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { backwardTrial, worstAgainstDifferences, worstOnDevice } from "../support/gradients.ts";
import { checkText } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { inTurn } from "../support/turns.ts";
import { laneARow } from "../support/variants.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

function graphOf(equations: string, axes = "N, T, C", params = ""): Graph {
  const names = axes.replace(/ = [^,]*/g, "");
  const inputs = equations.includes("r over") ? `x[${names}], r[${names}]` : `x[${names}]`;
  const text = `norm W {\n  axes ${axes}\n  ${params}\n  input ${inputs}\n  ${equations}\n  output y\n}\n`;
  return checkText({ path: "w.norm", text })[0].graphs[0];
}

function trialOf(graph: Graph, dims: readonly number[], mean = 0): Trial {
  const count = dims.reduce((a, b) => a * b, 1);
  const names = graph.tensors.filter((one) => one.role === "input").map((one) => one.name);
  return {
    graph,
    dims: Object.fromEntries(names.map((name) => [name, dims])),
    feeds: Object.fromEntries(names.map((name, i) => [name, normals(3 + i, count, mean)])),
  };
}

/** Each centres what is far from zero, so the same 1e-5 holds there. */
const specs: Readonly<Record<string, readonly [equations: string, dims: readonly number[]]>> = {
  "a centred window along the last axis": ["y = x - mean(x over C; window = 5)", [2, 3, 12]],
  "one of an even length": ["y = x - mean(x over T; window = 4)", [2, 9, 8]],
  "a window to one side": ["y = standardize(x over T; before = 3, eps = 0.01)", [2, 9, 8]],
  "one longer than the axis": ["y = x - mean(x over T; window = 31)", [2, 5, 4]],
  "a long one": ["y = standardize(x over T; before = 80, after = 20, eps = 0.01)", [1, 300, 4]],
  "a window over two axes": ["y = standardize(x over T, C; window = 3, eps = 0.01)", [2, 7, 8]],
  "one taken axis by axis": ["y = standardize(x over T, C; window = 5, eps = 0.01)", [2, 7, 8]],
  "over three axes": ["y = standardize(x over N, T, C; window = 4, eps = 0.01)", [3, 7, 4]],
  extremes: ["y = max(x over T; window = 3) - min(x over T, C; window = 4)", [2, 9, 8]],
  "a window in a window": [
    "d = x - mean(x over T; window = 5)\n  y = d * rsqrt(mean(d^2 over T; window = 5) + 0.01)",
    [2, 19, 4],
  ],
  "a window of statistics": ["y = x - mean(var(x over C) over T; window = 3)", [2, 19, 4]],
  "a prefix along the last axis": ["y = standardize(x over C; before = inf, eps = 0.01)", [3, 2, 140]],
  "one that is no multiple of four": ["y = standardize(x over C; before = inf, eps = 0.01)", [3, 2, 77]],
  "a prefix along another axis": ["y = standardize(x over T; before = inf, eps = 0.01)", [2, 70, 8]],
  "a suffix": ["y = standardize(x over C; after = inf, eps = 0.01)", [3, 2, 77]],
  "both in one equation": [
    "y = standardize(x over C; after = inf, eps = 0.01) + (x - mean(x over C; before = inf))",
    [2, 3, 44],
  ],
  "a prefix of a prefix": [
    "d = x - mean(x over C; before = inf)\n  y = d / (0.1 + mean(abs(d) over C; before = inf))",
    [2, 3, 44],
  ],
  "a prefix with a reduction": [
    "y = (x - mean(x over C; before = inf)) * rsqrt(var(x over C) + 0.01)",
    [2, 3, 44],
  ],
  "a reduction of a prefix": [
    "d = x - mean(x over T; before = inf)\n  y = d * rsqrt(mean(d^2 over T, C) + 0.01)",
    [2, 33, 4],
  ],
  "a prefix that goes on a little": ["y = x - mean(x over T; before = inf, after = 2)", [2, 33, 4]],
  "extremes of prefixes": ["y = max(x over C; before = inf) - min(x over T; after = inf)", [2, 33, 8]],
  "a sum of far terms": ["y = standardize(x + r over T; before = inf, eps = 0.01)", [2, 33, 4]],
};

const cases = Object.entries(specs).map(([name, [equations, dims]]) => ({
  name,
  graph: graphOf(equations),
  dims,
}));

describe.each(devices)("on $name", (adapter) => {
  it.each(inTurn(cases, adapter, devices))("$name", async ({ graph, dims }) => {
    for (const mean of [0, 1e6]) {
      const trial = trialOf(graph, dims, mean);
      const worst = await worstDifference(adapter.device, trial);
      expect(worst.error, JSON.stringify([mean, worst])).toBeLessThanOrEqual(1e-5);
      const back = await worstOnDevice(adapter.device, backwardTrial(trial), 1);
      expect(back.error, JSON.stringify([mean, back])).toBeLessThanOrEqual(1e-5);
    }
  });
});

describe.each(cases)("$name", ({ graph, dims }) => {
  it("has the gradient that central differences say", () => {
    const worst = worstAgainstDifferences(trialOf(graph, dims), 6);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });

  it.each(nodeBackends)("on gpu.js %s", { timeout: 60_000 }, async (backend) => {
    for (const trial of [trialOf(graph, dims), backwardTrial(trialOf(graph, dims, 1e3))]) {
      const worst = worstOf(await runOnGpuJs(trial, backend), trial);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(2e-5);
    }
  });
});

/** What is asked of any device: workgroups that share nothing, exchange in subgroups of one, and tiles of columns. */
const variants: Readonly<Record<string, ReturnType<ChooseVariant>>> = {
  "a lane a row": laneARow,
  "eight lanes through workgroup memory": { ...laneARow, lanes: 8, rows: 2 },
  "sixty-four lanes": { ...laneARow, lanes: 64, rows: 1 },
  "tiles of columns": { ...laneARow, lanes: 4, rows: 8, columns: true },
};

describe.each(Object.entries(variants))("a prefix by %s", (_, variant) => {
  it.each(devices)("on $name", async ({ device }) => {
    for (const [axis, dims] of [
      ["T", [2, 70, 8]],
      ["C", [3, 2, 1100]],
      ["C", [3, 2, 77]],
    ] as const) {
      const trial = trialOf(graphOf(`y = standardize(x over ${axis}; before = inf, eps = 0.01)`), dims, 1e6);
      const worst = await worstDifference(device, trial, () => variant);
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
    }
  });
});

describe.each(devices)("on $name", ({ device }) => {
  const run = async (graph: Graph, dims: readonly number[], x: Float32Array): Promise<Float32Array> => {
    const norm = await createNorm(device, programOf(graph), { dims: { x: dims } });
    try {
      return Float32Array.from((await norm.run({ x })).y);
    } finally {
      norm.destroy();
    }
  };

  it("an element outside a window leaves no trace in it", async () => {
    const x = new Float32Array(200).fill(1);
    x[50] = 3e38;
    x[120] = Number.NaN;
    const y = await run(graphOf("y = sum(x over T; before = 2, after = 1)", "T"), [200], x);
    for (let i = 0; i < 200; i++) {
      const sees = (at: number): boolean => at >= i - 2 && at <= i + 1;
      if (sees(120)) expect(y[i]).toBeNaN();
      else if (!sees(50)) expect(y[i]).toBe(Math.min(199, i + 1) - Math.max(0, i - 2) + 1);
    }
  });

  it("a causal norm sees nothing of the future", async () => {
    const graph = graphOf("y = standardize(x over T; before = inf, eps = 0.01)", "T");
    const x = normals(5, 333);
    const before = await run(graph, [333], x);
    const changed = x.slice();
    changed[200] = Number.NaN;
    changed[201] = Number.POSITIVE_INFINITY;
    const after = await run(graph, [333], changed);
    expect([...after.subarray(0, 200)]).toEqual([...before.subarray(0, 200)]);
    expect([...after.subarray(200)].every(Number.isNaN)).toBe(true);
  });

  it("the length of a window is a param", async () => {
    const graph = graphOf(
      "y = sum(x over T; window = n) + sum(x over T; before = m)",
      "T",
      "param n = 3, m = 0",
    );
    const lengths: Record<string, number>[] = [{}, { n: 1 }, { n: 4, m: 2 }, { n: 50, m: 60 }];
    for (const params of lengths) {
      const trial = { ...trialOf(graph, [17]), params };
      expect((await worstDifference(device, trial)).error).toBeLessThanOrEqual(1e-5);
    }
    const wrong = (params: Record<string, number>): Promise<unknown> =>
      createNorm(device, programOf(graph), { dims: { x: [17] }, params });
    await expect(wrong({ n: 0 })).rejects.toThrow("the length of a window");
    await expect(wrong({ n: 2.5 })).rejects.toThrow("the length of a window");
    await expect(wrong({ m: -1 })).rejects.toThrow("how far a window reaches");
  });

  it("an axis without elements has no windows", async () => {
    for (const text of ["y = mean(x over T; window = 3)", "y = mean(x over T; before = inf)"]) {
      expect(await run(graphOf(text, "N, T"), [3, 0], new Float32Array(0))).toEqual(new Float32Array(0));
      expect(await run(graphOf(text, "N, T"), [0, 3], new Float32Array(0))).toEqual(new Float32Array(0));
    }
  });
});

describe("the oracle", () => {
  it("counts what is there at the ends", () => {
    const trial = { ...trialOf(graphOf("y = mean(x over T; window = 4)", "T"), [5]) };
    const x = Float32Array.of(1, 2, 4, 8, 16);
    const y = oracle({ ...trial, feeds: { x } }).get("y");
    // One before, two after.
    expect([...(y ?? [])]).toEqual([7 / 3, 15 / 4, 30 / 4, 28 / 3, 24 / 2]);
  });
});

describe("kernels", () => {
  const kernels = (equations: string, axes?: string): number =>
    compileGraph(graphOf(equations, axes)).program.kernels.length;

  it("find windows and prefixes of tensors on their way", () => {
    expect(kernels("y = x / (1 + sum(x^2 over C; window = 5))")).toBe(1);
    expect(kernels("y = standardize(x over T; before = inf, eps = 0.01)")).toBe(1);
    // From both ends: the second way needs what the first one stores.
    expect(kernels("y = mean(x over T; before = inf) - mean(x over T; after = inf)")).toBe(2);
    // Axis by axis.
    expect(kernels("y = mean(x over T, C; window = 5)")).toBe(2);
    expect(kernels("y = mean(x over T, C; window = 3)")).toBe(1);
  });
});
