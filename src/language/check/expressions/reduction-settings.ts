/** What stands after the semicolon of a reduction: `mean(x over N; weight = w)`, `standardize(x over K; weight = w, eps)`. */
import type { Node } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { CallExpr } from "../../syntax/ast.ts";
import type { Scope } from "../scope/scope.ts";
import { type Reaches, readReaches, type WindowSetting } from "./windows.ts";

export type Setting = "weight" | "eps" | WindowSetting;

const window: readonly WindowSetting[] = ["window", "before", "after"];
const settingsOf: Readonly<Record<string, readonly Setting[]>> = {
  mean: ["weight", ...window],
  var: ["weight", ...window],
  standardize: ["weight", "eps", ...window],
};

/** The settings that a reduction can have. */
export function knownSettings(reduction: string): readonly Setting[] {
  return Object.hasOwn(settingsOf, reduction) ? settingsOf[reduction]! : window;
}

export interface ReductionSettings {
  readonly values: Readonly<Partial<Record<Setting, Node>>>;
  /** How far the window reaches. Null if the reduction is over whole axes. */
  readonly reaches: Reaches | null;
}

/** The settings that are given. Undefined if there is a mistake, which is reported. */
export function reductionSettings(scope: Scope, expr: CallExpr): ReductionSettings | undefined {
  const reduction = expr.callee.text;
  const known = knownSettings(reduction);
  const found: Partial<Record<Setting, Node>> = {};
  const spans: Partial<Record<Setting, Span>> = {};
  let sound = true;
  const fail = (...given: Parameters<typeof diagnostic>): void => {
    scope.report(diagnostic(...given));
    sound = false;
  };
  const given = new Set<string>();
  for (const { name, value } of expr.settings) {
    const node = scope.session.evaluate(scope, value);
    if (node === undefined) sound = false;
    const wanted = name?.text ?? (reduction === "standardize" ? "eps" : undefined);
    const setting = known.find((one) => one === wanted);
    if (wanted === undefined) {
      const message = `an argument after the semicolon needs a name: \`${reduction}\` cannot tell what this is for`;
      fail("N402", message, value.span, { note: `write \`${known[0]} = …\`` });
    } else if (setting === undefined) {
      const span = name?.span ?? value.span;
      const help = wanted === "weight" ? { note: noteOnWeights(reduction) } : suggestion(wanted, known, span);
      fail("N402", `\`${reduction}\` has no setting \`${wanted}\``, span, help);
    } else if (given.has(setting)) {
      fail("N202", `\`${setting}\` is given twice`, name?.span ?? value.span);
    } else {
      given.add(setting);
      spans[setting] = value.span;
      if (node !== undefined) found[setting] = node;
    }
  }
  if (reduction === "standardize" && !given.has("eps")) {
    fail("N401", "`standardize` needs its epsilon", expr.span, {
      note: "write `standardize(x over K; eps)`",
    });
  }
  const reaches = sound ? readReaches(scope, found, spans) : undefined;
  if (reaches !== undefined && reaches !== null && found.weight !== undefined) {
    fail("N420", "a reduction over a window has no weight", spans.weight ?? expr.span, {
      note: "write `sum(w * x over T; …) / sum(w over T; …)`",
    });
  }
  return sound && reaches !== undefined ? { values: found, reaches } : undefined;
}

function noteOnWeights(reduction: string): string {
  return reduction === "sum"
    ? "multiply: `sum(w * x over N)`"
    : "`mean`, `var` and `standardize` have a weight; to leave elements out, choose among them with `where`";
}
