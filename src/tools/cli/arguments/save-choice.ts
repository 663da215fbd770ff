/** `--save`: what the forward pass keeps for the backward one. */

import { compileSaving, whyNotSaved } from "../../../compile/compile-backward.ts";
import type { Compiled } from "../../../compile/passes.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { nameClash } from "../../../graph/autodiff/gradient-names.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import { type Diagnostic, diagnostic, type Source } from "../../../language/diagnostics/diagnostic.ts";
import { InputError } from "../terminal/failure.ts";

export const saves: readonly Save[] = ["none", "stats", "output"];

/** One for each norm of a file for which what is asked for cannot be had: N516. */
export function refusedSaves(source: Source, graphs: readonly Graph[], save: Save): Diagnostic[] {
  const seen = new Set<string>();
  return graphs.flatMap((graph) => {
    // Without gradients there is nothing to keep.
    const reason =
      seen.has(graph.norm) || nameClash(graph) !== undefined ? undefined : whyNotSaved(graph, save);
    if (reason === undefined) return [];
    seen.add(graph.norm);
    return [refused(source, graph.norm, save, reason)];
  });
}

/** @throws InputError N516. */
export function savingOf(
  source: Source,
  graph: Graph,
  save: Save,
): { saving?: Compiled; backward: Compiled } {
  const made = compileSaving(graph, save);
  if ("reason" in made) throw new InputError([refused(source, graph.norm, save, made.reason)]);
  return made;
}

function refused(source: Source, norm: string, save: Save, reason: string): Diagnostic {
  const start = Math.max(0, source.text.search(new RegExp(`(?<=\\bnorm\\s+)${norm}\\b`)));
  return diagnostic(
    "N516",
    `${norm} cannot keep its ${save} for the backward pass`,
    { source, start, end: start + norm.length },
    { note: reason },
  );
}
