/** The `on` blocks of a norm, and the state updates in them. */

import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { Name, NormDecl, Statement } from "../../syntax/ast.ts";
import { modeOf } from "./definitions.ts";

export type Update = Extract<Statement, { kind: "update" }>;

/** Whether the norm has `on` blocks. Reports blocks for modes that do not exist. */
export function declareModes(decl: NormDecl, report: Report): boolean {
  const blocks = decl.items.filter((item) => item.kind === "mode");
  for (const { mode } of blocks) {
    if (modeOf(mode) !== undefined) continue;
    const modes = ["train", "infer"];
    const offer = { note: "the modes are `train` and `infer`", ...suggestion(mode.text, modes, mode.span) };
    report(diagnostic("N406", `there is no mode \`${mode.text}\``, mode.span, offer));
  }
  return blocks.length > 0;
}

/** The first update of each state, all of them in `on train`. */
export function declareUpdates(decl: NormDecl, report: Report): Update[] {
  const updates = new Map<string, Update>();
  for (const item of decl.items) {
    if (item.kind === "update") reportWrittenOutside(item.state, item.span, report);
    if (item.kind !== "mode") continue;
    const mode = modeOf(item.mode);
    for (const one of item.statements) {
      if (one.kind !== "update" || mode === undefined) continue;
      if (mode === "infer") reportWrittenOutside(one.state, one.span, report);
      else if (!updates.has(one.state.text)) updates.set(one.state.text, one);
      else report(diagnostic("N410", `the state \`${one.state.text}\` is updated twice`, one.span));
    }
  }
  return [...updates.values()];
}

function reportWrittenOutside(state: Name, span: Span, report: Report): void {
  report(
    diagnostic("N404", `\`${state.text}\` is written outside training`, span, {
      note: "states change only in an `on train { … }` block",
    }),
  );
}
