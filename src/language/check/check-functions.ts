/** Checks a function by itself, so that a mistake in it is reported once, whether a norm calls it or not. */

import { createBuilder } from "../../graph/tensor/builder.ts";
import { diagnostic, type Report, type Span } from "../diagnostics/diagnostic.ts";
import type { FunctionDecl, NormDecl } from "../syntax/ast.ts";
import { declare } from "./declarations/declare.ts";
import { functionScope } from "./expressions/call-function.ts";
import { evaluate } from "./expressions/evaluate.ts";
import type { Declared } from "./modules/modules.ts";
import type { Known, Scope } from "./scope/scope.ts";
import { createSession } from "./scope/session.ts";

export function checkFunction({ decl, module }: Declared<FunctionDecl>, known: Known, tell: Report): void {
  const report: Report = (one) => {
    if (one.severity === "error") known.broken.add(decl);
    tell(one);
  };
  const first = new Map<string, Span>();
  for (const { text, span } of decl.parameters) {
    const before = first.get(text);
    if (before === undefined) first.set(text, span);
    else {
      const labels = [{ span: before, text: "first here" }];
      report(diagnostic("N202", `\`${text}\` is a parameter twice`, span, { labels }));
    }
  }
  // A scope needs a norm, so this makes one around the function. The parameters are scalars.
  const around: NormDecl = { kind: "norm", name: decl.name, items: [], span: decl.span };
  const declarations = declare(around, () => {});
  const session = createSession(declarations, known, evaluate, report);
  const builder = createBuilder([]);
  const scope: Scope = {
    module,
    declarations,
    mode: null,
    builder,
    session,
    report: session.report,
    given: new Map(),
    computed: new Map(),
    factorsOf: () => [],
    states: new Map(),
    used: new Set(),
  };
  const args = decl.parameters.map((one) => builder.input(one.text, []));
  session.callingFunctions.add(decl);
  session.evaluate(functionScope(scope, { decl, module }, args), decl.body);
}
