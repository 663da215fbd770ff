/** What stands after the semicolon of a reduction: `mean(x over N; weight = w)`, `standardize(x over K; weight = w, eps)`. */
import type { Node } from "../../../graph/tensor/graph.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { CallExpr } from "../../syntax/ast.ts";
import type { Scope } from "../scope/scope.ts";

export type Setting = "weight" | "eps";

const settingsOf: Readonly<Record<string, readonly Setting[]>> = {
  mean: ["weight"],
  var: ["weight"],
  standardize: ["weight", "eps"],
};

/** The settings that are given. Undefined if there is a mistake, which is reported. */
export function reductionSettings(
  scope: Scope,
  expr: CallExpr,
): Readonly<Partial<Record<Setting, Node>>> | undefined {
  const reduction = expr.callee.text;
  const known = settingsOf[reduction] ?? [];
  const found: Partial<Record<Setting, Node>> = {};
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
    if (known.length === 0) {
      const note = name?.text === "weight" ? noteOnWeights(reduction) : undefined;
      fail("N402", `\`${reduction}\` takes no arguments after a semicolon`, name?.span ?? value.span, {
        note,
      });
      return undefined;
    }
    if (wanted === undefined) {
      const message = `an argument after the semicolon needs a name: \`${reduction}\` cannot tell what this is for`;
      fail("N402", message, value.span, { note: "write `weight = …`" });
    } else if (setting === undefined) {
      const span = name?.span ?? value.span;
      fail("N402", `\`${reduction}\` has no setting \`${wanted}\``, span, suggestion(wanted, known, span));
    } else if (given.has(setting)) {
      fail("N202", `\`${setting}\` is given twice`, name?.span ?? value.span);
    } else {
      given.add(setting);
      if (node !== undefined) found[setting] = node;
    }
  }
  if (reduction === "standardize" && !given.has("eps")) {
    fail("N401", "`standardize` needs its epsilon", expr.span, {
      note: "write `standardize(x over K; eps)`",
    });
  }
  return sound ? found : undefined;
}

function noteOnWeights(reduction: string): string {
  return reduction === "sum"
    ? "multiply: `sum(w * x over N)`"
    : "`mean`, `var` and `standardize` have a weight; to leave elements out, choose among them with `where`";
}
