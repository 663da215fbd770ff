/**
 * Writes a kernel's body in WGSL. `templates/kernel.wgsl.hbs` is the shell around it. The body reads and writes memory
 * through accessors, which the runtime declares: it knows how a tensor lies in bindings.
 */

import { add, mul, u32 } from "../../kernels/ir/expr.ts";
import type { Builtin, Constant, Expr, Kernel, Stmt, UnaryOp } from "../../kernels/ir/ir.ts";
import type { Accessor, ProgramBinding } from "../../program/program.ts";
import { helpersOf } from "../text/helpers-of.ts";
import { isInfix, operand, symbols } from "../text/infix-operators.ts";
import { constantName, localName } from "../text/ir-names.ts";
import { createNamer, type Namer } from "../text/namer.ts";
import { f32Bits, type Literals, literal } from "../text/numbers.ts";
import { type Line, printLines } from "../text/print-lines.ts";
import { wgslHelpers } from "./helpers.ts";
import { wgslReserved } from "./reserved-words.ts";

export type OverrideConstant = Exclude<Constant, { kind: "held" }>;

export interface WgslModule {
  readonly constants: readonly {
    readonly name: string;
    readonly type: string;
    readonly constant: OverrideConstant;
  }[];
  readonly bindings: readonly ProgramBinding[];
  /** Workgroup memory: its element type, and values for each invocation. */
  readonly shared: { readonly type: string; readonly slots: number } | null;
  readonly helpers: readonly string[];
  readonly workgroup: { readonly lanes: string; readonly rows: string; readonly columns: string };
  /** The name of the constant that gives how many workgroups share a row. Null if they do not share rows. */
  readonly parts: string | null;
  readonly body: string;
}

/** Returns everything that the shell needs. Names are chosen here, so the body and the declarations agree. */
export function wgslModule(kernel: Kernel): WgslModule {
  const namer = createNamer(wgslReserved);
  const lanes = constantName(namer, { kind: "lanes" });
  const rows = constantName(namer, { kind: "rows" });
  const columns = constantName(namer, { kind: "columns" });
  // The runtime declares this constant in front of the module, so it must keep its name.
  constantName(namer, { kind: "held" });
  for (const fixed of ["group", "part", "lane", "row_in_group"]) namer.name(`builtin ${fixed}`, fixed);
  const constants = kernel.constants
    .filter((constant): constant is OverrideConstant => constant.kind !== "held")
    .map((constant) => ({ name: constantName(namer, constant), type: constantType(constant), constant }));
  const names = kernel.tensors.map(({ name }) => namer.name(`tensor ${name}`, name));
  const called = new Map(kernel.tensors.map(({ name }): [string, Calls] => [name, {}]));
  const body = printLines(statements({ namer, called, e: expressions(namer) }, kernel.body), "  ").trimEnd();
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
    helpers: helpersOf(wgslHelpers, body),
    workgroup: { lanes, rows, columns },
    parts: kernel.inParts ? constantName(namer, { kind: "parts" }) : null,
    body,
  };
}

export function constantType({ kind }: Constant): string {
  return kind === "param" ? "f32" : kind === "columns" ? "bool" : "u32";
}

export type Calls = Partial<Record<Accessor, string>>;

export interface BodyContext {
  readonly namer: Namer;
  /** Prints an expression. */
  readonly e: (expr: Expr) => string;
  /** The accessors that the body calls, by tensor. They are collected while the body is written. */
  readonly called: ReadonlyMap<string, Calls>;
}

const suffixes: Readonly<Record<Accessor, string>> = {
  at: "at",
  four: "four",
  put: "put",
  putFour: "put_four",
};

function accessor({ namer, called }: BodyContext, tensor: string, kind: Accessor): string {
  const calls = called.get(tensor)!;
  const known = calls[kind];
  if (known !== undefined) return known;
  const base = namer.name(`tensor ${tensor}`, tensor);
  const name = namer.name(`accessor ${kind} ${tensor}`, `${base}_${suffixes[kind]}`);
  calls[kind] = name;
  return name;
}

