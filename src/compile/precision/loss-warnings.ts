/** Warns where the differences and gradients of a norm lose digits far from zero (N440). */
import { type Graph, type Node, operands, reachable } from "../../graph/tensor/graph.ts";
import type { Recorder } from "../../language/check/scope/scope.ts";
import { type Diagnostic, diagnostic, type Span } from "../../language/diagnostics/diagnostic.ts";
import { lostDigits } from "./lost-digits.ts";
import { lostGradients } from "./lost-gradients.ts";

/** Where values stand in the texts. Those of the prelude stand in no text of the user. */
export interface ValuePlaces {
  readonly record: Recorder;
  readonly spans: ReadonlyMap<Node, Span>;
}

export function recordPlaces(): ValuePlaces {
  const spans = new Map<Node, Span>();
  return {
    spans,
    record: ({ module }, expr, value) => {
      if (!module.builtIn && !spans.has(value)) spans.set(value, expr.span);
    },
  };
}

/** What loses digits in a checked graph. */
export interface Losses {
  readonly differences: readonly Node[];
  /** Names of inputs and affines. */
  readonly gradients: readonly string[];
}

/** Tries the graph: this takes up to tenths of a second. */
export function findLosses(graph: Graph): Losses {
  const differences = lostDigits(graph);
  // The gradients of a difference that is lost are lost with it.
  return { differences, gradients: differences.length === 0 ? lostGradients(graph) : [] };
}

export function lossWarnings(
  graph: Graph,
  { differences, gradients }: Losses,
  { spans }: ValuePlaces,
): Diagnostic[] {
  const nodes = reachable(graph.results.map((one) => one.value));
  const placed = (node: Node | undefined): Span[] => {
    const span = node && spanOf(node, nodes, spans);
    return span === undefined ? [] : [span];
  };
  return [
    ...differences.flatMap(placed).map(differenceWarning),
    ...gradients.flatMap((name) =>
      placed(nodes.find((one) => one.kind === "input" && one.tensor === name)).map((span) =>
        gradientWarning(name, span),
      ),
    ),
  ];
}

function differenceWarning(span: Span): Diagnostic {
  const message = "this difference loses its digits where its operands lie far from zero";
  const note =
    "take the difference first and reduce it then, or write the statistic that is meant: `x - mean(x over A)`, `var(x over A)`, `mean(x over A; weight = w)`";
  return diagnostic("N440", message, span, { note });
}

function gradientWarning(name: string, span: Span): Diagnostic {
  const message = `the gradient of ${name} loses its digits where the data lie far from zero`;
  const note =
    "take a mean off before scales and weights multiply the data, as `k * (x - mean(x over A))` and `mean(x over A; weight = w)` do; if nobody needs this gradient, write `stop_gradient` around it";
  return diagnostic("N440", message, span, { note });
}

/** The place of a node, or of the first one that uses it and has a place: `standardize` has a difference inside. */
function spanOf(node: Node, nodes: readonly Node[], spans: ReadonlyMap<Node, Span>): Span | undefined {
  const users = new Set([node]);
  for (const one of nodes) {
    if (one !== node && !operands(one).some((operand) => users.has(operand))) continue;
    users.add(one);
    const span = spans.get(one);
    if (span !== undefined) return span;
  }
  return undefined;
}
