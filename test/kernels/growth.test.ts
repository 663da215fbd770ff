/** How programs grow with the length of a chain: about linearly. Counts are held, not times, which machines differ in. */
import { describe, expect, it } from "vitest";
import { compileTraining } from "../../src/compile/compile-backward.ts";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { type Graph, reachable } from "../../src/graph/tensor/graph.ts";
import { storedTargets } from "../../src/kernels/schedule/plan.ts";
import type { Program } from "../../src/program/program.ts";
import { chainGraph, chainKinds } from "../support/chains.ts";

/** From n links to 2n: twice, and what a beginning and an end come to; n² would be 4. */
const most = 2.3;

const { oneAxis, axesInTurn, maxima, functions } = chainKinds;

const chains = [
  { ...oneAxis, links: 8 },
  { ...axesInTurn, links: 8 },
  // Two operations a link: of eight nothing is far from memory yet.
  { ...maxima, links: 16 },
];

describe.each(chains)("$name", ({ links, ...kind }) => {
  const [short, long] = [chainGraph(kind, links), chainGraph(kind, 2 * links)];
  const grows = (count: (graph: Graph) => number): void => {
    expect(count(long) / count(short)).toBeLessThanOrEqual(most);
  };

  it.each([
    ["forward", (graph: Graph) => graph],
    ["backward", (graph: Graph) => differentiate(graph)],
  ])("%s: kernels, what they compute, and their texts", (_, of) => {
    grows((graph) => compileGraph(of(graph)).plan.kernels.length);
    grows((graph) =>
      compileGraph(of(graph))
        .plan.kernels.map((one) => reachable(storedTargets(one).map(({ value }) => value)).length)
        .reduce((a, b) => a + b),
    );
    grows((graph) => bytesOf(compileGraph(of(graph)).program));
    grows((graph) => bytesOf(compileGather(of(graph)).program));
  });

  it("the forward pass that keeps statistics, and the gradients that read them", () => {
    const programs = (graph: Graph): Program[] => {
      const training = compileTraining(graph, "stats");
      if ("reason" in training) throw new Error(training.reason);
      const backward = training.backward.map((one) => one.program);
      return training.saving === null ? backward : [training.saving, ...backward];
    };
    grows((graph) =>
      programs(graph)
        .map(bytesOf)
        .reduce((a, b) => a + b),
    );
  });
});

it("a chain of functions is one kernel, however long, and its text grows with it", () => {
  const compiled = [8, 16].map((links) => compileGraph(differentiate(chainGraph(functions, links))));
  expect(compiled.map(({ plan }) => plan.kernels.length)).toEqual([1, 1]);
  const [short, long] = compiled.map(({ program }) => bytesOf(program));
  expect(long / short).toBeLessThanOrEqual(most);
});

it("many kept values of one layout are counted in an address, not added up one by one", () => {
  const graph = chainGraph(oneAxis, 30);
  const training = compileTraining(graph, "stats");
  const lines = JSON.stringify(training).split("\\n");
  expect(lines.filter((one) => one.length > 1000 && one.includes("base"))).toEqual([]);
});

function bytesOf(program: object): number {
  return JSON.stringify(program).length;
}