export function statements(context: BodyContext, body: readonly Stmt[]): Line[] {
  const lines: Line[] = [];
  for (const one of body) statement(context, one, lines);
  return lines;
}

function statement(context: BodyContext, stmt: Stmt, lines: Line[]): void {
  const { e, namer } = context;
  switch (stmt.kind) {
    case "let":
      lines.push(`let ${localName(namer, stmt.name)} = ${e(stmt.value)};`);
      return;
    case "var":
      lines.push(`var ${localName(namer, stmt.name)} = ${e(stmt.value)};`);
      return;
    case "assign":
      lines.push(`${localName(namer, stmt.name)} = ${e(stmt.value)};`);
      return;
    case "load":
      lines.push(`let ${localName(namer, stmt.name)} = ${load(context, stmt)};`);
      return;
    case "store":
      store(context, stmt, lines);
      return;
    case "loadShared":
      lines.push(`let ${localName(namer, stmt.name)} = scratch_memory[${e(stmt.index)}];`);
      return;
    case "storeShared":
      lines.push(`scratch_memory[${e(stmt.index)}] = ${e(stmt.value)};`);
      return;
    case "exchange": {
      const name = stmt.value.type === "f32x4" ? "exchange4" : "exchange";
      lines.push(`let ${localName(namer, stmt.name)} = ${name}(${e(stmt.value)}, ${e(stmt.mask)});`);
      return;
    }
    case "keep":
      lines.push(`held[held_place(${stmt.slot}u, ${e(stmt.step)}, local_index)] = ${e(stmt.value)};`);
      return;
    case "recall": {
      const name = localName(namer, stmt.name);
      lines.push(`let ${name} = held[held_place(${stmt.slot}u, ${e(stmt.step)}, local_index)];`);
      return;
    }
    case "for": {
      const name = localName(namer, stmt.name);
      const head = `var ${name} = ${e(stmt.start)}; ${name} < ${e(stmt.end)}; ${name} += ${e(stmt.step)}`;
      lines.push(block(context, `for (${head})`, stmt.body));
      return;
    }
    case "double": {
      const name = localName(namer, stmt.name);
      const head = `var ${name} = 1u; ${name} < ${e(stmt.end)}; ${name} *= 2u`;
      lines.push(block(context, `for (${head})`, stmt.body));
      return;
    }
    case "halve": {
      const name = localName(namer, stmt.name);
      const head = `var ${name} = ${e(stmt.start)}; ${name} >= ${e(stmt.end)}; ${name} /= 2u`;
      lines.push(block(context, `for (${head})`, stmt.body));
      return;
    }
    case "if":
      lines.push(block(context, `if (${e(stmt.condition)})`, stmt.body));
      return;
    case "barrier":
      lines.push("workgroupBarrier();");
      return;
  }
}

function block(context: BodyContext, head: string, body: readonly Stmt[]): Line {
  return { open: `${head} {`, body: statements(context, body), close: "}" };
}

