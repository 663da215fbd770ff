/** The benchmark's own gradients against the oracle on the graph that the compiler derives: neither knows of the other. */
import { describe, expect, it } from "vitest";
import { type BenchCase, caseOf, library } from "../../bench/cases.ts";
import { cotangentOf, dataOf } from "../../bench/data.ts";
import { type Gradients, gradientsOf, largestGradientError } from "../../bench/gradient-reference.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { oracle } from "../support/compare.ts";
import { graphOf } from "../support/library.ts";

const small: readonly BenchCase[] = [
  caseOf("layer", [2, 3, 20]),
  caseOf("rms", [5, 20], { eps: 1e-6 }),
  caseOf("instance", [2, 3, 4, 5]),
  caseOf("batch-train", [2, 3, 4, 5]),
  caseOf("group", [2, 6, 4, 5], { groups: 2 }),
  caseOf("weight", [4, 3, 3, 3]),
];

function oracleOf(one: BenchCase): Gradients {
  const { norm, mode, input } = library[one.op];
  const graph = differentiate(graphOf(norm, mode));
  const data = dataOf(one, "f32");
  const all = { [input]: data.x, gamma: data.gamma, beta: data.beta, d_y: cotangentOf(one) };
  const has = (name: string): boolean => graph.tensors.some((tensor) => tensor.name === name);
  const feeds = Object.fromEntries(Object.entries(all).filter(([name]) => has(name)));
  const params = { eps: one.eps, ...(one.op === "group" ? { G: one.groups } : {}) };
  const made = oracle({ graph, dims: { [input]: one.shape, d_y: one.shape }, params, feeds });
  const [d_gamma, d_beta] = [made.get("d_gamma"), made.get("d_beta")];
  return { d_x: made.get(`d_${input}`)!, ...(d_gamma && { d_gamma }), ...(d_beta && { d_beta }) };
}

describe("the gradients of the benchmarks", () => {
  it.each(small)("agree with the oracle on $name", (one) => {
    const data = dataOf(one, "f32");
    const names = (gradients: Gradients): string[] => Object.keys(gradients).sort();
    expect(names(oracleOf(one))).toEqual(names(gradientsOf(one, data, cotangentOf(one))));
    // The oracle's eps is rounded to f32, as a kernel's is.
    expect(largestGradientError(gradientsOf(one, data, cotangentOf(one)), oracleOf(one))).toBeLessThan(1e-9);
  });

  it.each(small)("see one wrong element in each gradient of $name", (one) => {
    const data = dataOf(one, "f32");
    for (const [name, values] of Object.entries(oracleOf(one))) {
      const wrong = Float64Array.from(values as Float64Array);
      const largest = wrong.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      wrong[wrong.length - 1]! += largest / 2;
      expect(
        largestGradientError(gradientsOf(one, data, cotangentOf(one)), { ...oracleOf(one), [name]: wrong }),
      ).toBeCloseTo(0.5, 6);
    }
  });

  it("do not take NaN for right, nor a gradient that is missing", () => {
    const [one] = small as [BenchCase];
    const data = dataOf(one, "f32");
    const { d_x, ...rest } = oracleOf(one);
    const broken = Float64Array.from(d_x as Float64Array).fill(Number.NaN, 3, 4);
    expect(
      largestGradientError(gradientsOf(one, data, cotangentOf(one)), { d_x: broken, ...rest }),
    ).toBeNaN();
    expect(() => largestGradientError(gradientsOf(one, data, cotangentOf(one)), { d_x })).toThrow(
      "d_gamma: 0 elements",
    );
  });
});
