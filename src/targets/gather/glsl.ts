/** GLSL ES 3.00: a gather kernel as a function of the number of its texel. Memory is reached by accessors. */
import type { GatherKernel } from "../../kernels/gather/lower-gather.ts";
import type { BinaryOp, Expr, Stmt, Type, UnaryOp } from "../../kernels/ir/ir.ts";
import type { GatherNames } from "./gather-names.ts";
import { glslHelperOf, glslHelpersOf } from "./glsl-helpers.ts";

export function glslText(kernel: GatherKernel, names: GatherNames): string {
  const body = kernel.body.map((one) => statement(names, one, "  ")).join("");
  const values = kernel.values.map((one) => expression(names, one));
  const padded = [...values, ...Array.from({ length: 4 - values.length }, () => "0.0")];
  const [type, result] = values.length === 1 ? ["float", values[0]] : ["vec4", `vec4(${padded.join(", ")})`];
  const text = `${type} pass_value(int group) {\n${body}  return ${result};\n}\n`;
  return [...glslHelpersOf(kernel), text].join("\n");
}

/** The accessor of a number of the texels of something. */
export function glslAccessor({ namer, sourceOf }: GatherNames, tensor: string): string {
  const { from, slot, slots } = sourceOf(tensor);
  const base = namer.name(`read ${from}`, from);
  return namer.name(`accessor ${slot} ${from}`, slots === 1 ? `${base}_at` : `${base}_${slot}_at`);
}

function statement(names: GatherNames, stmt: Stmt, indent: string): string {
  const e = (expr: Expr): string => expression(names, expr);
  const local = (name: string): string => names.namer.name(`local ${name}`, name);
  const block = (body: readonly Stmt[]): string =>
    `{\n${body.map((one) => statement(names, one, `${indent}  `)).join("")}${indent}}\n`;
  switch (stmt.kind) {
    case "let":
    case "var":
      return `${indent}${typeName(stmt.value.type)} ${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "assign":
      return `${indent}${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "load":
      return `${indent}float ${local(stmt.name)} = ${glslAccessor(names, stmt.tensor)}(${e(stmt.index)});\n`;
    case "for": {
      const name = local(stmt.name);
      return `${indent}for (int ${name} = ${e(stmt.start)}; ${name} < ${e(stmt.end)}; ${name} += ${e(stmt.step)}) ${block(stmt.body)}`;
    }
    case "if":
      return `${indent}if (${e(stmt.condition)}) ${block(stmt.body)}`;
    case "store":
    case "loadShared":
    case "storeShared":
    case "keep":
    case "recall":
    case "exchange":
    case "double":
    case "halve":
    case "barrier":
      throw new Error(`a gather kernel has no ${stmt.kind}`);
  }
}

function typeName(type: Type): string {
  switch (type) {
    case "f32":
      return "float";
    case "u32":
      return "int";
    case "bool":
      return "bool";
    case "f32x4":
    case "boolx4":
      throw new Error(`a gather kernel has no ${type}`);
  }
}

const infix: Readonly<Partial<Record<BinaryOp, string>>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  mod: "%",
  lt: "<",
  le: "<=",
  eq: "==",
  and: "&&",
  or: "||",
};

const renamed: Readonly<Partial<Record<UnaryOp, string>>> = { rsqrt: "inversesqrt", round: "roundEven" };

function expression(names: GatherNames, expr: Expr): string {
  const e = (one: Expr): string => expression(names, one);
  switch (expr.kind) {
    case "const":
      return constant(expr.type, expr.value);
    case "constant":
      return names.constant(expr.constant);
    case "builtin":
      return "group";
    case "local":
      return names.namer.name(`local ${expr.name}`, expr.name);
    case "binary": {
      if (expr.op === "ne") return `!(${inner(expr.a)} == ${inner(expr.b)})`;
      const symbol = infix[expr.op];
      if (symbol !== undefined) return `${inner(expr.a)} ${symbol} ${inner(expr.b)}`;
      return `${glslHelperOf(expr) ?? expr.op}(${e(expr.a)}, ${e(expr.b)})`;
    }
    case "call":
      return expr.op === "neg" ? `-${inner(expr.a)}` : `${renamed[expr.op] ?? expr.op}(${e(expr.a)})`;
    case "select":
      return `(${inner(expr.condition)} ? ${inner(expr.a)} : ${inner(expr.b)})`;
    case "float":
      return `float(${e(expr.a)})`;
    case "splat":
    case "ramp":
    case "fold":
    case "overCopies":
    case "any":
      throw new Error(`a gather kernel has no ${expr.kind}`);
  }

  function inner(one: Expr): string {
    const text = e(one);
    const isInfix = one.kind === "binary" && (infix[one.op] !== undefined || one.op === "ne");
    return isInfix || text.startsWith("-") ? `(${text})` : text;
  }
}

function constant(type: "f32" | "u32" | "bool", value: number): string {
  switch (type) {
    case "u32":
      return String(value);
    case "bool":
      return value !== 0 ? "true" : "false";
    case "f32": {
      const rounded = Math.fround(value);
      if (!Number.isFinite(rounded)) return `uintBitsToFloat(${bits(rounded)}u)`;
      const text = Object.is(rounded, -0) ? "-0" : String(rounded);
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
  }
}

function bits(value: number): number {
  return new DataView(new Float32Array([value]).buffer).getUint32(0, true);
}
