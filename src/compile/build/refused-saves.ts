/** N516: a forward pass cannot save what it is asked to save for the backward pass. */
import type { Save } from "../../graph/autodiff/divide.ts";
import { nameClash } from "../../graph/autodiff/gradient-names.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import { type Diagnostic, diagnostic, type Source } from "../../language/diagnostics/diagnostic.ts";
import { whyNotSaved } from "../compile-backward.ts";

/** Returns one diagnostic for each norm of a file that cannot save what `save` asks for. */
export function refusedSaves(source: Source, graphs: readonly Graph[], save: Save): Diagnostic[] {
  const seen = new Set<string>();
  return graphs.flatMap((graph) => {
    // Without gradients there is nothing to save.
    const reason =
      seen.has(graph.norm) || nameClash(graph) !== undefined ? undefined : whyNotSaved(graph, save);
    if (reason === undefined) return [];
    seen.add(graph.norm);
    return [refusedSave(source, graph.norm, save, reason)];
  });
}

export function refusedSave(source: Source, norm: string, save: Save, reason: string): Diagnostic {
  const start = Math.max(0, source.text.search(new RegExp(`(?<=\\bnorm\\s+)${norm}\\b`)));
  return diagnostic(
    "N516",
    `${norm} cannot save its ${save} for the backward pass`,
    { source, start, end: start + norm.length },
    { note: reason },
  );
}
