/** Expressions: builds a tree from a sequence of operands and operators. */
import type { CstNode, IToken } from "chevrotain";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import type { AxisRef, BinaryOperator, CallExpr, Expr, NumberExpr } from "./ast.ts";
import { join, spanOf } from "./spans.ts";
import { type Builder, nameOf, node, nodes, token, tokens } from "./tree.ts";

/** How tightly an operator binds. A minus sign before an operand comes between `*` and `^`. */
export const binding: Readonly<Record<BinaryOperator, number>> = {
  "<": 1,
  "<=": 1,
  ">": 1,
  ">=": 1,
  "==": 1,
  "!=": 1,
  "+": 2,
  "-": 2,
  "*": 3,
  "/": 3,
  "^": 5,
};
export const minusBinding = 4;
const comparison = 1;

interface Operand {
  readonly minuses: readonly IToken[];
  readonly value: Expr;
}

export function expression(b: Builder, cst: CstNode): Expr {
  const operands = nodes(cst, "operand").map((one) => operand(b, one));
  const operators = tokens(cst, "Operator");
  let at = 0;
  const operatorAt = (i: number): BinaryOperator | undefined =>
    operators[i]?.image as BinaryOperator | undefined;

  const level = (tightness: number): Expr => {
    if (tightness === minusBinding) return power();
    let left = level(tightness + 1);
    let compared = false;
    for (
      let next = operatorAt(at);
      next !== undefined && binding[next] === tightness;
      next = operatorAt(at)
    ) {
      if (tightness === comparison && compared) {
        b.report(
          diagnostic("N103", "comparisons cannot be chained", spanOf(b.source, operators[at]!), {
            note: "a comparison gives 1 or 0: write `(a < b) * (b < c)`",
          }),
        );
      }
      compared = true;
      at++;
      left = binary(next, left, level(tightness + 1));
    }
    return left;
  };
  const power = (): Expr => {
    const { minuses, value } = operands[at]!;
    let whole = value;
    if (operatorAt(at) === "^") {
      at++;
      whole = binary("^", value, power());
    }
    for (const minus of minuses.toReversed()) {
      whole = { kind: "negate", operand: whole, span: join(spanOf(b.source, minus), whole.span) };
    }
    return whole;
  };
  return level(comparison);
}

function binary(operator: BinaryOperator, left: Expr, right: Expr): Expr {
  return { kind: "binary", operator, left, right, span: join(left.span, right.span) };
}

function operand(b: Builder, cst: CstNode): Operand {
  let value = simple(b, cst);
  for (const place of nodes(cst, "place")) {
    value = {
      kind: "at",
      target: value,
      axis: axisRef(b, node(place, "axis")),
      index: expression(b, node(place, "expression")),
      span: join(value.span, spanOf(b.source, token(place, "CloseBracket"))),
    };
  }
  return { minuses: tokens(cst, "Minus"), value };
}

function simple(b: Builder, cst: CstNode): Expr {
  const literal = tokens(cst, "NumberLiteral")[0];
  if (literal !== undefined) return numberExpr(b, literal);
  const variadic = nodes(cst, "variadic")[0];
  if (variadic !== undefined) {
    const axis = axisRef(b, variadic);
    return { kind: "axis", axis, span: axis.span };
  }
  const group = nodes(cst, "group")[0];
  // The span includes the parentheses, so that no span ends inside a pair of them.
  if (group !== undefined) {
    return {
      ...expression(b, node(group, "expression")),
      span: spanOf(b.source, token(group, "OpenParen"), token(group, "CloseParen")),
    };
  }
  const reference = node(cst, "reference");
  const name = nameOf(b, reference);
  const call = nodes(reference, "call")[0];
  return call === undefined ? { kind: "name", name, span: name.span } : callExpr(b, reference, call);
}

function callExpr(b: Builder, reference: CstNode, call: CstNode): CallExpr {
  const callee = nameOf(b, reference);
  const over = nodes(call, "over")[0];
  const settings = nodes(call, "settings")[0];
  return {
    kind: "call",
    callee,
    arguments: nodes(call, "expression").map((one) => expression(b, one)),
    ...(over === undefined ? {} : { over: nodes(over, "axis").map((one) => axisRef(b, one)) }),
    settings: settings === undefined ? [] : nodes(settings, "setting").map((one) => setting(b, one)),
    span: join(callee.span, spanOf(b.source, token(call, "CloseParen"))),
  };
}

function setting(b: Builder, cst: CstNode): CallExpr["settings"][number] {
  const value = expression(b, node(cst, "expression"));
  return tokens(cst, "Name").length === 0 ? { value } : { name: nameOf(b, cst), value };
}

export function axisRef(b: Builder, cst: CstNode): AxisRef {
  const name = nameOf(b, cst);
  const ellipsis = tokens(cst, "Ellipsis")[0];
  if (ellipsis === undefined) return { name, variadic: false, span: name.span };
  return { name, variadic: true, span: join(spanOf(b.source, ellipsis), name.span) };
}

export function numberExpr(b: Builder, literal: IToken): NumberExpr {
  const value = Number(literal.image);
  const span = spanOf(b.source, literal);
  if (!Number.isFinite(value)) {
    b.report(diagnostic("N105", "this number is too large for a float64", span));
  } else if (value === 0 && /[1-9]/.test(literal.image.split(/[eE]/)[0]!)) {
    b.report(diagnostic("N105", "this number is too small for a float64: it would become zero", span));
  }
  return { kind: "number", value, text: literal.image, span };
}
