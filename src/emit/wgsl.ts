/** WGSL: a kernel's body, expressions and statements. The shell around it is `templates/kernel.wgsl.hbs`. */
import {
  type BinaryOp,
  type Constant,
  constantKey,
  type Expr,
  type Kernel,
  type Stmt,
  type UnaryOp,
} from "../kernel/ir.ts";
import { everyExpr, everyStmt, expressionsOf } from "../kernel/uses.ts";
import { createNamer, type Namer } from "./names.ts";
import { isWgslReserved } from "./wgsl-words.ts";

export interface WgslModule {
  readonly constants: readonly {
    readonly name: string;
    readonly type: string;
    readonly constant: Constant;
  }[];
  readonly bindings: readonly {
    readonly name: string;
    readonly element: string;
    readonly access: string;
    readonly index: number;
  }[];
  readonly usesShared: boolean;
  readonly usesNonFinite: boolean;
  readonly usesLarger: boolean;
  readonly usesSmaller: boolean;
  readonly workgroup: { readonly lanes: string; readonly rows: string };
  readonly body: string;
}

/** Everything that the shell needs. Names are settled here, so the body and the declarations agree. */
export function wgslModule(kernel: Kernel): WgslModule {
  const namer = createNamer(isWgslReserved);
  const lanes = namer.name("constant lanes", "LANES");
  const rows = namer.name("constant rows", "ROWS");
  for (const fixed of ["group", "lane", "row_in_group"]) namer.name(`builtin ${fixed}`, fixed);
  const constants = kernel.constants.map((constant) => ({
    name: constantName(namer, constant),
    type: constant.kind === "param" ? "f32" : "u32",
    constant,
  }));
  const bindings = kernel.tensors.map((tensor, index) => ({
    name: namer.name(`tensor ${tensor.name}`, tensor.name),
    element: elementName(namer, tensor.name),
    access: tensor.access,
    index,
  }));
  return {
    constants,
    bindings,
    usesShared: kernel.usesShared,
    usesNonFinite: mentions(
      kernel.body,
      (one) => one.kind === "const" && one.type === "f32" && !Number.isFinite(Math.fround(one.value)),
    ),
    usesLarger: mentions(
      kernel.body,
      (one) => one.kind === "binary" && one.type === "f32" && one.op === "max",
    ),
    usesSmaller: mentions(
      kernel.body,
      (one) => one.kind === "binary" && one.type === "f32" && one.op === "min",
    ),
    workgroup: { lanes, rows },
    body: statements(namer, kernel.body, "  ").trimEnd(),
  };
}

function elementName(namer: Namer, tensor: string): string {
  return namer.name(`element ${tensor}`, `${namer.name(`tensor ${tensor}`, tensor)}_t`);
}

function constantName(namer: Namer, constant: Constant): string {
  switch (constant.kind) {
    case "extent":
      return namer.name(`constant ${constantKey(constant)}`, constant.factor);
    case "param":
      return namer.name(`constant ${constantKey(constant)}`, constant.param);
    case "lanes":
    case "rows":
      return namer.name(`constant ${constant.kind}`, constant.kind.toUpperCase());
  }
}

function statements(namer: Namer, body: readonly Stmt[], indent: string): string {
  return body.map((one) => statement(namer, one, indent)).join("");
}

