/** The `on` blocks of a norm, and the state updates in them. */

import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { Name, NormDecl, Statement } from "../../syntax/ast.ts";
import { blockOf } from "./definitions.ts";

export type Update = Extract<Statement, { kind: "update" }>;

/** Whether the norm has blocks for modes. Reports blocks for modes that do not exist. */
export function declareModes(decl: NormDecl, report: Report): boolean {
  const blocks = decl.items.filter((item) => item.kind === "mode");
  for (const { mode } of blocks) {
    if (blockOf(mode) !== undefined) continue;
    const note = "the modes are `train` and `infer`; `on backward` is for the backward pass";
    const offer = { note, ...suggestion(mode.text, ["train", "infer", "backward"], mode.span) };
    report(diagnostic("N406", `there is no mode \`${mode.text}\``, mode.span, offer));
  }
  return blocks.some(({ mode }) => blockOf(mode) !== "backward");
}

/** The updates of states, by the pass that makes them. */
export interface Updates {
  /** In `on train`. */
  readonly forward: readonly Update[];
  /** In `on backward`. */
  readonly backward: readonly Update[];
}

/** The first update of each state. */
export function declareUpdates(decl: NormDecl, report: Report): Updates {
  const seen = new Set<string>();
  const updates = { forward: [] as Update[], backward: [] as Update[] };
  for (const item of decl.items) {
    if (item.kind === "update") reportWrittenOutside(item.state, item.span, report);
    if (item.kind !== "mode") continue;
    const block = blockOf(item.mode);
    for (const one of item.statements) {
      if (one.kind !== "update" || block === undefined) continue;
      const { text } = one.state;
      if (block === "infer") reportWrittenOutside(one.state, one.span, report);
      else if (seen.has(text)) report(diagnostic("N410", `the state \`${text}\` is updated twice`, one.span));
      else updates[block === "train" ? "forward" : "backward"].push(one);
      if (block !== "infer") seen.add(text);
    }
  }
  return updates;
}

/** Whether the norm says something about its backward pass. */
export function hasOwnBackward({
  backwardEquations,
  updates,
}: {
  readonly backwardEquations: ReadonlyMap<string, unknown>;
  readonly updates: Updates;
}): boolean {
  return backwardEquations.size > 0 || updates.backward.length > 0;
}

export function reportWrittenOutside(state: Name, span: Span, report: Report): void {
  report(
    diagnostic("N404", `\`${state.text}\` is written outside training`, span, {
      note: "states change only in training: in an `on train { … }` block, or in `on backward` of a norm with that mode",
    }),
  );
}
