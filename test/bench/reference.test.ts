/** The benchmark's own reference is written apart from the oracle; here the two are held against each other. */
import { describe, expect, it } from "vitest";
import { type BenchCase, caseOf, library } from "../../bench/cases.ts";
import { dataOf } from "../../bench/data.ts";
import { expectedOf, largestError } from "../../bench/reference.ts";
import { oracle } from "../support/compare.ts";
import { graphOf } from "../support/library.ts";

const small: readonly BenchCase[] = [
  caseOf("layer", [2, 3, 20]),
  caseOf("layer-channels", [2, 12, 3, 5]),
  caseOf("rms", [5, 20], { eps: 1e-6 }),
  caseOf("instance", [2, 3, 4, 5]),
  caseOf("batch-infer", [2, 3, 4, 5]),
  caseOf("batch-train", [2, 3, 4, 5]),
  caseOf("group", [2, 6, 4, 5], { groups: 2 }),
  caseOf("weight", [4, 3, 3, 3]),
  caseOf("scaled-weight", [4, 3, 3, 3]),
];

function oracleOf(one: BenchCase): Float64Array {
  const { norm, mode, input } = library[one.op];
  const graph = graphOf(norm, mode);
  const data = dataOf(one, "f32");
  const all = {
    [input]: data.x,
    gamma: data.gamma,
    beta: data.beta,
    gain: data.gamma,
    running_mean: data.mean,
    running_var: data.variance,
  };
  const has = (name: string): boolean => graph.tensors.some((tensor) => tensor.name === name);
  const feeds = Object.fromEntries(Object.entries(all).filter(([name]) => has(name)));
  const params = { eps: one.eps, ...(one.op === "group" ? { G: one.groups } : {}) };
  return oracle({ graph, dims: { [input]: one.shape }, params, feeds }).get("y")!;
}

describe("the reference of the benchmarks", () => {
  it.each(small)("agrees with the oracle on $name", (one) => {
    // The oracle's eps is rounded to f32, as a kernel's is.
    expect(largestError(expectedOf(one, dataOf(one, "f32")), oracleOf(one))).toBeLessThan(1e-9);
  });

  it.each(small)("sees one wrong element of $name", (one) => {
    const y = oracleOf(one);
    y[y.length - 1]! += 0.5;
    expect(largestError(expectedOf(one, dataOf(one, "f32")), y)).toBeCloseTo(0.5, 6);
  });

  it("does not take NaN for right", () => {
    const one = small[0]!;
    expect(largestError(expectedOf(one, dataOf(one, "f32")), oracleOf(one).fill(Number.NaN, 3, 4))).toBeNaN();
  });

  it("refuses a result of another length", () => {
    const one = small[0]!;
    expect(() => largestError(expectedOf(one, dataOf(one, "f32")), [1, 2])).toThrow("2 elements");
  });
});
