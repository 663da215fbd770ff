/** What stands behind the semicolon of a reduction: `standardize(x over D; eps)`, `mean(x over T; before = inf)`. */
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { CallExpr, Expr } from "../../syntax/ast.ts";
import type { Scope } from "../scope/scope.ts";

/** The settings of each reduction. `standardize` takes its epsilon without a name too. */
const ofReduction = ["window", "before", "after"] as const;
const ofStandardize = ["eps", ...ofReduction] as const;

export type ReductionSettings = Readonly<Partial<Record<(typeof ofStandardize)[number], Expr>>>;

/** Undefined if one of them is unknown or given twice, which is reported. */
export function reductionSettings(scope: Scope, expr: CallExpr): ReductionSettings | undefined {
  const callee = expr.callee.text;
  const known: readonly (typeof ofStandardize)[number][] =
    callee === "standardize" ? ofStandardize : ofReduction;
  const found: Partial<Record<(typeof ofStandardize)[number], Expr>> = {};
  let sound = true;
  for (const { name, value } of expr.settings) {
    const setting = known.find(
      (one) => one === (name?.text ?? (callee === "standardize" ? "eps" : undefined)),
    );
    if (setting !== undefined && found[setting] === undefined) {
      found[setting] = value;
      continue;
    }
    const names = known.map((one) => `\`${one}\``).join(", ");
    const [code, message] =
      setting !== undefined
        ? (["N202", `the setting \`${setting}\` is given twice`] as const)
        : ([
            "N402",
            `\`${callee}\` has the settings ${names}${name === undefined ? ", by name" : ""}`,
          ] as const);
    scope.report(diagnostic(code, message, name?.span ?? value.span));
    sound = false;
  }
  return sound ? found : undefined;
}
