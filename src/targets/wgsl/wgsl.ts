/**
 * WGSL: a kernel's body, expressions and statements. The shell around it is `templates/kernel.wgsl.hbs`; memory is
 * reached by accessors, which the runtime declares, since it knows how a tensor lies in bindings.
 */

import { add, mul, u32 } from "../../kernels/ir/expr.ts";
import {
  type BinaryOp,
  type Constant,
  constantKey,
  type Expr,
  type Kernel,
  type Stmt,
  type UnaryOp,
} from "../../kernels/ir/ir.ts";
import type { Accessor, ProgramBinding } from "../../program/program.ts";
import { createNamer, type Namer } from "../text/namer.ts";
import { helperOf, helpersOf } from "./helpers.ts";
import { isWgslReserved } from "./reserved-words.ts";

type OverrideConstant = Exclude<Constant, { kind: "held" }>;

export interface WgslModule {
  readonly constants: readonly {
    readonly name: string;
    readonly type: string;
    readonly constant: OverrideConstant;
  }[];
  readonly bindings: readonly ProgramBinding[];
  /** Workgroup memory: its element type and values an invocation. */
  readonly shared: { readonly type: string; readonly slots: number } | null;
  readonly helpers: readonly string[];
  readonly workgroup: { readonly lanes: string; readonly rows: string; readonly columns: string };
  /** What says how many workgroups share a row, where they do. */
  readonly parts: string | null;
  readonly body: string;
}

/** Everything that the shell needs. Names are settled here, so the body and the declarations agree. */
export function wgslModule(kernel: Kernel): WgslModule {
  const namer = createNamer(isWgslReserved);
  const lanes = namer.name("constant lanes", "LANES");
  const rows = namer.name("constant rows", "ROWS");
  const columns = namer.name("constant columns", "COLUMNS");
  // The runtime writes this one before the module, so it must have its name.
  namer.name("constant held", "HELD");
  for (const fixed of ["group", "part", "lane", "row_in_group"]) namer.name(`builtin ${fixed}`, fixed);
  const constants = kernel.constants
    .filter((constant): constant is OverrideConstant => constant.kind !== "held")
    .map((constant) => ({ name: constantName(namer, constant), type: constantType(constant), constant }));
  const names = kernel.tensors.map(({ name }) => namer.name(`tensor ${name}`, name));
  const called = new Map(kernel.tensors.map(({ name }): [string, Calls] => [name, {}]));
  const body = statements({ namer, called }, kernel.body, "  ").trimEnd();
  const { shared } = kernel;
  return {
    constants,
    bindings: kernel.tensors.map(({ name: tensor, access }, i) => ({
      tensor,
      access,
      name: names[i],
      accessors: called.get(tensor)!,
    })),
    shared: shared && { slots: shared.slots, type: shared.type === "f32x4" ? "vec4f" : "f32" },
    helpers: helpersOf(kernel.body),
    workgroup: { lanes, rows, columns },
    parts: kernel.inParts ? constantName(namer, { kind: "parts" }) : null,
    body,
  };
}

function constantName(namer: Namer, constant: Constant): string {
  switch (constant.kind) {
    case "extent":
      return namer.name(`constant ${constantKey(constant)}`, constant.factor);
    case "param":
      return namer.name(`constant ${constantKey(constant)}`, constant.param);
    case "lanes":
    case "rows":
    case "subgroup":
    case "columns":
    case "parts":
    case "held":
      return namer.name(`constant ${constant.kind}`, constant.kind.toUpperCase());
  }
}

function constantType({ kind }: Constant): string {
  return kind === "param" ? "f32" : kind === "columns" ? "bool" : "u32";
}

type Calls = Partial<Record<Accessor, string>>;

interface BodyContext {
  readonly namer: Namer;
  /** The accessors that the body calls, by tensor: found while it is written. */
  readonly called: ReadonlyMap<string, Calls>;
}

const suffixes: Readonly<Record<Accessor, string>> = {
  at: "at",
  four: "four",
  put: "put",
  putFour: "put_four",
};

function accessor({ namer, called }: BodyContext, tensor: string, kind: Accessor): string {
  const base = namer.name(`tensor ${tensor}`, tensor);
  const name = namer.name(`accessor ${kind} ${tensor}`, `${base}_${suffixes[kind]}`);
  called.get(tensor)![kind] = name;
  return name;
}

function statements(context: BodyContext, body: readonly Stmt[], indent: string): string {
  return body.map((one) => statement(context, one, indent)).join("");
}

