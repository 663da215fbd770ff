import { describe, expect, it } from "vitest";
import { compare, excess } from "./compare.ts";
import { inputData } from "./read.ts";

describe("excess", () => {
  it("is the error as a multiple of atol + rtol * |want|", () => {
    expect(excess(10.3, 10, { atol: 0.1, rtol: 0.01 }, "f32")).toBeCloseTo(1.5);
  });

  it("counts steps of the output's type where the tolerance is in ULP", () => {
    expect(excess(1 + 2 ** -23, 1, { ulp: 2 }, "f32")).toBe(0.5);
    expect(excess(1 + 2 ** -10, 1, { ulp: 2 }, "f16")).toBe(0.5);
    expect(excess(2 ** -149, -(2 ** -149), { ulp: 2 }, "f32")).toBe(1);
    expect(excess(1, 1 + 2 ** -40, { ulp: 0 }, "f32")).toBe(0);
  });

  it("takes NaN for NaN only, and an infinity for the same one only", () => {
    const tolerance = { atol: 1, rtol: 1 };
    expect(excess(Number.NaN, Number.NaN, tolerance, "f32")).toBe(0);
    expect(excess(Number.NaN, 0, tolerance, "f32")).toBe(Number.POSITIVE_INFINITY);
    expect(excess(0, Number.NaN, { ulp: 5 }, "f16")).toBe(Number.POSITIVE_INFINITY);
    expect(excess(1e38, Number.POSITIVE_INFINITY, tolerance, "f32")).toBe(Number.POSITIVE_INFINITY);
    expect(excess(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, tolerance, "f32")).toBe(0);
    expect(excess(Number.POSITIVE_INFINITY, 1, tolerance, "f32")).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("compare", () => {
  const want = { kind: "all", dims: [2, 1], data: Float64Array.of(1, 2) } as const;
  const expected = { output: "y", want, tolerance: { atol: 0.1, rtol: 0 }, type: "f32" } as const;

  it("lets dimensions of 1 be missing, and no others", () => {
    expect(compare(expected, { dims: [2], data: [1, 2] }).failure).toBeNull();
    expect(compare(expected, { dims: [3], data: [1, 2, 3] }).failure).toContain("dims [3]");
  });

  it("names the worst element", () => {
    expect(compare(expected, { dims: [2], data: [1.2, 2.3] }).failure).toBe("y[1] is 2.3, not 2");
    expect(compare(expected, undefined).failure).toBe("no output y");
  });

  it("holds the sums of a real shape too, though its samples agree", () => {
    const samples = { kind: "samples", dims: [3], index: [0], data: Float64Array.of(1) } as const;
    const sums = { sum: 6, sumAbs: 6, sumSq: 14 };
    const real = { ...expected, want: { ...samples, ...sums }, tolerance: { atol: 0.1, sum_rtol: 0.01 } };
    expect(compare(real, { dims: [3], data: [1, 2, 3] }).failure).toBeNull();
    expect(compare(real, { dims: [3], data: [1, 2, 4] }).failure).toContain("sum of y is 7");
    expect(compare(real, { dims: [3], data: [1, 2, Number.NaN] }).failure).toContain("sum of y is NaN");
  });
});

describe("inputData", () => {
  it("reads NaN and infinities, which JSON writes as strings", () => {
    const tensor = { role: "x", dims: [3], dtype: "float32", data: [1, "NaN", "-Infinity"] } as const;
    expect([...inputData(tensor)]).toEqual([1, Number.NaN, Number.NEGATIVE_INFINITY]);
  });
});
