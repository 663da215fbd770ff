/**
 * The warnings that come of trying a norm in f32 (N440). A trial takes up to tenths of a second, so it is made once for each
 * graph, when nobody types, and its result is kept by the text of the graph.
 */
import { findLosses, type Losses, lossWarnings } from "../../../compile/precision/loss-warnings.ts";
import { type Graph, type Node, reachable } from "../../../graph/tensor/graph.ts";
import { printGraph } from "../../../graph/tensor/print.ts";
import type { Diagnostic } from "../../../language/diagnostics/diagnostic.ts";
import { reportOnce } from "../../../language/diagnostics/reports.ts";
import type { KnownFile } from "./project.ts";

export interface Trials {
  /** The warnings of the norms that were tried, in the order of the text. */
  readonly warnings: (file: KnownFile) => readonly Diagnostic[];
  /** Tries one norm of a file that was not tried yet. False if there is none left. */
  readonly tryNext: (file: KnownFile) => boolean;
}

/** Nodes by their numbers in the graph: the same text gives the same numbers. */
interface KnownLosses {
  readonly differences: readonly number[];
  readonly gradients: Losses["gradients"];
}

/** More graphs than an editor shows at a time. */
const mostKnown = 1000;

export function createTrials(): Trials {
  const tried = new Map<string, KnownLosses>();
  return {
    warnings: (file) => {
      const found: Diagnostic[] = [];
      const once = reportOnce((one) => found.push(one));
      for (const graph of graphsOf(file)) {
        const known = tried.get(keyOf(graph));
        if (known === undefined) continue;
        for (const one of lossWarnings(graph, withNodes(graph, known), file.places)) once(one);
      }
      return found.sort((a, b) => a.span.start - b.span.start);
    },
    tryNext: (file) => {
      const graph = graphsOf(file).find((one) => !tried.has(keyOf(one)));
      if (graph === undefined) return false;
      const [oldest] = tried.size < mostKnown ? [] : tried.keys();
      if (oldest !== undefined) tried.delete(oldest);
      const { differences, gradients } = findLosses(graph);
      const nodes = nodesOf(graph);
      tried.set(keyOf(graph), { differences: differences.map((one) => nodes.indexOf(one)), gradients });
      return true;
    },
  };
}

function graphsOf({ checked }: KnownFile): readonly Graph[] {
  return checked.norms.flatMap((one) => one.graphs);
}

const keys = new WeakMap<Graph, string>();

function keyOf(graph: Graph): string {
  const { axes, params, tensors, mode, results, backward = [] } = graph;
  const key =
    keys.get(graph) ??
    `${printGraph({ ...graph, results: [...results, ...backward] })}${JSON.stringify([axes, params, tensors, mode])}`;
  keys.set(graph, key);
  return key;
}

function withNodes(graph: Graph, { differences, gradients }: KnownLosses): Losses {
  const nodes = nodesOf(graph);
  return { differences: differences.flatMap((i) => nodes[i] ?? []), gradients };
}

function nodesOf(graph: Graph): Node[] {
  return reachable(graph.results.map((one) => one.value));
}
