/**
 * The JavaScript that gpu.js translates for the backends that take no GLSL (webasm, cpu): a gather kernel as a function
 * of what it reads. There are no integers in it: gpu.js turns a declared whole number into an f32 on webasm, exact below
 * 2^24, so an index is divided as a number and rounded down.
 */
import type { GatherKernel } from "../../kernels/gather/lower-gather.ts";
import type { BinaryOp, Expr, Stmt, UnaryOp } from "../../kernels/ir/ir.ts";
import type { GatherNames } from "./gather-names.ts";

export function gpujsText(kernel: GatherKernel, names: GatherNames): string {
  const sources = [...new Set(kernel.loads.map((one) => names.sourceOf(one).from))];
  const parameters = sources.map((from) => names.namer.name(`read ${from}`, from));
  const body = kernel.body.map((one) => statement(names, one, "  ")).join("");
  const values = kernel.values.map((one) => expression(names, one));
  // One plane for each number: gpu.js lets no later kernel read four numbers of an invocation on webasm.
  const planes = values
    .slice(0, -1)
    .map((value, slot) => `  if (this.thread.y === ${slot}) {\n    return ${value};\n  }\n`)
    .join("");
  return `function (${parameters.join(", ")}) {\n${body}${planes}  return ${values.at(-1)};\n}\n`;
}

function statement(names: GatherNames, stmt: Stmt, indent: string): string {
  const e = (expr: Expr): string => expression(names, expr);
  const local = (name: string): string => names.namer.name(`local ${name}`, name);
  const block = (body: readonly Stmt[]): string =>
    `{\n${body.map((one) => statement(names, one, `${indent}  `)).join("")}${indent}}\n`;
  switch (stmt.kind) {
    case "let":
      return `${indent}const ${local(stmt.name)} = ${single(stmt.value, e(stmt.value))};\n`;
    case "var":
      return `${indent}let ${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "assign":
      return `${indent}${local(stmt.name)} = ${e(stmt.value)};\n`;
    case "load": {
      const { from, slot, slots } = names.sourceOf(stmt.tensor);
      const plane = slots === 1 ? "" : `[${slot}]`;
      return `${indent}const ${local(stmt.name)} = ${names.namer.name(`read ${from}`, from)}${plane}[${e(stmt.index)}];\n`;
    }
    case "for": {
      const name = local(stmt.name);
      return `${indent}for (let ${name} = ${e(stmt.start)}; ${name} < ${e(stmt.end)}; ${name} += ${e(stmt.step)}) ${block(stmt.body)}`;
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

/**
 * A value that gets a name is an f32, also on cpu, which computes in float64: a shift is handed on as an f32, so what is
 * subtracted from it must be taken from the same number.
 */
function single(value: Expr, text: string): string {
  return value.type === "f32" && value.kind !== "local" && value.kind !== "constant"
    ? `Math.fround(${text})`
    : text;
}

const infix: Readonly<Partial<Record<BinaryOp, string>>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  lt: "<",
  le: "<=",
  eq: "===",
  ne: "!==",
  and: "&&",
  or: "||",
};

function expression(names: GatherNames, expr: Expr): string {
  const e = (one: Expr): string => expression(names, one);
  switch (expr.kind) {
    case "const":
      return constant(expr.type, expr.value);
    case "constant":
      return `this.constants.${names.constant(expr.constant)}`;
    case "builtin":
      return "this.thread.x";
    case "local":
      return names.namer.name(`local ${expr.name}`, expr.name);
    case "binary": {
      if (expr.type === "u32" && expr.op === "div") return `Math.floor(${inner(expr.a)} / ${inner(expr.b)})`;
      if (expr.op === "mod") {
        return `${inner(expr.a)} - Math.floor(${inner(expr.a)} / ${inner(expr.b)}) * ${inner(expr.b)}`;
      }
      const symbol = infix[expr.op];
      if (symbol !== undefined) return `${inner(expr.a)} ${symbol} ${inner(expr.b)}`;
      return `Math.${expr.op}(${e(expr.a)}, ${e(expr.b)})`;
    }
    case "call":
      return call(expr.op, expr.a);
    case "select":
      return `(${inner(expr.condition)} ? ${inner(expr.a)} : ${inner(expr.b)})`;
    case "float":
      return inner(expr.a);
    case "splat":
    case "ramp":
    case "fold":
    case "overCopies":
    case "any":
      throw new Error(`a gather kernel has no ${expr.kind}`);
  }

  function call(op: UnaryOp, a: Expr): string {
    switch (op) {
      case "neg":
        return `-${inner(a)}`;
      case "rsqrt":
        return `(1 / Math.sqrt(${e(a)}))`;
      case "exp2":
        return `Math.pow(2, ${e(a)})`;
      case "round":
        return `round_even(${e(a)})`;
      default:
        return `Math.${op}(${e(a)})`;
    }
  }

  function inner(one: Expr): string {
    const text = e(one);
    const isInfix = one.kind === "binary" && (infix[one.op] !== undefined || one.op === "mod");
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
      if (Number.isNaN(rounded)) return "(0 / 0)";
      if (!Number.isFinite(rounded)) return rounded > 0 ? "(1 / 0)" : "(-1 / 0)";
      const text = Object.is(rounded, -0) ? "-0" : String(rounded);
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
  }
}
