/**
 * Writes a gather kernel as the JavaScript that gpu.js translates for the backends that take no GLSL (webasm, cpu): a
 * function of the values it reads. It has no integers: on webasm gpu.js turns a declared integer into an f32, which is
 * exact below 2^24. So an index is divided as a number and rounded down.
 */
import type { GatherKernel } from "../../kernels/gather/lower-gather.ts";
import type { UnaryOp } from "../../kernels/ir/ir.ts";
import type { ScalarExpr, ScalarStmt } from "../../kernels/ir/scalar.ts";
import { everyExpr, everyExprIn, everyStmt } from "../../kernels/ir/visit.ts";
import type { GatherLanguages } from "../gather/emit-gather.ts";
import type { GatherNames } from "../gather/gather-names.ts";
import { isInfix, operand, symbols } from "../text/infix-operators.ts";
import { type Literals, literal } from "../text/numbers.ts";
import { type Line, printLines } from "../text/print-lines.ts";
import { functionsOf } from "./functions.ts";
import { gpujsReserved } from "./reserved-words.ts";

export const gpujs: GatherLanguages["js"] = { reserved: gpujsReserved, print, functionsOf };

interface Printing {
  readonly names: GatherNames;
  /** Whether each operation is rounded to f32. */
  readonly rounds: boolean;
}

function print(kernel: GatherKernel, names: GatherNames): string {
  const printing = { names, rounds: hasExtrema(kernel) };
  const parameters = new Set(kernel.loads.map((one) => names.read(names.sourceOf(one))));
  const body = kernel.body.flatMap((one) => statement(printing, one));
  const values = kernel.values.map((one) => expression(printing, one));
  // One plane for each number: on webasm a later kernel cannot read four numbers of one invocation.
  const planes = values.slice(0, -1).map((value, slot): Line => {
    return { open: `if (this.thread.y === ${slot}) {`, body: [`return ${value};`], close: "}" };
  });
  const open = `function (${[...parameters].join(", ")}) {`;
  return printLines([{ open, body: [...body, ...planes, `return ${values.at(-1)};`], close: "}" }], "");
}

/**
 * A gradient goes to the elements that equal a maximum. The draw that compares and the draw that found it compute these
 * elements alike only if each operation is rounded: cpu computes in float64, and which values have names, which are
 * rounded, differs between draws. On webasm all is f32 and rounding costs nothing.
 */
function hasExtrema({ body, values }: GatherKernel): boolean {
  const all = [...everyExprIn(body), ...values.flatMap((one) => everyExpr(one))];
  const compares = all.some(
    (one) => one.kind === "binary" && one.op === "eq" && one.a.type === "f32" && one.b.kind === "local",
  );
  const reduces = everyStmt(body).some(
    (one) => one.kind === "assign" && one.value.kind === "binary" && /^(max|min|peak)$/.test(one.value.op),
  );
  return compares || reduces;
}

function statement(printing: Printing, stmt: ScalarStmt): Line[] {
  const { names } = printing;
  const e = (expr: ScalarExpr): string => expression(printing, expr);
  const block = (head: string, body: readonly ScalarStmt[]): Line[] => [
    { open: `${head} {`, body: body.flatMap((one) => statement(printing, one)), close: "}" },
  ];
  switch (stmt.kind) {
    case "let":
      return [
        `const ${names.local(stmt.name)} = ${printing.rounds ? e(stmt.value) : single(stmt.value, e(stmt.value))};`,
      ];
    case "var":
      return [`let ${names.local(stmt.name)} = ${e(stmt.value)};`];
    case "assign":
      return [`${names.local(stmt.name)} = ${e(stmt.value)};`];
    case "load": {
      const source = names.sourceOf(stmt.tensor);
      const plane = source.slots === 1 ? "" : `[${source.slot}]`;
      return [`const ${names.local(stmt.name)} = ${names.read(source)}${plane}[${e(stmt.index)}];`];
    }
    case "for": {
      const name = names.local(stmt.name);
      const head = `let ${name} = ${e(stmt.start)}; ${name} < ${e(stmt.end)}; ${name} += ${e(stmt.step)}`;
      return block(`for (${head})`, stmt.body);
    }
    case "if":
      return block(`if (${e(stmt.condition)})`, stmt.body);
  }
}

/**
 * Rounds a named value to f32, also on cpu, which computes in float64. A shift is handed on as an f32, so the same f32
 * must be subtracted.
 */
function single(value: ScalarExpr, text: string): string {
  return value.type === "f32" && value.kind !== "local" && value.kind !== "constant"
    ? `Math.fround(${text})`
    : text;
}

const literals: Literals = {
  f32: "",
  u32: "",
  nonFinite: (value) => (Number.isNaN(value) ? "(0 / 0)" : value > 0 ? "(1 / 0)" : "(-1 / 0)"),
};

const own = { ...symbols, eq: "===", ne: "!==" };

function expression(printing: Printing, expr: ScalarExpr): string {
  const text = exactly(printing, expr);
  const computes = expr.kind === "binary" || expr.kind === "call";
  return printing.rounds && computes && expr.type === "f32" ? `Math.fround(${text})` : text;
}

function exactly(printing: Printing, expr: ScalarExpr): string {
  const { names } = printing;
  const e = (one: ScalarExpr): string => expression(printing, one);
  const inner = (one: ScalarExpr): string => operand(one, e(one));
  switch (expr.kind) {
    case "const":
      return literal(literals, expr.type, expr.value);
    case "constant":
      return `this.constants.${names.constant(expr.constant)}`;
    case "builtin":
      return "this.thread.x";
    case "local":
      return names.local(expr.name);
    case "binary": {
      const [a, b] = [expr.a, expr.b];
      if (expr.type === "u32" && expr.op === "div") return `Math.floor(${inner(a)} / ${inner(b)})`;
      if (expr.op === "mod") return `${inner(a)} - Math.floor(${inner(a)} / ${inner(b)}) * ${inner(b)}`;
      return isInfix(expr.op)
        ? `${inner(a)} ${own[expr.op]} ${inner(b)}`
        : `Math.${expr.op === "peak" ? "max" : expr.op}(${e(a)}, ${e(b)})`;
    }
    case "call":
      return call(expr.op, expr.a);
    case "select":
      return `(${inner(expr.condition)} ? ${inner(expr.a)} : ${inner(expr.b)})`;
    case "float":
    case "whole":
      return inner(expr.a);
  }

  function call(op: UnaryOp, a: ScalarExpr): string {
    switch (op) {
      case "neg":
        return `-${inner(a)}`;
      case "rsqrt":
        return `(1 / Math.sqrt(${e(a)}))`;
      case "exp_below":
        return `Math.exp(${e(a)})`;
      case "exp2":
        return `Math.pow(2, ${e(a)})`;
      case "round":
        return `round_even(${e(a)})`;
      case "high":
        return `high_part(${e(a)})`;
      default:
        return `Math.${op}(${e(a)})`;
    }
  }
}