function load(context: BodyContext, { tensor, index, access }: Extract<Stmt, { kind: "load" }>): string {
  const { e } = context;
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

function store(
  context: BodyContext,
  { tensor, index, value, access }: Extract<Stmt, { kind: "store" }>,
  lines: Line[],
): void {
  const { e } = context;
  switch (access.kind) {
    case "one":
      lines.push(`${accessor(context, tensor, "put")}(${e(index)}, ${e(value)});`);
      return;
    case "four":
      lines.push(`${accessor(context, tensor, "putFour")}(${e(index)}, ${e(value)});`);
      return;
    case "apart": {
      const put = accessor(context, tensor, "put");
      const own = e(value);
      for (const [i, one] of apart(index, access.stride).entries())
        lines.push(`${put}(${e(one)}, (${own})[${i}]);`);
      return;
    }
  }
}

/** The indices of four elements that lie `stride` apart. */
function apart(index: Expr, stride: Expr): Expr[] {
  return [0, 1, 2, 3].map((i) => add(index, mul(u32(i), stride)));
}

/**
 * WGSL's own `max` and `min` may return either operand if one is NaN, so a NaN could vanish silently. The shell defines
 * these.
 */
const propagating = { max: "larger", min: "smaller", peak: "peak_of" } as const;

/** Operators with a different name in WGSL. */
const renamed: Readonly<Partial<Record<UnaryOp, string>>> = { rsqrt: "inverseSqrt", exp_below: "exp" };

/** Operators that are called through a helper, which keeps a NaN. */
const guarded: ReadonlySet<UnaryOp> = new Set(["exp", "exp2", "log", "log2"]);

const literals: Literals = { f32: "f", u32: "u", nonFinite: (value) => `non_finite(${f32Bits(value)}u)` };

/** Returns a function that prints expressions. One for a whole kernel: each has thousands of them. */
export function expressions(namer: Namer): (expr: Expr) => string {
  const inner = (one: Expr): string => operand(one, e(one));
  const builtins = new Map<string, string>();
  const builtin = (name: Builtin): string => {
    const made = builtins.get(name) ?? namer.name(`builtin ${name === "row" ? "row_in_group" : name}`, name);
    builtins.set(name, made);
    return made;
  };
  return e;

  function e(expr: Expr): string {
    switch (expr.kind) {
      case "const":
        return literal(literals, expr.type, expr.value);
      case "constant":
        return constantName(namer, expr.constant);
      case "builtin":
        return builtin(expr.name);
      case "local":
        return localName(namer, expr.name);
      case "binary": {
        // On Vulkan, Dawn compiles != to an ordered comparison, which is false for a NaN. IEEE 754 says true.
        if (expr.op === "ne" && expr.a.type !== "u32") return `!(${inner(expr.a)} == ${inner(expr.b)})`;
        // || and && take no vectors.
        if (expr.type === "boolx4" && expr.op === "or") return `${inner(expr.a)} | ${inner(expr.b)}`;
        if (isInfix(expr.op)) return `${inner(expr.a)} ${symbols[expr.op]} ${inner(expr.b)}`;
        const wide = expr.type === "f32x4" ? "4" : "";
        const name = expr.type === "u32" ? expr.op : `${propagating[expr.op]}${wide}`;
        return `${name}(${e(expr.a)}, ${e(expr.b)})`;
      }
      case "call": {
        if (expr.op === "neg") return `-${inner(expr.a)}`;
        const wide = expr.type === "f32x4" ? "4" : "";
        if (expr.op === "high") return `high_part${wide}(${e(expr.a)})`;
        const name = guarded.has(expr.op) ? `${expr.op}_of${wide}` : (renamed[expr.op] ?? expr.op);
        return `${name}(${e(expr.a)})`;
      }
      case "select":
        if (expr.orZero && expr.type === "f32x4" && expr.condition.type === "bool")
          return `or_zero4(${e(expr.a)}, ${e(expr.condition)})`;
        return `select(${e(expr.b)}, ${e(expr.a)}, ${e(expr.condition)})`;
      case "float":
        return `f32(${e(expr.a)})`;
      case "whole":
        return `u32(${e(expr.a)})`;
      case "join":
        return `vec4f(${expr.parts.map(e).join(", ")})`;
      case "overCopies":
        throw new Error("a sum over rows taken together is written out before it is emitted");
      case "splat":
        return `vec4f(${e(expr.a)})`;
      case "ramp":
        return "vec4f(0.0f, 1.0f, 2.0f, 3.0f)";
      case "fold":
        return `fold_${expr.op}(${e(expr.a)})`;
      case "running": {
        const turned = expr.reverse ? ".wzyx" : "";
        return `running_${expr.op}(${expr.reverse ? `(${e(expr.a)})` : e(expr.a)}${turned})${turned}`;
      }
      case "any":
        return `any(${e(expr.a)})`;
    }
  }
}
