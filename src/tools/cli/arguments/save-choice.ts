/** `--save`: what the forward pass keeps for the backward one. */

import { refusedSave } from "../../../compile/build/refused-saves.ts";
import { compileSaving } from "../../../compile/compile-backward.ts";
import type { Compiled } from "../../../compile/passes.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { Source } from "../../../language/diagnostics/diagnostic.ts";
import { InputError } from "../terminal/failure.ts";

export const saves: readonly Save[] = ["none", "stats", "output"];

/** @throws InputError N516. */
export function savingOf(
  source: Source,
  graph: Graph,
  save: Save,
): { saving?: Compiled; backward: Compiled } {
  const made = compileSaving(graph, save);
  if ("reason" in made) throw new InputError([refusedSave(source, graph.norm, save, made.reason)]);
  return made;
}
