/** Finds what a name before parentheses refers to. */
import { isOperator, type Operator } from "../../../graph/operators/operators.ts";
import type { CallExpr, FunctionDecl, NormDecl } from "../../syntax/ast.ts";
import type { Declared, Module } from "../modules/modules.ts";
import { reductionNames } from "./reduction-names.ts";

export type Callee =
  | { readonly kind: "norm"; readonly norm: Declared<NormDecl> }
  | { readonly kind: "function"; readonly fn: Declared<FunctionDecl> }
  | { readonly kind: "operator"; readonly operator: Operator }
  /** `mean(x over N)`, or any other name called with `over`. */
  | { readonly kind: "reduction" }
  /** A reduction without axes, which is a mistake. */
  | { readonly kind: "axesMissing" }
  /** Its arguments are axes. */
  | { readonly kind: "axisForm"; readonly form: "size" | "index" }
  | { readonly kind: "unknown" };

/** A norm or function of the file itself hides the language's meaning of that name. An imported function does not. */
export function calleeOf(module: Module, expr: CallExpr): Callee {
  const name = expr.callee.text;
  const norm = module.norms.get(name);
  if (norm !== undefined) return { kind: "norm", norm };
  const fn = module.functions.get(name);
  const isOwn = fn !== undefined && fn.module === module;
  if (isOwn && expr.over === undefined) return { kind: "function", fn };
  if (name === "size" || name === "index") return { kind: "axisForm", form: name };
  if (expr.over !== undefined || name === "standardize") return { kind: "reduction" };
  if (fn !== undefined) return { kind: "function", fn };
  // With one operand, `max` and `min` are meant as reductions.
  const reduces = reductionNames.includes(name) && (!isOperator(name) || expr.arguments.length === 1);
  if (reduces) return { kind: "axesMissing" };
  return isOperator(name) ? { kind: "operator", operator: name } : { kind: "unknown" };
}
