/** Reads an `on backward` block: gradients that a norm states itself, and states that its backward pass updates. */

import { minus } from "../../graph/tensor/axes.ts";
import { gradientName } from "../../graph/tensor/gradient-name.ts";
import type { GraphTensor, Node, Result } from "../../graph/tensor/graph.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { axisNames, tensorFactors } from "./declarations/axes.ts";
import type { DeclaredTensor } from "./declarations/tensors.ts";
import { hasOwnBackward, reportWrittenOutside } from "./declarations/updates.ts";
import { evaluateEquations, findEquation } from "./scope/equations.ts";
import type { Scope } from "./scope/scope.ts";
import { evaluateUpdates } from "./states.ts";

/**
 * The gradients and the new states of the block, in that order; undefined if it has a mistake.
 * @param scope of the forward pass. Its equations are read.
 */
export function evaluateBackward(scope: Scope, outputs: readonly GraphTensor[]): Result[] | undefined {
  const { declarations, mode } = scope;
  if (mode === "infer" || !hasOwnBackward(declarations)) return [];
  const { backwardEquations, updates } = declarations;
  if (mode === null)
    for (const { state, span } of updates.backward) reportWrittenOutside(state, span, scope.report);
  const cotangents = new Map<string, Node>();
  for (const { name, factors, dtype } of outputs) {
    if (dtype !== undefined) continue;
    const cotangent = gradientName(name);
    if (reportTaken(scope, cotangent)) return undefined;
    cotangents.set(cotangent, scope.builder.input(cotangent, factors));
  }
  const inner: Scope = {
    ...scope,
    given: new Map([...scope.given, ...cotangents]),
    declarations: { ...declarations, equations: new Map([...declarations.equations, ...backwardEquations]) },
  };
  evaluateEquations(inner, backwardEquations.keys());
  const gradients = evaluateGradients(inner);
  const states = evaluateUpdates(inner, updates.backward);
  return gradients && states && [...gradients, ...states];
}

function evaluateGradients(inner: Scope): Result[] | undefined {
  const { declarations } = inner;
  const results: Result[] = [];
  let sound = true;
  for (const tensor of declarations.tensors.values()) {
    const name = gradientName(tensor.name);
    if (tensor.role === "state" || tensor.dtype !== undefined || !declarations.backwardEquations.has(name))
      continue;
    inner.used.add(name);
    const value = inner.computed.get(name);
    if (value === undefined || reportExtraAxis(inner, tensor, value)) sound = false;
    else results.push({ tensor: name, value });
  }
  return sound ? results : undefined;
}

function reportExtraAxis({ declarations, report }: Scope, tensor: DeclaredTensor, value: Node): boolean {
  const [extra] = minus(value.axes, tensorFactors(declarations, tensor.dims));
  if (extra === undefined) return false;
  const [axis] = axisNames(declarations.axes, [extra]);
  const name = gradientName(tensor.name);
  const { span } = declarations.backwardEquations.get(name)!.name;
  const message = `\`${name}\` has the axis \`${axis}\`, but \`${tensor.name}\` does not have it`;
  const note = `a gradient has the axes of its tensor: sum over the others, \`sum(… over ${axis})\``;
  report(diagnostic("N304", message, span, { note }));
  return true;
}

/** Reports a name of the norm that is the cotangent of an output in its `on backward` block. */
function reportTaken(scope: Scope, cotangent: string): boolean {
  const { declarations, given, report } = scope;
  const decl =
    declarations.backwardEquations.get(cotangent)?.name ??
    findEquation(scope, cotangent)?.name ??
    (given.has(cotangent) ? declarations.decl.name : undefined);
  if (decl === undefined) return false;
  const message = `\`${cotangent}\` is defined, and \`on backward\` is given a value of that name`;
  const note = `it is the cotangent of an output, \`${cotangent.slice(2)}\``;
  report(diagnostic("N202", message, decl.span, { note }));
  return true;
}