function statement(namer: Namer, stmt: Stmt, indent: string): string {
  const e = (expr: Expr): string => expression(namer, expr);
  const local = (name: string): string => namer.name(`local ${name}`, name);
  const tensor = (name: string): string => namer.name(`tensor ${name}`, name);
  const element = (name: string): string => elementName(namer, name);
  const block = (body: readonly Stmt[]): string => `{\n${statements(namer, body, `${indent}  `)}${indent}}\n`;
  switch (stmt.kind) {
    case "let":
      return `${indent}let ${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "var":
      return `${indent}var ${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "assign":
      return `${indent}${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "load":
      return `${indent}let ${local(stmt.name)} = f32(${tensor(stmt.tensor)}[${e(stmt.index)}]);\n`;
    case "store":
      return `${indent}${tensor(stmt.tensor)}[${e(stmt.index)}] = ${element(stmt.tensor)}(${e(stmt.value)});\n`;
    case "loadShared":
      return `${indent}let ${local(stmt.name)} = scratch_memory[${e(stmt.index)}];\n`;
    case "storeShared":
      return `${indent}scratch_memory[${e(stmt.index)}] = ${e(stmt.value)};\n`;
    case "for": {
      const name = local(stmt.name);
      return `${indent}for (var ${name} = ${e(stmt.start)}; ${name} < ${e(stmt.end)}; ${name} += ${e(stmt.step)}) ${block(stmt.body)}`;
    }
    case "halve": {
      const name = local(stmt.name);
      return `${indent}for (var ${name} = ${e(stmt.start)}; ${name} > 0u; ${name} /= 2u) ${block(stmt.body)}`;
    }
    case "if":
      return `${indent}if (${e(stmt.condition)}) ${block(stmt.body)}`;
    case "barrier":
      return `${indent}workgroupBarrier();\n`;
    case "comment":
      return `${indent}// ${stmt.text}\n`;
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
  ne: "!=",
  and: "&&",
};

/** WGSL's own may return either operand when one is NaN: a wrong number without a word. The shell defines these. */
const propagating: Readonly<Partial<Record<BinaryOp, string>>> = { max: "larger", min: "smaller" };

/** Operators whose WGSL name is another one. */
const renamed: Readonly<Partial<Record<UnaryOp, string>>> = { rsqrt: "inverseSqrt" };

function expression(namer: Namer, expr: Expr): string {
  const e = (one: Expr): string => expression(namer, one);
  switch (expr.kind) {
    case "const":
      return constant(expr.type, expr.value);
    case "constant":
      return constantName(namer, expr.constant);
    case "builtin":
      return namer.name(`builtin ${expr.name === "row" ? "row_in_group" : expr.name}`, expr.name);
    case "local":
      return namer.name(`local ${expr.name}`, expr.name);
    case "binary": {
      // Dawn makes != an ordered comparison on Vulkan: false for a NaN, where IEEE 754 says true.
      if (expr.op === "ne" && expr.a.type === "f32") return `!(${inner(expr.a)} == ${inner(expr.b)})`;
      const symbol = infix[expr.op];
      if (symbol !== undefined) return `${inner(expr.a)} ${symbol} ${inner(expr.b)}`;
      const name = expr.type === "f32" ? propagating[expr.op] : undefined;
      return `${name ?? expr.op}(${e(expr.a)}, ${e(expr.b)})`;
    }
    case "not":
      return `!${inner(expr.a)}`;
    case "call":
      return expr.op === "neg" ? `-${inner(expr.a)}` : `${renamed[expr.op] ?? expr.op}(${e(expr.a)})`;
    case "select":
      return `select(${e(expr.b)}, ${e(expr.a)}, ${e(expr.condition)})`;
    case "float":
      return `f32(${e(expr.a)})`;
  }

  /** An operand: in parentheses when it is infix itself. */
  function inner(one: Expr): string {
    const text = e(one);
    const isInfix = one.kind === "binary" && infix[one.op] !== undefined;
    return isInfix || text.startsWith("-") ? `(${text})` : text;
  }
}

function constant(type: Expr["type"], value: number): string {
  switch (type) {
    case "u32":
      return `${value}u`;
    case "bool":
      return value !== 0 ? "true" : "false";
    case "f32": {
      const rounded = Math.fround(value);
      if (!Number.isFinite(rounded)) return `non_finite(${bits(rounded)}u)`;
      const text = Object.is(rounded, -0) ? "-0" : String(rounded);
      return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
    }
  }
}

function bits(value: number): number {
  return new DataView(new Float32Array([value]).buffer).getUint32(0, true);
}

function mentions(body: readonly Stmt[], matches: (expr: Expr) => boolean): boolean {
  for (const stmt of everyStmt(body)) {
    if (expressionsOf(stmt).some((one) => [...everyExpr(one)].some(matches))) return true;
  }
  return false;
}
