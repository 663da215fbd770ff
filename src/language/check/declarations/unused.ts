/** Warns about names that are declared and never used. Most often these are typing mistakes. */
import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import type { Declarations } from "./declare.ts";
import { paramsIn } from "./initial.ts";

export function reportUnused(declarations: Declarations, used: ReadonlySet<string>, report: Report): void {
  const { params, tensors, equations, modeEquations, backwardEquations, updates, axes } = declarations;
  const factors = new Set(axes.flatMap((one) => one.factors.map((part) => part.name)));
  const written = new Set([...updates.forward, ...updates.backward].map((one) => one.state.text));
  const names = new Map<string, Span>();
  for (const one of params.values()) if (!factors.has(one.name)) names.set(one.name, one.span);
  for (const one of tensors.values()) if (!written.has(one.name)) names.set(one.name, one.span);
  for (const map of [equations, modeEquations.train, modeEquations.infer, backwardEquations]) {
    for (const one of map.values()) names.set(one.name.text, one.name.span);
  }
  const inInitials = new Set([...tensors.values()].flatMap((one) => paramsIn(one.initial ?? 0)));
  for (const [name, span] of names) {
    if (!used.has(name) && !inInitials.has(name) && !name.startsWith("_"))
      report(
        diagnostic("N209", `\`${name}\` is never used`, span, {
          note: "remove it, or begin its name with `_`",
        }),
      );
  }
}
