/** The outcomes of `bench/wasm.ts` as tables: forward and backward, on one thread and on two. */
import type { Comparison } from "./comparison.ts";
import type { Outcome } from "./race.ts";
import { largestSaneError, timingOf } from "./ratios.ts";
import type { CaseResult } from "./results.ts";

export type Pass = "forward" | "backward";

export interface Section {
  readonly pass: Pass;
  readonly threads: number;
  readonly cases: readonly CaseResult[];
}

export const threadCounts = [1, 2] as const;

/** In ONNX Runtime's native kernels lies the processor's own code. The others are WebAssembly. */
const wasmPeers = ["ORT Web", "TF.js", "jax-js", "gpu.js", "TF.js forward + backward", "jax-js backward"];

/** A sum of 1e5 terms in f32, added one after another, has an error of about 1e-4. */
const saneError: Readonly<Record<Pass, number>> = { forward: largestSaneError.f32, backward: 1e-3 };

/** The names of entries end in their threads: `normc backward ×2`. */
export function sectionsOf(cases: readonly CaseResult[]): readonly Section[] {
  return (["forward", "backward"] as const).flatMap((pass) =>
    threadCounts.map((threads) => ({
      pass,
      threads,
      cases: cases
        .map((one) => ({ ...one, outcome: partOf(one.outcome, pass, threads) }))
        .filter(({ outcome }) => Object.keys(outcome).length > 0),
    })),
  );
}

function partOf(outcome: Outcome, pass: Pass, threads: number): Outcome {
  const suffix = ` ×${threads}`;
  const part = Object.entries(outcome)
    .filter(([name]) => name.endsWith(suffix) && name.includes("backward") === (pass === "backward"))
    .map(([name, one]) => [name.slice(0, -suffix.length).replace(/^(memcpy|normc) backward$/, "$1"), one]);
  return Object.fromEntries(part);
}

/** Milliseconds, if the result is right. */
export function rightTime(outcome: Outcome, name: string, pass: Pass): number | undefined {
  const timing = timingOf(outcome, name);
  return timing !== undefined && (timing.error ?? 0) <= saneError[pass] ? timing.ms.median : undefined;
}

/** How normc's time compares with another's. */
export function overOther(outcome: Outcome, name: string | undefined, pass: Pass): number | undefined {
  const own = rightTime(outcome, "normc", pass);
  const other = name === undefined ? undefined : rightTime(outcome, name, pass);
  return own === undefined || other === undefined ? undefined : own / other;
}

export function fastestWasm(outcome: Outcome, pass: Pass): string | undefined {
  const times = wasmPeers.flatMap((name) => {
    const ms = rightTime(outcome, name, pass);
    return ms === undefined ? [] : [{ name, ms }];
  });
  return times.sort((a, b) => a.ms - b.ms)[0]?.name;
}

export function comparisonOfSection({ pass, threads }: Section): Comparison {
  const forward = pass === "forward";
  return {
    title: `${forward ? "Forward" : "Backward"} on ${threads === 1 ? "one thread" : "two threads"}`,
    command: "npm run bench:wasm",
    ratios: [
      { label: "÷ memcpy", value: (outcome) => overOther(outcome, "memcpy", pass), aim: 4 },
      ...(forward
        ? [
            {
              label: "÷ ORT cpu",
              value: (outcome: Outcome) => overOther(outcome, "ORT cpu", pass),
              aim: 1.5,
            },
          ]
        : []),
      {
        label: "÷ fastest wasm peer",
        value: (outcome) => overOther(outcome, fastestWasm(outcome, pass), pass),
        to: (outcome) => fastestWasm(outcome, pass),
      },
    ],
    legend: [],
    error: forward
      ? "Largest error of an element against a float64 reference:"
      : "Largest error of an element against a float64 reference, over the largest magnitude in its gradient:",
    saneError: saneError[pass],
  };
}