function statement(context: BodyContext, stmt: Stmt, indent: string): string {
  const { namer } = context;
  const e = (expr: Expr): string => expression(namer, expr);
  const local = (name: string): string => namer.name(`local ${name}`, name);
  const block = (body: readonly Stmt[]): string =>
    `{\n${statements(context, body, `${indent}  `)}${indent}}\n`;
  switch (stmt.kind) {
    case "let":
      return `${indent}let ${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "var":
      return `${indent}var ${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "assign":
      return `${indent}${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "load":
      return `${indent}let ${local(stmt.name)} = ${load(stmt)};\n`;
    case "store":
      return store(stmt);
    case "loadShared":
      return `${indent}let ${local(stmt.name)} = scratch_memory[${e(stmt.index)}];\n`;
    case "storeShared":
      return `${indent}scratch_memory[${e(stmt.index)}] = ${e(stmt.value)};\n`;
    case "exchange": {
      const name = stmt.value.type === "f32x4" ? "exchange4" : "exchange";
      return `${indent}let ${local(stmt.name)} = ${name}(${e(stmt.value)}, ${e(stmt.mask)});\n`;
    }
    case "keep":
      return `${indent}held[held_place(${stmt.slot}u, ${e(stmt.step)}, local_index)] = ${e(stmt.value)};\n`;
    case "recall":
      return `${indent}let ${local(stmt.name)} = held[held_place(${stmt.slot}u, ${e(stmt.step)}, local_index)];\n`;
    case "for": {
      const name = local(stmt.name);
      return `${indent}for (var ${name} = ${e(stmt.start)}; ${name} < ${e(stmt.end)}; ${name} += ${e(stmt.step)}) ${block(stmt.body)}`;
    }
    case "double": {
      const name = local(stmt.name);
      return `${indent}for (var ${name} = 1u; ${name} < ${e(stmt.end)}; ${name} *= 2u) ${block(stmt.body)}`;
    }
    case "halve": {
      const name = local(stmt.name);
      return `${indent}for (var ${name} = ${e(stmt.start)}; ${name} >= ${e(stmt.end)}; ${name} /= 2u) ${block(stmt.body)}`;
    }
    case "if":
      return `${indent}if (${e(stmt.condition)}) ${block(stmt.body)}`;
    case "barrier":
      return `${indent}workgroupBarrier();\n`;
  }

  function load({ tensor, index, access }: Extract<Stmt, { kind: "load" }>): string {
    switch (access.kind) {
      case "one":
        return `${accessor(context, tensor, "at")}(${e(index)})`;
      case "four":
        return `${accessor(context, tensor, "four")}(${e(index)})`;
      case "apart": {
        const at = accessor(context, tensor, "at");
        return `vec4f(${apart(index, access.stride)
          .map((one) => `${at}(${e(one)})`)
          .join(", ")})`;
      }
    }
  }

  function store({ tensor, index, value, access }: Extract<Stmt, { kind: "store" }>): string {
    switch (access.kind) {
      case "one":
        return `${indent}${accessor(context, tensor, "put")}(${e(index)}, ${e(value)});\n`;
      case "four":
        return `${indent}${accessor(context, tensor, "putFour")}(${e(index)}, ${e(value)});\n`;
      case "apart": {
        const put = accessor(context, tensor, "put");
        return apart(index, access.stride)
          .map((one, i) => `${indent}${put}(${e(one)}, (${e(value)})[${i}]);\n`)
          .join("");
      }
    }
  }
}

/** The indices of four elements. */
function apart(index: Expr, stride: Expr): Expr[] {
  return [0, 1, 2, 3].map((i) => add(index, mul(u32(i), stride)));
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
  or: "||",
};

/** Operators whose WGSL name is another one. */
const renamed: Readonly<Partial<Record<UnaryOp, string>>> = { rsqrt: "inverseSqrt" };

function expression(namer: Namer, expr: Expr): string {
  const e = (one: Expr): string => expression(namer, one);
  switch (expr.kind) {
    case "const":
      return helperOf(expr) === undefined
        ? constant(expr.type, expr.value)
        : `${helperOf(expr)}(${bits(Math.fround(expr.value))}u)`;
    case "constant":
      return constantName(namer, expr.constant);
    case "builtin":
      return namer.name(`builtin ${expr.name === "row" ? "row_in_group" : expr.name}`, expr.name);
    case "local":
      return namer.name(`local ${expr.name}`, expr.name);
    case "binary": {
      // Dawn makes != an ordered comparison on Vulkan: false for a NaN, where IEEE 754 says true.
      if (expr.op === "ne" && expr.a.type !== "u32") return `!(${inner(expr.a)} == ${inner(expr.b)})`;
      const symbol = infix[expr.op];
      if (symbol !== undefined) return `${inner(expr.a)} ${symbol} ${inner(expr.b)}`;
      return `${helperOf(expr) ?? expr.op}(${e(expr.a)}, ${e(expr.b)})`;
    }
    case "call":
      return expr.op === "neg" ? `-${inner(expr.a)}` : `${renamed[expr.op] ?? expr.op}(${e(expr.a)})`;
    case "select":
      return `select(${e(expr.b)}, ${e(expr.a)}, ${e(expr.condition)})`;
    case "float":
      return `f32(${e(expr.a)})`;
    case "overCopies":
      throw new Error("a sum over rows taken together is written out before it is emitted");
    case "splat":
      return `vec4f(${e(expr.a)})`;
    case "ramp":
      return "vec4f(0.0f, 1.0f, 2.0f, 3.0f)";
    case "fold":
      return `${helperOf(expr)}(${e(expr.a)})`;
    case "any":
      return `any(${e(expr.a)})`;
  }

  /** An operand: in parentheses when it is infix itself. */
  function inner(one: Expr): string {
    const text = e(one);
    const isInfix = one.kind === "binary" && infix[one.op] !== undefined;
    return isInfix || text.startsWith("-") ? `(${text})` : text;
  }
}

function constant(type: "f32" | "u32" | "bool", value: number): string {
  switch (type) {
    case "u32":
      return `${value}u`;
    case "bool":
      return value !== 0 ? "true" : "false";
    case "f32": {
      const rounded = Math.fround(value);
      const text = Object.is(rounded, -0) ? "-0" : String(rounded);
      return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
    }
  }
}

function bits(value: number): number {
  return new DataView(new Float32Array([value]).buffer).getUint32(0, true);
}
