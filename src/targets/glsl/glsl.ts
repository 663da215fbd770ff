/**
 * Writes a gather kernel in GLSL ES 3.00, as a function of the number of its texel. It reads memory through accessors.
 */
import type { GatherKernel } from "../../kernels/gather/lower-gather.ts";
import type { UnaryOp } from "../../kernels/ir/ir.ts";
import type { ScalarExpr, ScalarStmt, ScalarType } from "../../kernels/ir/scalar.ts";
import type { GatherLanguage, GatherNames } from "../gather/gather-names.ts";
import { helpersOf } from "../text/helpers-of.ts";
import { isInfix, operand, symbols } from "../text/infix-operators.ts";
import { f32Bits, type Literals, literal } from "../text/numbers.ts";
import { type Line, printLines } from "../text/print-lines.ts";
import { glslHelpers } from "./helpers.ts";
import { glslReserved } from "./reserved-words.ts";

export const glsl: GatherLanguage = { reserved: glslReserved, print };

function print(kernel: GatherKernel, names: GatherNames): string {
  const body = kernel.body.flatMap((one) => statement(names, one));
  const values = kernel.values.map((one) => expression(names, one));
  const padded = [...values, ...Array.from({ length: 4 - values.length }, () => "0.0")];
  const [type, result] = values.length === 1 ? ["float", values[0]] : ["vec4", `vec4(${padded.join(", ")})`];
  const open = `${type} pass_value(int group) {`;
  const text = printLines([{ open, body: [...body, `return ${result};`], close: "}" }], "");
  return [...helpersOf(glslHelpers, text), text].join("\n");
}

const typeNames: Readonly<Record<ScalarType, string>> = { f32: "float", u32: "int", bool: "bool" };

function statement(names: GatherNames, stmt: ScalarStmt): Line[] {
  const e = (expr: ScalarExpr): string => expression(names, expr);
  const block = (head: string, body: readonly ScalarStmt[]): Line[] => [
    { open: `${head} {`, body: body.flatMap((one) => statement(names, one)), close: "}" },
  ];
  switch (stmt.kind) {
    case "let":
    case "var":
      return [`${typeNames[stmt.value.type]} ${names.local(stmt.name)} = ${e(stmt.value)};`];
    case "assign":
      return [`${names.local(stmt.name)} = ${e(stmt.value)};`];
    case "load": {
      const name = names.local(stmt.name);
      return [`float ${name} = ${names.accessor(names.sourceOf(stmt.tensor))}(${e(stmt.index)});`];
    }
    case "for": {
      const name = names.local(stmt.name);
      const head = `int ${name} = ${e(stmt.start)}; ${name} < ${e(stmt.end)}; ${name} += ${e(stmt.step)}`;
      return block(`for (${head})`, stmt.body);
    }
    case "if":
      return block(`if (${e(stmt.condition)})`, stmt.body);
  }
}

/** GLSL's own `max` and `min` may return either operand if one is NaN. */
const propagating = { max: "larger", min: "smaller", peak: "larger" } as const;

const renamed: Readonly<Partial<Record<UnaryOp, string>>> = {
  rsqrt: "inversesqrt",
  round: "roundEven",
  high: "high_part",
  exp_below: "exp",
  exp: "exp_of",
  exp2: "exp2_of",
  log: "log_of",
  log2: "log2_of",
};

const literals: Literals = { f32: "", u32: "", nonFinite: (value) => `uintBitsToFloat(${f32Bits(value)}u)` };

function expression(names: GatherNames, expr: ScalarExpr): string {
  const e = (one: ScalarExpr): string => expression(names, one);
  const inner = (one: ScalarExpr): string => operand(one, e(one));
  switch (expr.kind) {
    case "const":
      return literal(literals, expr.type, expr.value);
    case "constant":
      return names.constant(expr.constant);
    case "builtin":
      return "group";
    case "local":
      return names.local(expr.name);
    case "binary": {
      if (expr.op === "ne") return `!(${inner(expr.a)} == ${inner(expr.b)})`;
      if (isInfix(expr.op)) return `${inner(expr.a)} ${symbols[expr.op]} ${inner(expr.b)}`;
      const name = expr.type === "f32" ? propagating[expr.op] : expr.op;
      return `${name}(${e(expr.a)}, ${e(expr.b)})`;
    }
    case "call":
      return expr.op === "neg" ? `-${inner(expr.a)}` : `${renamed[expr.op] ?? expr.op}(${e(expr.a)})`;
    case "select":
      return `(${inner(expr.condition)} ? ${inner(expr.a)} : ${inner(expr.b)})`;
    case "float":
      return `float(${e(expr.a)})`;
    case "whole":
      return `int(${e(expr.a)})`;
  }
}
