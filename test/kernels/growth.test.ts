/** How programs grow with the length of a chain: about linearly. Counts are held, not times, which machines differ in. */
import { describe, expect, it } from "vitest";
import { compileTraining } from "../../src/compile/compile-backward.ts";
import { compileGather } from "../../src/compile/compile-gather.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { type Graph, reachable } from "../../src/graph/tensor/graph.ts";
import { storedTargets } from "../../src/kernels/schedule/plan.ts";
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

  it.each([
    ["forward", (graph: Graph) => graph],
    ["backward", (graph: Graph) => differentiate(graph)],
  ])("%s: kernels, what they compute, and their texts", (_, of) => {
    const [before, after] = [short, long].map((graph) => countsOf(of(graph)));
    for (const [i, count] of after.entries()) expect(count / before[i]).toBeLessThanOrEqual(most);
  });

  it("the forward pass that keeps statistics, and the gradients that read them", () => {
    const [before, after] = [short, long].map((graph) => bytesOf(compileTraining(graph, "stats")));
    expect(after / before).toBeLessThanOrEqual(most);
  });
});

/** Kernels, nodes in them, bytes for WebGPU and for gpu.js. */
function countsOf(graph: Graph): number[] {
  const { plan, program } = compileGraph(graph);
  const nodes = plan.kernels.map((one) => reachable(storedTargets(one).map(({ value }) => value)).length);
  return [
    plan.kernels.length,
    nodes.reduce((a, b) => a + b),
    bytesOf(program),
    bytesOf(compileGather(graph).program),
  ];
}

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
