/** The tables and the limits of the benchmark on processors, on made-up times. */
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../bench/race.ts";
import type { CaseResult } from "../../bench/results.ts";
import { sectionOf } from "../../bench/table.ts";
import { comparisonOfSection, fastestWasm, sectionsOf } from "../../bench/wasm-sections.ts";
import { limitLines, limitsOf } from "../../bench/wasm-verdict.ts";

const timing = (ms: number, error?: number) => ({
  ms: { median: ms, quartiles: [ms, ms] as const, count: 7 },
  ...(error === undefined ? {} : { error }),
});

const outcome: Outcome = {
  "memcpy ×1": timing(1),
  "memcpy ×2": timing(0.5),
  "normc ×1": timing(2, 1e-7),
  "normc ×2": timing(1.4, 1e-7),
  "ORT cpu ×1": timing(4, 1e-7),
  "ORT cpu ×2": timing(1, 1e-7),
  "ORT Web ×1": timing(20, 1e-7),
  "gpu.js ×1": timing(1, 0.7),
  "jax-js ×1": { refused: "crashed" },
  "memcpy backward ×1": timing(2),
  "normc backward ×1": timing(6, 1e-6),
  "jax-js backward ×1": timing(30, 1e-6),
};

const cases: readonly CaseResult[] = [
  { name: "large", shape: [1024, 1024], op: "layer", outcome },
  { name: "larger", shape: [4096, 2048], op: "layer", outcome },
  { name: "small", shape: [16, 16], op: "layer", outcome: { ...outcome, "normc ×2": timing(2, 1e-7) } },
];
const sections = sectionsOf(cases);

describe("the sections", () => {
  it("have the entries of their threads and their pass, without either in the name", () => {
    const names = sections.map((one) => Object.keys(one.cases[0]?.outcome ?? {}));
    expect(names).toEqual([
      ["memcpy", "normc", "ORT cpu", "ORT Web", "gpu.js", "jax-js"],
      ["memcpy", "normc", "ORT cpu"],
      ["memcpy", "normc", "jax-js backward"],
      [],
    ]);
  });

  it("compare with the fastest in WebAssembly whose result is right, and never with native code", () => {
    expect(fastestWasm(sections[0]!.cases[0]!.outcome, "forward")).toBe("ORT Web");
  });

  it("make a table", () => {
    const [first] = sections;
    const lines = sectionOf(
      { adapter: "one thread", software: true, absent: {}, cases: first!.cases },
      comparisonOfSection(first!),
      undefined,
    );
    expect(lines).toContain(
      "| large | 1.00 ±0 % | 2.00 ±0 % | 20.0 ±0 % | – | 1.00 ±0 % | 4.00 ±0 % | 2.00 | 0.50 | 0.10 (ORT Web) |",
    );
  });
});

describe("the limits", () => {
  const lines = limitLines(limitsOf(sections, 3000));

  it("are met or missed", () => {
    expect(lines).toContain(
      "| forward ÷ memcpy, one thread | median 2.5, worst 4 | median 2.00, worst 2.00 (small) | met |",
    );
    expect(lines).toContain(
      "| ÷ ONNX Runtime native, two threads | below 1 on 3 of 3, worst 1.5 | below 1 on 0 of 3, worst 2.00 (small) | **missed** |",
    );
    expect(lines).toContain("| build of the library for wgsl, glsl and wasm | 4 s | 3.0 s | met |");
  });

  it("take two threads for tensors above 4 MiB alone: a tensor of that size is not", () => {
    expect(lines).toContain(
      "| two threads ÷ one, tensors above 4 MiB | worst 0.65 | worst 0.70 (larger) | **missed** |",
    );
  });

  it("are not met where a case has no time", () => {
    const broken = cases.map((one, i) =>
      i > 0 ? one : { ...one, outcome: { ...outcome, "normc ×1": { refused: "crashed" } } },
    );
    const [first] = limitLines(limitsOf(sectionsOf(broken), 3000)).slice(2);
    expect(first).toContain("not measured");
  });

  it("are not met by what was not measured", () => {
    const none = limitLines(limitsOf(sections, "no such target"));
    expect(none).toContain(
      "| build of the library for wgsl, glsl and wasm | 4 s | no such target | not measured |",
    );
    expect(none.find((line) => line.includes("fastest wasm peer, two"))).toContain("not measured");
  });
});
