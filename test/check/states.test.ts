/** States of called norms, through several levels: values on paper, on the oracle and on every backend. */
import { afterAll, describe, expect, it, test } from "vitest";
import { checkFile } from "../../src/language/check/check.ts";
import type { Diagnostic } from "../../src/language/diagnostics/diagnostic.ts";
import type { Mode } from "../../src/program/program.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { oracle, type Trial } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { runOnGpuJs } from "../support/gather.ts";
import { checkText } from "../support/library.ts";

const called = `
norm Inner {
  axes   N, C
  input  x[N, C]
  state  run[C] = 0
  on train { m = mean(x over N)  run <- lerp(run, m, 0.5) }
  on infer { m = run }
  y = x - m
  output y
}
norm Mid { axes N, C  input x[N, C]  y = Inner(x) * 2  output y }
norm Far { axes N, C  input x[N, C]  y = Mid(x) + 1  output y }
norm Own {
  axes   N, C
  input  x[N, C]
  state  seen[C] = 0
  on train { seen <- seen + max(x over N) }
  y = Mid(x) + seen
  output y
}
norm Groups {
  axes   N, C = G * K
  param  G = 2
  input  x[N, C]
  state  level[G] = 0
  on train { level <- level + mean(x over N, K) }
  y = x - level
  output y
}
norm OfGroups { axes N, C  param G = 2  input x[N, C]  y = Groups(x; G = G) * 2  output y }
`;

interface Case {
  readonly equations: string;
  readonly axes?: string;
  readonly dims?: readonly number[];
  readonly feeds: Readonly<Record<string, readonly number[]>>;
  readonly train: Readonly<Record<string, readonly number[]>>;
  readonly infer: Readonly<Record<string, readonly number[]>>;
}

const x = [1, 3];

const cases: Readonly<Record<string, Case>> = {
  "one level down": {
    equations: "state a[C] = 0  y = Mid(x; run = a) + 1",
    feeds: { x, a: [4] },
    train: { y: [-1, 3], a: [3] },
    infer: { y: [-5, -1] },
  },
  "two levels down": {
    equations: "state a[C] = 0  y = Far(x; run = a)",
    feeds: { x, a: [4] },
    train: { y: [-1, 3], a: [3] },
    infer: { y: [-5, -1] },
  },
  "two calls, each with its own": {
    equations: "state a[C] = 0, b[C] = 0  y = Mid(x; run = a) + Far(x * 3; run = b)",
    feeds: { x, a: [4], b: [10] },
    train: { y: [-7, 9], a: [3], b: [8] },
    infer: { y: [-19, -3] },
  },
  "one call with a state by name, one without": {
    equations: "state a[C] = 0  y = Mid(x; run = a) + Mid(x * 3)",
    feeds: { x, a: [4], run: [10] },
    train: { y: [-8, 8], a: [3], run: [8] },
    infer: { y: [-20, -4] },
  },
  "a state of its own, and one further down": {
    equations: "state a[C] = 0, b[C] = 0  y = Own(x; seen = a, run = b)",
    feeds: { x, a: [100], b: [4] },
    train: { y: [98, 102], a: [103], b: [3] },
    infer: { y: [94, 98] },
  },
  "names that two norms use the other way round": {
    equations: "state run[C] = 0, seen[C] = 0  y = Own(x; seen = run, run = seen)",
    feeds: { x, run: [100], seen: [4] },
    train: { y: [98, 102], run: [103], seen: [3] },
    infer: { y: [94, 98] },
  },
  "along a factor of an axis": {
    axes: "N, C = G * K",
    equations:
      "param G = 2  state a[G] = 0, b[G] = 0  y = OfGroups(x; G = G, level = a) + OfGroups(x * 3; G = G, level = b)",
    dims: [1, 4],
    feeds: { x: [1, 3, 5, 9], a: [1, 2], b: [10, 20] },
    train: { y: [-14, 2, -4, 28], a: [3, 9], b: [16, 41] },
    infer: { y: [-14, 2, -4, 28] },
  },
};

const modes: readonly Mode[] = ["train", "infer"];
const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

describe.each(Object.entries(cases))("a state given by name: %s", (_, one) => {
  const { equations, axes = "N, C", dims = [2, 1], feeds } = one;
  const text = `${called}\nnorm Outer {\n  axes ${axes}\n  input x[N, C]\n  ${equations}\n  output y\n}\n`;
  const graphs = checkText({ path: "states.norm", text }).find((norm) => norm.name === "Outer")?.graphs ?? [];
  const trials = modes.map((mode): { mode: Mode; trial: Trial } => {
    const graph = graphs.find((own) => own.mode === mode);
    if (graph === undefined) throw new Error(`Outer has no mode ${mode}`);
    const values = Object.entries(feeds).map(([name, data]) => [name, Float32Array.from(data)] as const);
    return { mode, trial: { graph, dims: { x: dims }, feeds: Object.fromEntries(values) } };
  });

  it.each(trials)("on the oracle, $mode", ({ mode, trial }) => {
    expect(plain(Object.fromEntries(oracle(trial)))).toEqual(one[mode]);
  });

  it.each(trials)("on gpu.js, $mode", async ({ mode, trial }) => {
    expect(plain(await runOnGpuJs(trial, "cpu"))).toEqual(one[mode]);
  });

  describe.each(devices)("on $name", ({ device }) => {
    it.each(trials)("$mode", async ({ mode, trial }) => {
      const norm = await createNorm(device, programOf(trial.graph), { dims: trial.dims });
      const results = await norm.run(trial.feeds);
      norm.destroy();
      expect(plain(results)).toEqual(one[mode]);
    });
  });
});

test("two calls that would share a state: the message says what to write", () => {
  const text = `${called}norm Outer { axes N, C  input x[N, C]  y = Far(x) + Far(x * 3)  output y }`;
  const found: Diagnostic[] = [];
  const report = (one: Diagnostic): void => void found.push(one);
  checkFile({ path: "states.norm", text }, () => undefined, report);
  expect(found.map(({ code, note }) => [code, note])).toEqual([
    ["N202", "each call needs a state of its own; declare a state for it and pass that: `Far(…; run = …)`"],
  ]);
});

function plain(results: Readonly<Record<string, ArrayLike<number>>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, Array.from(values)]));
}
