/** What a forward pass is asked to keep for the backward one and cannot: N516. */
import type { Save } from "../../graph/autodiff/divide.ts";
import { nameClash } from "../../graph/autodiff/gradient-names.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import { type Diagnostic, diagnostic, type Source } from "../../language/diagnostics/diagnostic.ts";
import { whyNotSaved } from "../compile-backward.ts";

/** One for each norm of a file for which what is asked for cannot be had. */
export function refusedSaves(source: Source, graphs: readonly Graph[], save: Save): Diagnostic[] {
  const seen = new Set<string>();
  return graphs.flatMap((graph) => {
    // Without gradients there is nothing to keep.
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
