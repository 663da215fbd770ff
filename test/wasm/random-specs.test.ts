/** Random specs on random shapes as WebAssembly, in whole rows and in parts, against the oracle. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { checkFile } from "../../src/language/check/check.ts";
import type { WasmSchedule } from "../../src/program/wasm-program.ts";
import { farSpec } from "../property/far-specs.ts";
import { type RandomSpec, randomSpec } from "../property/specs.ts";
import { type Trial, worstOf } from "../support/compare.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { normals } from "../support/random.ts";
import { runWasm, type WasmRun } from "../support/wasm.ts";

/** More, and other ones each time, in a hunt: NORMC_RANDOM_RUNS=2000. */
const runs = Number(process.env.NORMC_RANDOM_RUNS ?? 12);
if (process.env.NORMC_RANDOM_RUNS === undefined) fc.configureGlobal({ seed: 20_261_124 });

const inParts: WasmRun = {
  schedule: (all: readonly WasmSchedule[]) => all.find((one) => one.kind === "parts") ?? all[0]!,
};

function trialOf(
  spec: Pick<RandomSpec, "text" | "dims">,
  feedOf: (name: string, count: number, place: number) => Float32Array,
): Trial {
  const source = { path: "random.norm", text: spec.text };
  // Of random declarations, some are never used.
  const { norms } = checkFile(
    source,
    () => undefined,
    () => {},
  );
  const graph = norms[0]!.graphs[0]!;
  const feeds = Object.entries(spec.dims).map(([name, dims], i) => {
    const count = dims.reduce((a, b) => a * b, 1);
    return [name, feedOf(name, count, i)] as const;
  });
  return { graph, dims: spec.dims, feeds: Object.fromEntries(feeds) };
}

function nearTrial(spec: RandomSpec): Trial {
  return trialOf(spec, (name, count, i) => {
    const values = normals(17 + i, count);
    return spec.integers.includes(name) ? values.map((one) => Math.abs(Math.round(one))) : values;
  });
}

it("agree with the oracle", { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomSpec, async (spec) => {
      const trial = nearTrial(spec);
      for (const run of [{}, inParts]) {
        const worst = worstOf(await runWasm(trial, run), trial);
        // Three equations deep, each may lose a few units in the last place and be divided by sqrt(eps) = 0.1.
        expect(worst.error, `${JSON.stringify(worst)}\n${spec.text}`).toBeLessThanOrEqual(1e-3);
      }
    }),
    { numRuns: runs },
  );
});

it("are as exact far from zero", { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(farSpec, async (spec) => {
      const isData = new Set(["x", "w", "center"]);
      const trial = trialOf(spec, (name, count, i) =>
        isData.has(name) ? normals(31 + i, count, 1e6) : normals(7 + i, count, 0.3, 0.5),
      );
      for (const run of [{}, inParts]) {
        const worst = worstOf(await runWasm(trial, run), trial);
        expect(worst.error, `${JSON.stringify(worst)}\n${spec.text}`).toBeLessThanOrEqual(1e-5);
      }
    }),
    { numRuns: runs },
  );
});

it("agree in their gradients", { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomSpec, async (spec) => {
      const trial = backwardTrial(nearTrial(spec));
      for (const run of [{}, inParts]) {
        const worst = worstGradient(trial, await runWasm(trial, run), 1);
        // As for the values above, and a derivative is one factor of 1 / sqrt(eps) worse.
        expect(worst.error, `${JSON.stringify(worst)}\n${spec.text}`).toBeLessThanOrEqual(1e-2);
      }
    }),
    // The backward graph of a random spec is several times as large.
    { numRuns: Math.ceil(runs / 6) },
  );
});
