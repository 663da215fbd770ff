/** Random specs on random shapes: the device and the simplified graph against the oracle. A failure prints its seed and a shrunk spec. */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { compileBackward } from "../../src/compile/compile-backward.ts";
import { graphPasses } from "../../src/compile/passes.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { checkFile } from "../../src/language/check/check.ts";
import type { Diagnostic } from "../../src/language/diagnostics/diagnostic.ts";
import { oracle, worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices, type TestDevice } from "../support/device.ts";
import { backwardTrial, worstAgainstDifferences, worstOnDevice } from "../support/gradients.ts";
import { checkText } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { inTurn } from "../support/turns.ts";
import { expectWrittenOnce } from "../support/written.ts";
import { farSpec } from "./far-specs.ts";
import { type RandomSpec, randomSpec } from "./specs.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/**
 * More, and other ones each time, in a hunt: NORMC_RANDOM_RUNS=2000. Otherwise always the same: a change is not refused
 * for a defect that was there before it.
 */
const runs = Number(process.env.NORMC_RANDOM_RUNS ?? 60);
const seed = process.env.NORMC_RANDOM_RUNS === undefined ? 20_261_124 : undefined;
if (seed !== undefined) fc.configureGlobal({ seed });

/** An adapter's share of the runs, and specs of its own. */
function ownRuns(all: number, adapter: TestDevice): { numRuns: number; seed?: number } {
  const runs = Array.from({ length: Math.ceil(all) }, (_, run) => run);
  const numRuns = inTurn(runs, adapter, devices).length;
  return seed === undefined ? { numRuns } : { numRuns, seed: seed + devices.indexOf(adapter) };
}

function graphOf(spec: RandomSpec): Graph {
  const found: Diagnostic[] = [];
  const { norms } = checkFile(
    { path: "random.norm", text: spec.text },
    () => undefined,
    (one) => found.push(one),
  );
  const errors = found.filter((one) => one.severity === "error");
  expect(errors.map((one) => `${one.code} ${one.message}`)).toEqual([]);
  return norms[0].graphs[0];
}

function feedsOf(spec: RandomSpec): Record<string, Float32Array> {
  const count = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);
  return Object.fromEntries(
    Object.entries(spec.dims).map(([name, dims], i) => {
      const values = normals(17 + i, count(dims));
      return [name, spec.integers.includes(name) ? values.map((one) => Math.abs(Math.round(one))) : values];
    }),
  );
}

