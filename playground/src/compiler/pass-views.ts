/**
 * The graph after each pass, line by line: what a pass added and removed, and which lines of the spec each node comes from.
 *
 * Passes make nodes anew and know no spans. So a line is followed by what it says: one that says the same as before, of
 * operands that do the same, comes from the same lines of the spec; one that a pass added comes from what it removed in
 * that place.
 */
import { type PassedGraphs, passGraph } from "../../../src/compile/passes.ts";
import { type Graph, type Node, operands, reachable } from "../../../src/graph/tensor/graph.ts";
import { printGraph } from "../../../src/graph/tensor/print.ts";
import { positionAt } from "../../../src/language/diagnostics/lines.ts";
import { type Step, stepsBetween } from "./differences.ts";
import type { GraphLine, PassView } from "./protocol.ts";
import type { FoundNorm, KnownSpec } from "./spec.ts";
import { specPath } from "./spec-path.ts";

type SpecLines = readonly number[];

interface Printed {
  readonly lines: readonly string[];
  /** What a line says without the numbers of nodes. */
  readonly keys: readonly string[];
}

/** A graph with the lines of the spec that each of its lines comes from. */
export interface FollowedGraph extends Printed {
  readonly pass: string;
  readonly ms: number;
  readonly spec: readonly SpecLines[];
  readonly steps: readonly Step[];
  readonly before: Printed;
}

const followed = new WeakMap<Graph, readonly FollowedGraph[]>();

/** All graphs of the road, in order. */
export function followPasses(spec: KnownSpec, { graph, forward }: FoundNorm): readonly FollowedGraph[] {
  const known = followed.get(graph);
  if (known !== undefined) return known;
  const passed: PassedGraphs = passGraph(graph);
  let before: Printed & { readonly spec: readonly SpecLines[] } = {
    ...printed(forward),
    spec: checkedLines(spec, forward),
  };
  const all = passed.map(({ pass, graph: after, ms }): FollowedGraph => {
    const now = printed(after);
    const steps = stepsBetween(before.keys, now.keys);
    const name = pass === "check" && graph !== forward ? "differentiate" : pass;
    const one = { ...now, pass: name, ms, steps, before, spec: inherited(steps, before.spec, now) };
    before = one;
    return one;
  });
  followed.set(graph, all);
  return all;
}

export function passViews(spec: KnownSpec, found: FoundNorm): PassView[] {
  return followPasses(spec, found).map((one, place): PassView => {
    // Of the graph that was checked everything is new, and nothing changed.
    const isFirst = place === 0 && !found.grad;
    const lines = one.steps.map((step) => shownLine(one, step, isFirst));
    const count = (change: GraphLine["change"]): number =>
      lines.filter((line) => line.change === change).length;
    return { name: one.pass, ms: one.ms, lines, added: count("added"), removed: count("removed") };
  });
}

function shownLine({ lines, spec, before }: FollowedGraph, step: Step, isFirst: boolean): GraphLine {
  if (step.kind === "removed") return { text: before.lines[step.before] ?? "", spec: [], change: "removed" };
  const change = isFirst ? "same" : step.kind;
  return { text: lines[step.after] ?? "", spec: spec[step.after] ?? [], change };
}

function printed(graph: Graph): Printed {
  const lines = printGraph(graph).trimEnd().split("\n");
  const ops = lines.map((line) => /^%\d+ = (\w+)/.exec(line)?.[1] ?? "");
  const keys = lines.map((line) =>
    line.replace(/^%\d+ = /, "").replace(/%(\d+)/g, (_, number) => `%${ops[Number(number)] ?? ""}`),
  );
  return { lines, keys };
}

/** The nodes that `printGraph` gives a line, in its order. */
function shownNodes(graph: Graph): Node[] {
  return reachable(graph.results.map((one) => one.value)).filter(
    ({ kind }) => kind === "map" || kind === "reduce" || kind === "window" || kind === "pick",
  );
}

function checkedLines({ spans, source }: KnownSpec, graph: Graph): SpecLines[] {
  const nodes = shownNodes(graph);
  const found = new Map<Node, SpecLines>();
  for (const node of nodes.toReversed()) {
    const span = spans.get(node);
    if (span !== undefined && span.source.path === specPath) {
      const [first, last] = [span.start, span.end].map((offset) => positionAt(source, offset).line);
      found.set(node, range(first ?? 1, last ?? 1));
    }
    // What a function of the language is made of comes from its call.
    const own = found.get(node);
    if (own !== undefined) for (const one of operands(node)) if (!found.has(one)) found.set(one, own);
  }
  return [
    ...nodes.map((one) => found.get(one) ?? []),
    ...graph.results.map(({ value }) => found.get(value) ?? []),
  ];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function inherited(steps: readonly Step[], before: readonly SpecLines[], now: Printed): SpecLines[] {
  const spec: SpecLines[] = now.lines.map(() => []);
  let lost = new Set<number>();
  let isChange = false;
  let last: SpecLines = [];
  for (const step of steps) {
    switch (step.kind) {
      case "same":
        last = before[step.before] ?? [];
        spec[step.after] = last;
        isChange = false;
        break;
      case "removed":
        if (!isChange) lost = new Set();
        isChange = true;
        for (const one of before[step.before] ?? []) lost.add(one);
        break;
      case "added":
        if (!isChange) lost = new Set();
        isChange = true;
        // Nothing was removed there: it belongs to what stands above it.
        spec[step.after] = lost.size > 0 ? [...lost].sort((a, b) => a - b) : last;
    }
  }
  return spec;
}
