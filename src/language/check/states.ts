/** Updates of states: `running_mean <- lerp(running_mean, mu, momentum)`. */

import { minus } from "../../graph/tensor/axes.ts";
import type { Result } from "../../graph/tensor/graph.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { suggestion } from "../diagnostics/suggestion.ts";
import { everyExpr } from "../syntax/walk.ts";
import { axisNames, tensorFactors } from "./declarations/axes.ts";
import type { Update } from "./declarations/updates.ts";
import type { Scope } from "./scope/scope.ts";

/** The new values of all states after the forward pass; undefined if one of them has a mistake. */
export function forwardUpdates(scope: Scope): Result[] | undefined {
  const ofCalls = [...scope.session.updates].map(([tensor, value]) => ({ tensor, value }));
  const own = evaluateUpdates(scope, scope.declarations.updates.forward);
  return own && [...ofCalls, ...own];
}

/** The new values of states of the norm itself; undefined if one of them has a mistake. */
export function evaluateUpdates(scope: Scope, updates: readonly Update[]): Result[] | undefined {
  const { session, declarations } = scope;
  const results: Result[] = [];
  let sound = true;
  for (const update of updates) {
    const name = update.state.text;
    const span = update.state.span;
    const tensor = declarations.tensors.get(name);
    const value = session.evaluate(scope, update.value);
    if (declarations.broken.has(name)) {
      sound = false;
      continue;
    }
    if (tensor === undefined || tensor.role !== "state") {
      sound = false;
      const states = [...declarations.tensors.values()]
        .filter((one) => one.role === "state")
        .map((one) => one.name);
      const what =
        tensor === undefined
          ? `there is no state \`${name}\``
          : `\`${name}\` is not a state: \`<-\` updates only states`;
      scope.report(
        diagnostic(tensor === undefined ? "N201" : "N411", what, span, suggestion(name, states, span)),
      );
      continue;
    }
    if (session.updates.has(name)) {
      scope.report(
        diagnostic("N410", `the state \`${name}\` is updated twice`, span, {
          note: "a norm that is called here updates it as well",
        }),
      );
      sound = false;
      continue;
    }
    if (value === undefined) {
      sound = false;
      continue;
    }
    const extra = minus(value.axes, tensorFactors(declarations, tensor.dims));
    if (extra.length > 0) {
      const source = [...everyExpr(update.value)].find(
        (one) => one.kind === "name" && scope.given.get(one.name.text)?.axes.includes(extra[0]),
      );
      scope.report(
        diagnostic(
          "N304",
          `this has the axis \`${axisNames(declarations.axes, extra)[0]}\`, but \`${name}\` does not have it`,
          source?.span ?? update.value.span,
          {
            labels: [{ span, text: `stored into \`${name}\`` }],
            note: `reduce over it: \`mean(… over ${axisNames(declarations.axes, extra).join(", ")})\``,
          },
        ),
      );
      sound = false;
      continue;
    }
    results.push({ tensor: name, value });
  }
  return sound ? results : undefined;
}
