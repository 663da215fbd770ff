/** Checks a text as `checkFile` does, and warns where its differences and gradients lose digits far from zero (N440). */
import { type Node, operands, reachable } from "../../graph/tensor/graph.ts";
import { type CheckedFile, checkFile } from "../../language/check/check.ts";
import type { ReadImport } from "../../language/check/modules/modules.ts";
import {
  type Diagnostic,
  diagnostic,
  type Report,
  type Source,
  type Span,
} from "../../language/diagnostics/diagnostic.ts";
import { reportOnce } from "../../language/diagnostics/reports.ts";
import { lostDigits } from "./lost-digits.ts";
import { lostGradients } from "./lost-gradients.ts";

/** Reports the diagnostics of `checkFile`, and after them the warnings, each in the order of the text. */
export function checkSource(source: Source, readImport: ReadImport, report: Report): CheckedFile {
  const spans = new Map<Node, Span>();
  const checked = checkFile(source, readImport, report, ({ module }, expr, value) => {
    if (!module.builtIn && !spans.has(value)) spans.set(value, expr.span);
  });
  const found: Diagnostic[] = [];
  const once = reportOnce((one) => found.push(one));
  for (const { graphs } of checked.norms) {
    for (const graph of graphs) {
      const nodes = reachable(graph.results.map((one) => one.value));
      const lost = lostDigits(graph);
      for (const one of lost) {
        const span = spanOf(one, nodes, spans);
        if (span !== undefined) once(warning(span));
      }
      // The gradients of a difference that is lost are lost with it.
      for (const name of lost.length === 0 ? lostGradients(graph) : []) {
        const read = nodes.find((one) => one.kind === "input" && one.tensor === name);
        const span = read && spanOf(read, nodes, spans);
        if (span !== undefined) once(gradientWarning(name, span));
      }
    }
  }
  for (const one of found.toSorted((a, b) => a.span.start - b.span.start)) report(one);
  return checked;
}

function warning(span: Span): Diagnostic {
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
