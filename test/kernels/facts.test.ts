/** What a program says of its texts holds: the runtimes take its word and read no text. */
import { describe, expect, it } from "vitest";
import { compileTraining } from "../../src/compile/compile-backward.ts";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import type { GatherDraw } from "../../src/program/gather-program.ts";
import type { Program, Shader } from "../../src/program/program.ts";
import { wgslHelpers } from "../../src/targets/wgsl/helpers.ts";
import { graphIn } from "../check/files.ts";
import { libraryNorms } from "../support/library.ts";

/** Rounding, an infinity, and a minimum by fours: what no norm of the library has. */
const odd = graphIn(`norm Odd {
  axes N, D
  input x[N, D]
  y = where(x > 1e30 * 1e30, 0, round(x) - min(x over D))
  output y
}`);

const helperNames = wgslHelpers.map((one) => one.name);

const cases = [...libraryNorms().flatMap((one) => one.graphs), odd].map(
  (graph) => [`${graph.norm} ${graph.mode ?? ""}`, graph] as const,
);

function programsOf(graph: Graph): Program[] {
  const training = compileTraining(graph, "stats");
  if ("reason" in training) throw new Error(training.reason);
  const { backward, saving } = training;
  return [
    compileGraph(graph).program,
    ...backward.map((one) => one.program),
    ...(saving === null ? [] : [saving]),
  ];
}

function shadersOf({ kernels }: Program): Shader[] {
  return kernels.flatMap(({ shaders, split }) => [
    ...shaders,
    ...(split?.stages.flatMap((one) => one.shaders) ?? []),
  ]);
}

describe.each(cases)("%s", (_, graph) => {
  const programs = programsOf(graph);

  it("says which shaders exchange and which keep values", () => {
    for (const { wgsl, exchanges, held } of programs.flatMap(shadersOf)) {
      expect(exchanges).toBe(/\bexchange4?\(/.test(wgsl));
      expect(held > 0).toBe(/\bheld_place\(/.test(wgsl));
    }
  });

  it("says in which stages a part of a row has a workgroup of its own", () => {
    const stages = programs.flatMap(({ kernels }) => kernels.flatMap(({ split }) => split?.stages ?? []));
    for (const { shaders, shared } of stages) {
      for (const { wgsl } of shaders) expect(shared).toBe(/\blet part = /.test(wgsl));
    }
  });

  it("declares the helpers that it calls, and no other", () => {
    for (const { wgsl } of programs.flatMap(shadersOf)) {
      const declared = helperNames.filter((name) => wgsl.includes(`fn ${name}(`));
      const called = helperNames.filter((name) => new RegExp(`(?<!fn )\\b${name}\\(`).test(wgsl));
      expect(declared).toEqual(called);
    }
  });

  it("gives gpu.js the functions that it calls, and no other", () => {
    const draws = compileGather(graph).program.draws.flatMap(({ whole, split }): GatherDraw[] =>
      split === null ? [whole] : [whole, split.part, split.merge],
    );
    for (const { js, jsFunctions, glsl } of draws) {
      const called = ["round_even(", "high_part("].filter((name) => js.includes(name));
      expect(jsFunctions).toHaveLength(called.length);
      for (const name of ["larger", "smaller", "high_part"]) {
        const isCalled = new RegExp(`(?<!float )\\b${name}\\(`).test(glsl);
        expect(glsl.includes(`float ${name}(`)).toBe(isCalled);
      }
    }
  });
});

it("the odd one rounds, compares by fours and has an infinity", () => {
  const texts = programsOf(odd).flatMap(shadersOf);
  for (const name of ["non_finite", "smaller4", "fold_min"]) {
    expect(texts.some(({ wgsl }) => wgsl.includes(`fn ${name}(`))).toBe(true);
  }
  expect(compileGather(odd).program.draws.some(({ whole }) => whole.jsFunctions.length > 0)).toBe(true);
});
