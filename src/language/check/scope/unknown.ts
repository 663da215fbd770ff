/** Reports names that have no meaning where they are used. */

import { operators } from "../../../graph/operators/operators.ts";
import { diagnostic, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { CallExpr } from "../../syntax/ast.ts";
import { forms, reductionNames } from "./reduction-names.ts";
import type { Scope } from "./scope.ts";

/** Reports an unknown name used as a value. */
export function reportUnknown(scope: Scope, name: string, span: Span): void {
  const { declarations, mode, module } = scope;
  const other = mode === "train" ? "infer" : "train";
  const elsewhere = mode === null ? undefined : declarations.modeEquations[other].get(name);
  if (elsewhere !== undefined) {
    scope.report(
      diagnostic("N405", `\`${name}\` is not defined in mode \`${mode}\``, span, {
        labels: [{ span: elsewhere.name.span, text: `only in mode \`${other}\`` }],
        note: `define it in an \`on ${mode} { … }\` block as well, or outside both`,
      }),
    );
    return;
  }
  if (isAxis(scope, name)) {
    const note = `\`size(${name})\` is its extent, \`index(${name})\` the coordinate along it`;
    scope.report(diagnostic("N411", `\`${name}\` is an axis, not a value`, span, { note }));
    return;
  }
  const names = [
    ...scope.given.keys(),
    ...declarations.equations.keys(),
    ...(mode === null ? [] : declarations.modeEquations[mode].keys()),
  ];
  const offer = suggestion(name, names, span);
  if (offer.fix === undefined && isCallable(scope, name)) {
    const what = module.norms.has(name) ? "norm" : "function";
    const message = `\`${name}\` is a ${what}, not a value: write \`${name}(…)\``;
    scope.report(diagnostic("N411", message, span));
    return;
  }
  const sees = scope.inFunction && { note: "a function sees only its parameters" };
  scope.report(diagnostic("N201", `there is nothing called \`${name}\``, span, { ...sees, ...offer }));
}

/** What others have as a function, and how it is written here. */
const otherwise: Readonly<Record<string, string>> = {
  std: "write `sqrt(var(x over C))`",
  norm: "write `sqrt(sum(x^2 over C))`",
  prod: "there is no product over an axis; of positive values it is `exp(sum(log(x) over C))`",
  softmax: "write `exp(x - max(x over C))` and divide by its sum, or import `Softmax`",
  matmul: "over the axis that both have it is `sum(x * w over C)`",
  dot: "over the axis that both have it is `sum(x * w over C)`",
  einsum: "over the axis that both have it is `sum(x * w over C)`",
  reshape: "axes have names: an axis is split where it is declared, `C = G * K`",
  view: "axes have names: an axis is split where it is declared, `C = G * K`",
  transpose: "operands meet by the names of their axes; the order in memory is that of the declaration",
  permute: "operands meet by the names of their axes; the order in memory is that of the declaration",
  unsqueeze: "operands meet by the names of their axes: leave it out",
  squeeze: "operands meet by the names of their axes: leave it out",
  layer_norm: 'import it: `import { LayerNorm } from "normc/library/layer_norm.norm"`',
};

/** Reports an unknown name that is called. */
export function reportUnknownCall(scope: Scope, expr: CallExpr): void {
  const { text, span } = expr.callee;
  const { declarations, mode, module } = scope;
  if (module.missing.has(text) || module.file.gaps.anyName) return;
  const isValue =
    scope.given.has(text) ||
    declarations.equations.has(text) ||
    (mode !== null && declarations.modeEquations[mode].has(text));
  if (isValue) {
    const note = `to multiply, write \`${text} * (…)\``;
    scope.report(diagnostic("N411", `\`${text}\` is a value and cannot be called`, span, { note }));
    return;
  }
  if (isAxis(scope, text)) {
    scope.report(diagnostic("N411", `\`${text}\` is an axis and cannot be called`, span));
    return;
  }
  const names = [...module.norms.keys(), ...module.functions.keys(), ...reductionNames, ...forms];
  const all = [...names, ...Object.keys(operators)];
  const other = Object.hasOwn(otherwise, text) ? { note: otherwise[text]! } : suggestion(text, all, span);
  scope.report(diagnostic("N201", `there is no function or norm \`${text}\``, span, other));
}

function isAxis({ declarations }: Scope, name: string): boolean {
  return declarations.axes.some((one) => one.name === name || one.factors.some((part) => part.name === name));
}

function isCallable({ module }: Scope, name: string): boolean {
  return module.norms.has(name) || module.functions.has(name) || isBuiltIn(name);
}

/**
 * Whether the language itself defines the name. Functions of the prelude do not count, because a file may hide them.
 */
export function isBuiltIn(name: string): boolean {
  return reductionNames.includes(name) || forms.includes(name) || Object.hasOwn(operators, name);
}
