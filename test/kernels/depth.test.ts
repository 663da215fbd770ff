/** What passes the check can be compiled, however deep: 256 links, and as many as the checker admits. */
import { describe, expect, it } from "vitest";
import { compileTraining } from "../../src/compile/compile-backward.ts";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { checkFile } from "../../src/language/check/check.ts";
import { type ChainKind, chainGraph, chainKinds, chainText } from "../support/chains.ts";

const tensors = "axes N, D  input x[N, D]";
const { functions } = chainKinds;
const roots: ChainKind = { name: "roots", tensors, link: (before) => `sqrt(${before})` };
const choices: ChainKind = {
  name: "choices",
  tensors,
  link: (before) => `where(${before} > 0, ${before}, exp(${before}))`,
};
const errors: ChainKind = { name: "error functions", tensors, link: (before) => `erf(${before})` };
const powers: ChainKind = { name: "squares of squares", tensors, link: (before) => `${before} * ${before}` };

const chains = [
  { kind: functions, links: 256 },
  { kind: functions, links: 332 },
  { kind: roots, links: 998 },
  { kind: choices, links: 300 },
  { kind: errors, links: 600 },
  { kind: powers, links: 998 },
];

describe.each(chains)("$links $kind.name", ({ kind, links }) => {
  const graph = chainGraph(kind, links);

  it("for WebGPU", () => {
    expect(compileGraph(graph).program.kernels.length).toBe(1);
    expect(compileGraph(differentiate(graph)).program.kernels.length).toBe(1);
  });

  it("for gpu.js", () => {
    expect(compileGather(graph).program.draws.length).toBe(1);
    expect(compileGather(differentiate(graph)).program.draws.length).toBe(1);
  });

  // It looked at products as a tree: 2^256 steps.
  it.each(["stats", "output"] as const)("with save %s", (save) => {
    expect(compileTraining(graph, save)).toBeDefined();
  });
});

// Several passes read the terms of a sum and the factors of a product: of 40 doublings there are 2^40.
it.each([powers, { name: "doubles", tensors, link: (before: string) => `${before} + ${before}` }])(
  "40 $name in statistics",
  (kind) => {
    for (const end of [
      (v: string) => `standardize(${v} over D; 1e-5)`,
      (v: string) => `x - mean(${v} over D; weight = x)`,
      (v: string) => `x - mean(x over D; weight = ${v})`,
      (v: string) => `x - sum(${v} * x over D) / sum(${v} over D)`,
    ]) {
      const graph = chainGraph(kind, 40, end);
      expect(compileTraining(graph, "stats")).toBeDefined();
      expect(compileGather(differentiate(graph))).toBeDefined();
    }
  },
);

it("a chain of statistics as deep as the checker admits", () => {
  const graph = chainGraph(chainKinds.axesInTurn, 120);
  expect(compileGraph(graph).program.kernels.length).toBeGreaterThan(100);
});

it.each([
  { kind: functions, links: 334 },
  { kind: roots, links: 1001 },
])("$links $kind.name are refused", ({ kind, links }) => {
  const found: string[] = [];
  const source = { path: "chain.norm", text: chainText(kind, links) };
  checkFile(
    source,
    () => undefined,
    ({ code, message }) => found.push(`${code} ${message}`),
  );
  expect(found).toEqual([
    "N104 `Chain` is too large: more than 1000 operations that each wait for the one before",
  ]);
});

it("a divisor of extents that doubles a thousand times is read once an operation", () => {
  const text = chainText({ name: "", tensors, link: (before) => `${before} + ${before}` }, 900).replace(
    "e1 = x + x",
    "e1 = size(D) + size(D)",
  );
  const found: string[] = [];
  const source = { path: "chain.norm", text: text.replace(/y = (e\d+)/, "y = x / $1") };
  checkFile(
    source,
    () => undefined,
    ({ code }) => found.push(code),
  );
  expect(found).toEqual([]);
});
