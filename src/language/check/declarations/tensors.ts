/** Declares the params and tensors of a norm, each by itself. */

import type { GraphAxis, GraphParam } from "../../../graph/tensor/graph.ts";
import type { InitialValue } from "../../../program/initial-value.ts";
import type { IntegerType } from "../../../program/integers.ts";
import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import type { Expr, OutputDecl, ParamDecl, TensorDecl, TensorRole } from "../../syntax/ast.ts";
import { isExtent, maxExtent, resolveDims } from "./axes.ts";
import { constantValue } from "./constant.ts";
import { declaredDtype } from "./element-type.ts";
import { type InitialNames, readInitial } from "./initial.ts";

export interface DeclaredParam extends GraphParam {
  readonly doc?: string;
  readonly span: Span;
}

export interface DeclaredTensor {
  readonly name: string;
  readonly role: TensorRole;
  readonly dims: readonly string[];
  readonly dtype?: IntegerType;
  /** Its sizes have the names of axes or parts, as in brackets. */
  readonly initial?: InitialValue;
  readonly doc?: string;
  readonly span: Span;
}

export interface DeclaredOutput {
  readonly name: string;
  readonly dims?: readonly string[];
  readonly dtype?: IntegerType;
  readonly doc?: string;
  readonly span: Span;
}

export function declareParam(
  one: ParamDecl,
  factors: ReadonlySet<string>,
  report: Report,
): DeclaredParam | undefined {
  const name = one.name.text;
  const initial = constantValue(one.value, report);
  if (initial === undefined) return undefined;
  const kind = factors.has(name) ? "extent" : "number";
  if (kind === "extent" && !isExtent(initial)) {
    const message = `\`${name}\` is the extent of an axis: expected a whole number from 1 to ${maxExtent}, found ${initial}`;
    report(diagnostic("N105", message, one.value.span));
    return undefined;
  }
  if (!fits(initial, `the default of \`${name}\``, one.value, report)) return undefined;
  return {
    name,
    initial,
    kind,
    span: one.name.span,
    ...(one.doc === undefined ? {} : { doc: one.doc }),
  };
}

export function declareTensor(
  one: TensorDecl,
  role: TensorRole,
  names: InitialNames,
  report: Report,
): DeclaredTensor | undefined {
  const dims = resolveDims(one.dims, names.axes, report);
  if (dims === undefined || one.dimsBroken) return undefined;
  const dtype = declaredDtype(one, role, report);
  if (dtype === "wrong") return undefined;
  const initial = one.initial === undefined ? undefined : readInitial(one.initial, names, report);
  const name = one.name.text;
  if (typeof initial === "number" && one.initial !== undefined) {
    if (!fits(initial, `the initial value of \`${name}\``, one.initial, report)) return undefined;
  }
  if (role === "input" && one.initial !== undefined) {
    report(
      diagnostic(
        "N408",
        `the input \`${name}\` is always given: it cannot have an initial value`,
        one.initial.span,
        {
          note: "a learned tensor with an initial value is an `affine`",
        },
      ),
    );
  }
  if (role !== "input" && one.initial === undefined) {
    report(
      diagnostic("N408", `the ${role} \`${name}\` needs an initial value`, one.span, {
        note: `write it after the tensor: \`${one.span.source.text.slice(one.span.start, one.span.end)} = 0\``,
      }),
    );
  }
  return {
    name,
    role,
    dims,
    span: one.name.span,
    ...(dtype === undefined ? {} : { dtype }),
    ...(initial === undefined ? {} : { initial }),
    ...(one.doc === undefined ? {} : { doc: one.doc }),
  };
}

function fits(value: number, what: string, expr: Expr, report: Report): boolean {
  if (Number.isFinite(Math.fround(value))) return true;
  report(diagnostic("N105", `${what} is ${value}, which is not finite as a 32-bit float`, expr.span));
  return false;
}

/** Undefined if its brackets are wrong. */
export function declareOutput(
  one: OutputDecl,
  axes: readonly GraphAxis[],
  report: Report,
): DeclaredOutput | undefined {
  const dims = one.dims === undefined ? undefined : resolveDims(one.dims, axes, report);
  if (one.dimsBroken || (one.dims !== undefined && dims === undefined)) return undefined;
  const dtype = declaredDtype(one, "output", report);
  if (dtype === "wrong") return undefined;
  return {
    name: one.name.text,
    span: one.name.span,
    ...(dims === undefined ? {} : { dims }),
    ...(dtype === undefined ? {} : { dtype }),
    ...(one.doc === undefined ? {} : { doc: one.doc }),
  };
}