describe("random specs", () => {
  it("mean the same after every pass over the graph", async () => {
    await fc.assert(
      fc.asyncProperty(randomSpec, async (spec) => {
        const checked = graphOf(spec);
        const trial = { graph: checked, dims: spec.dims, feeds: feedsOf(spec) };
        const want = oracle(trial).get("y") as Float64Array;
        let graph = checked;
        for (const { name, run } of graphPasses) {
          graph = run(graph);
          // The expansions are made for f32: erf is good to 2e-7.
          const tolerance = name === "expand" || name === "tidy" ? 1e-5 : 1e-9;
          const got = oracle({ ...trial, graph }).get("y") as Float64Array;
          const worst = got.reduce(
            (most, value, i) => Math.max(most, Math.abs(value - want[i]) / Math.max(1, Math.abs(want[i]))),
            0,
          );
          expect(worst, `after ${name}\n${spec.text}`).toBeLessThanOrEqual(tolerance);
        }
      }),
      { numRuns: runs },
    );
  });

  it.each(devices)(
    "of differences are as exact far from zero on $name",
    { timeout: 180_000 },
    async (adapter) => {
      await fc.assert(
        fc.asyncProperty(farSpec, async (spec) => {
          const isData = new Set(["x", "w", "center"]);
          const feeds = Object.fromEntries(
            Object.entries(spec.dims).map(([name, dims], i) => {
              const count = dims.reduce((a, b) => a * b, 1);
              return [name, isData.has(name) ? normals(31 + i, count, 1e6) : normals(7 + i, count, 0.3, 0.5)];
            }),
          );
          const worst = await worstDifference(adapter.device, {
            graph: graphOf(spec),
            dims: spec.dims,
            feeds,
          });
          expect(worst.error, `${JSON.stringify(worst)}\n${spec.text}`).toBeLessThanOrEqual(1e-5);
        }),
        ownRuns(runs, adapter),
      );
    },
  );

  it.each(devices)("agree with the oracle on $name", { timeout: 180_000 }, async (adapter) => {
    await fc.assert(
      fc.asyncProperty(randomSpec, async (spec) => {
        const worst = await worstDifference(adapter.device, {
          graph: graphOf(spec),
          dims: spec.dims,
          feeds: feedsOf(spec),
        });
        // Three equations deep, each may lose a few units in the last place and be divided by sqrt(eps) = 0.1.
        expect(worst.error, `${JSON.stringify(worst)}\n${spec.text}`).toBeLessThanOrEqual(1e-3);
      }),
      ownRuns(runs, adapter),
    );
  });

  it("have the gradients that central differences say", { timeout: 180_000 }, () => {
    fc.assert(
      fc.property(randomSpec, (spec) => {
        const trial = { graph: graphOf(spec), dims: spec.dims, feeds: feedsOf(spec) };
        const worst = worstAgainstDifferences(trial, 4);
        // Three equations deep, with 1 / sqrt(eps) = 10 in each: the fifth derivative can reach 1e10.
        expect(worst.error, `${JSON.stringify(worst)}\n${spec.text}`).toBeLessThanOrEqual(1e-5);
      }),
      { numRuns: runs },
    );
  });

  it.each(devices)(
    "agree in their gradients with the oracle on $name",
    { timeout: 180_000 },
    async (adapter) => {
      await fc.assert(
        fc.asyncProperty(randomSpec, async (spec) => {
          const trial = { graph: graphOf(spec), dims: spec.dims, feeds: feedsOf(spec) };
          const worst = await worstOnDevice(adapter.device, backwardTrial(trial), 1);
          // As for the values above, and a derivative is one factor of 1 / sqrt(eps) worse.
          expect(worst.error, `${JSON.stringify(worst)}\n${spec.text}`).toBeLessThanOrEqual(1e-2);
        }),
        // The backward graph of a random spec is several times as large.
        ownRuns(runs / 5, adapter),
      );
    },
  );

  it("have backward programs that write every gradient once", { timeout: 180_000 }, () => {
    fc.assert(
      fc.property(randomSpec, (spec) => {
        for (const { program } of compileBackward(graphOf(spec))) expectWrittenOnce(program);
      }),
      { numRuns: 2 * runs },
    );
  });
});

/** Found by the tests above. */
it.each([
  // Two grids each added up d_y over rows, and one took the other's sums for its own.
  `axes T, C = G * K
  param G = 2
  input x[T, C], w[T]
  affine gamma[C] = 1
  e = x + max(tanh(mean(x over T)), mean(x over C))`,
  // Each row made a reduction over all rows for itself, and what followed from it was moved out of the loop over rows.
  `axes T, C
  input x[T, C], w[C]
  affine gamma = 1
  m = mean(x over C) / (1 + abs(tanh(mean(x over T, C))))
  e = where(x < 0.25, max(x, mean(x over C)), where(x < 0.25, max(x + m, x), x / (1 + abs(x))))`,
  // Of two sums that d_w is made of only one could be added up on the way, and rows were taken in chunks all the same.
  `axes N, ...S, T, C = G * K
  param eps = 0.01, G = 3
  input x[N, ...S, T, C], w[C]
  affine gamma = 1
  m = 0.5 * x + max(where(x < 0.25, mean(x over C), (x + x)), w)
  e = 0.5 * x + standardize(m over ...S; eps)`,
])("gradients compile: %s", (body) => {
  const text = `norm Two {\n  ${body}\n  y = e + 0 * (w + gamma)\n  output y\n}`;
  const [norm] = checkText({ path: "two.norm", text });
  for (const { program } of compileBackward(norm!.graphs[0]!)) expectWrittenOnce(program);
});
