/** Updates of states: `running_mean <- lerp(running_mean, mu, momentum)`. */
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { everyExpr } from "../syntax/walk.ts";
import { minus } from "../tensor/axes.ts";
import type { Result } from "../tensor/graph.ts";
import { tensorFactors } from "./compose.ts";
import { suggestion } from "./modules.ts";
import type { Scope } from "./scope.ts";

/** The new values of all states, those of called norms included. Axes they may not have are reported. */
export function evaluateUpdates(scope: Scope): Result[] {
  const { session, declarations } = scope;
  const results: Result[] = [...session.updates].map(([tensor, value]) => ({ tensor, value }));
  for (const update of declarations.updates) {
    const name = update.state.text;
    const span = update.state.span;
    const tensor = declarations.tensors.get(name);
    const value = session.evaluate(scope, update.value);
    if (tensor === undefined || tensor.role !== "state") {
      const states = [...declarations.tensors.values()]
        .filter((one) => one.role === "state")
        .map((one) => one.name);
      const what = tensor === undefined ? `there is no state \`${name}\`` : `\`${name}\` is no state`;
      scope.report(
        diagnostic(tensor === undefined ? "N201" : "N411", what, span, suggestion(name, states, span)),
      );
      continue;
    }
    if (session.updates.has(name)) {
      scope.report(diagnostic("N410", `the state \`${name}\` is updated twice`, span));
      continue;
    }
    if (value === undefined) continue;
    const extra = minus(value.axes, tensorFactors(declarations, tensor));
    if (extra.length > 0) {
      const source = [...everyExpr(update.value)].find(
        (one) => one.kind === "name" && scope.given.get(one.name.text)?.axes.includes(extra[0]),
      );
      scope.report(
        diagnostic(
          "N304",
          `this brings the axis \`${extra[0]}\`, which \`${name}\` does not have`,
          source?.span ?? update.value.span,
          {
            labels: [{ span, text: `stored into \`${name}\`` }],
          },
        ),
      );
      continue;
    }
    results.push({ tensor: name, value });
  }
  return results;
}
