import { describe, expect, test } from "vitest";
import { programFormat } from "../../src/program/format.ts";
import { NormError, type Program, resolveShapes } from "../../src/runtime/webgpu/index.ts";
import { centered } from "./programs.ts";

function axis(name: string, extent: number | { param: string } | null = null): Program["axes"][number] {
  return { name, variadic: false, factors: [{ name, extent }] };
}

function split(name: string, ...factors: string[]): Program["axes"][number] {
  return { name, variadic: false, factors: factors.map((factor) => ({ name: factor, extent: null })) };
}

function program(parts: Partial<Program>): Program {
  return {
    format: programFormat,
    norm: "Test",
    mode: null,
    axes: [],
    params: [],
    tensors: [],
    kernels: [],
    ...parts,
  };
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof NormError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "accepted";
}

describe("extents", () => {
  test("a split axis gives its factor by division", () => {
    const shapes = resolveShapes(centered, { x: [2, 6, 4, 5] }, { G: 3 });
    expect(Object.fromEntries(shapes.factors)).toEqual({ N: 2, G: 3, K: 2, S: 20 });
    expect(shapes.dims.get("y")).toEqual([2, 6, 4, 5]);
    expect(shapes.dims.get("gamma")).toEqual([6]);
    expect(shapes.dims.get("total")).toEqual([3]);
    expect(shapes.elements.get("m")).toBe(6);
  });

  test("a variadic axis may be of none", () => {
    const shapes = resolveShapes(centered, { x: [3, 2] });
    expect(shapes.factors.get("S")).toBe(1);
    expect(shapes.dims.get("y")).toEqual([3, 2]);
  });

  test("a variadic axis may stand first or between", () => {
    const shapes = resolveShapes(
      program({
        axes: [axis("N"), { name: "S", variadic: true, factors: [{ name: "S", extent: null }] }, axis("C")],
        tensors: [
          { name: "x", role: "input", dims: ["N", "S", "C"] },
          { name: "y", role: "output", dims: ["S", "C"] },
        ],
      }),
      { x: [2, 3, 4, 5] },
    );
    expect(shapes.dims.get("y")).toEqual([3, 4, 5]);
    expect(shapes.elements.get("y")).toBe(60);
  });

  test("extents may be zero", () => {
    expect(resolveShapes(centered, { x: [2, 0, 3] }).factors.get("K")).toBe(0);
    expect(resolveShapes(centered, { x: [0, 4, 3] }).elements.get("y")).toBe(0);
  });

  test("an axis is made of factors that tensors give", () => {
    const made = program({
      axes: [split("C", "A", "B")],
      tensors: [
        { name: "a", role: "input", dims: ["A", "B"] },
        { name: "c", role: "output", dims: ["C"] },
      ],
    });
    expect(resolveShapes(made, { a: [3, 4] }).dims.get("c")).toEqual([12]);
    expect(refusal(() => resolveShapes(made, { a: [3, 4], c: [11] }))).toBe(
      "N504 axis C = A * B: C = 11 (from c) is not the product of A = 3 (from a) and B = 4 (from a)",
    );
  });

  test("a fixed extent must be met", () => {
    const fixed = program({ axes: [axis("M", 3)], tensors: [{ name: "w", role: "input", dims: ["M"] }] });
    expect(resolveShapes(fixed, { w: [3] }).factors.get("M")).toBe(3);
    expect(refusal(() => resolveShapes(fixed, { w: [4] }))).toBe(
      "N503 axis M: expected 3 (from the spec), given 4 (by w)",
    );
  });
});

describe("what is wrong is named", () => {
  const x = [2, 6, 4];
  test.each<[string, Record<string, readonly number[]>, Record<string, number>, string]>([
    ["no input", {}, {}, "N502 the dims of x[N, C, ...S] are missing"],
    [
      "an unknown tensor",
      { x, gama: [6] },
      {},
      'N501 "gama" is not a tensor of this norm: it has x, gamma, total, y',
    ],
    [
      "a scratch tensor",
      { x, m: [2, 2] },
      {},
      'N501 "m" is not a tensor of this norm: it has x, gamma, total, y',
    ],
    [
      "a name of Object",
      { x, constructor: [1] },
      {},
      'N501 "constructor" is not a tensor of this norm: it has x, gamma, total, y',
    ],
    ["an unknown param", { x }, { g: 2 }, 'N501 "g" is not a param of this norm: it has G, scale'],
    ["too few dims", { x: [2] }, {}, "N505 x[N, C, ...S]: expected at least 2 dims, given 1: [2]"],
    ["too many dims", { x, gamma: [6, 1] }, {}, "N505 gamma[C]: expected 1 dims, given 2: [6, 1]"],
    ["another extent", { x, gamma: [5] }, {}, "N503 axis C: expected 6 (from x), given 5 (by gamma)"],
    [
      "other variadic extents",
      { x, y: [2, 6, 2, 2] },
      {},
      "N503 axis S: expected 4 (from x), given [2, 2] (by y)",
    ],
    [
      "no division",
      { x },
      { G: 4 },
      "N504 axis C = G * K: C = 6 (from x) does not divide by G = 4 (from param G)",
    ],
    ["a fraction", { x: [1.5, 2] }, {}, "N503 axis N of x: expected a whole number from 0, given 1.5"],
    ["a negative", { x: [1, -2] }, {}, "N503 axis C of x: expected a whole number from 0, given -2"],
    ["no number", { x: [1, Number.NaN] }, {}, "N503 axis C of x: expected a whole number from 0, given NaN"],
    ["a state's extent", { x, total: [3] }, {}, "N503 axis G: expected 2 (from param G), given 3 (by total)"],
    [
      "a fraction of groups",
      { x },
      { G: 1.5 },
      "N507 param G is an extent: expected a whole number from 1, given 1.5",
    ],
    ["no groups", { x }, { G: 0 }, "N507 param G is an extent: expected a whole number from 1, given 0"],
    [
      "too large",
      { x },
      { scale: 1e39 },
      "N507 param scale: expected a number that is finite in f32, given 1e+39",
    ],
    [
      "NaN",
      { x },
      { scale: Number.NaN },
      "N507 param scale: expected a number that is finite in f32, given NaN",
    ],
  ])("%s", (_, dims, params, expected) => {
    expect(refusal(() => resolveShapes(centered, dims, params))).toBe(expected);
  });

  test("an axis that no given tensor has", () => {
    const loose = program({
      axes: [axis("N"), split("C", "A", "B")],
      tensors: [
        { name: "x", role: "input", dims: ["N"] },
        { name: "gamma", role: "affine", dims: ["C"], initial: 1 },
        { name: "delta", role: "affine", dims: ["A"], initial: 1 },
      ],
    });
    expect(refusal(() => resolveShapes(loose, { x: [1] }))).toBe(
      "N308 the extent of axis A is not known: give the dims of gamma[C] or delta[A]",
    );
    expect(resolveShapes(loose, { x: [1], gamma: [6], delta: [3] }).factors.get("B")).toBe(2);
    expect(refusal(() => resolveShapes(loose, { x: [1], gamma: [6] }))).toMatch(/^N308 the extent of axis A/);
  });
});
