/** Writes expressions of the kernel IR as WebAssembly. */
import type { BinaryOp, Constant, Expr, Type, UnaryOp } from "../../kernels/ir/ir.ts";
import { operandsOf } from "../../kernels/ir/visit.ts";
import type { Wat } from "../text/wat.ts";
import { get, type Locals, set, tee, type ValueType, valueTypes } from "./function-locals.ts";
import { depthOf, type Names } from "./names.ts";
import { inlined, numberText } from "./operators/functions.ts";
import type { Writer } from "./operators/vector.ts";
import type { Scopes } from "./scopes.ts";

export interface ExpressionContext {
  readonly locals: Locals;
  readonly scopes: Scopes;
  readonly names: Names;
  /** The local that holds a number which the function is given. */
  readonly constant: (constant: Constant) => string;
  /** The local that holds the number of the task. */
  readonly task: string;
}

type Shape = "f32" | "f32x4" | "i32";

const shapes: Readonly<Record<Type, Shape>> = {
  f32: "f32",
  f32x4: "f32x4",
  u32: "i32",
  bool: "i32",
  boolx4: "f32x4",
};

/** The instruction for an operator on two operands of a shape, where there is one. */
const instructions: Readonly<Record<Shape, Readonly<Partial<Record<BinaryOp, string>>>>> = {
  f32: {
    add: "add",
    sub: "sub",
    mul: "mul",
    div: "div",
    min: "min",
    max: "max",
    lt: "lt",
    le: "le",
    eq: "eq",
    ne: "ne",
  },
  f32x4: {
    add: "add",
    sub: "sub",
    mul: "mul",
    div: "div",
    lt: "lt",
    le: "le",
    eq: "eq",
    ne: "ne",
  },
  i32: {
    add: "add",
    sub: "sub",
    mul: "mul",
    lt: "lt_u",
    le: "le_u",
    eq: "eq",
    ne: "ne",
    and: "and",
    or: "or",
  },
};

/** Operators that WebAssembly has, for one value and for four. */
const unary: Readonly<Partial<Record<UnaryOp, string>>> = {
  neg: "neg",
  abs: "abs",
  sqrt: "sqrt",
  floor: "floor",
  ceil: "ceil",
  trunc: "trunc",
  round: "nearest",
};

export const i32 = (value: number): Wat => ["i32.const", String(value)];
const f32Const = (value: number): Wat => ["f32.const", numberText(Math.fround(value))];

export interface Expressions {
  /** Writes an expression. */
  readonly e: (expr: Expr) => Wat;
  /**
   * Computes a value before all tasks, if it depends on nothing but extents and params, and returns whether it did. The
   * local is known by its name in the kernel from here on.
   */
  readonly isFixed: (name: string, value: Expr) => boolean;
}

export function expressions(context: ExpressionContext): Expressions {
  const { locals, scopes, names } = context;
  const isFixed = (expr: Expr): boolean => depthOf(names, expr) === 0;
  const writer: Writer = {
    f32: (value) => copies("f32x4", f32Const(value)),
    i32: (value) => copies("i32x4", i32(value)),
    f64: () => {
      throw new Error("functions of f64 are called");
    },
    keep: (name, value) => kept(name, "v128", value),
  };
  /** The locals of values that are computed before all tasks, by their names in the kernel. */
  const fixedNames = new Map<string, Wat>();
  return {
    e,
    isFixed: (name, value) => {
      if (!isFixed(value)) return false;
      const written = operandsOf(value).length > 0 ? fixed(value, name) : plain(value);
      fixedNames.set(name, written);
      return true;
    },
  };

  function e(expr: Expr): Wat {
    return isFixed(expr) && operandsOf(expr).length > 0 ? fixed(expr) : plain(expr);
  }

  /** Computes a value before the code that is written next. */
  function kept(name: string, type: ValueType, value: Wat, depth?: number): Wat {
    const local = locals.fresh(name, type);
    scopes.write(set(local, value), depth);
    return get(local);
  }

  /** Four copies of a constant, made before all tasks. */
  function copies(shape: "f32x4" | "i32x4", value: Wat): Wat {
    const local = scopes.once(`${shape} ${value[1]}`, 0, () => {
      const made = locals.fresh("copies", "v128");
      scopes.write(set(made, [`${shape}.splat`, value]), 0);
      return made;
    });
    return get(local);
  }

  /** What depends on nothing but extents and params is computed before all tasks. */
  function fixed(expr: Expr, wanted = nameOf(expr)): Wat {
    if (expr.kind === "splat" && expr.a.kind === "const") return plain(expr);
    const value = plain(expr);
    const local = scopes.once(`fixed ${JSON.stringify(value)}`, 0, () => {
      const made = locals.fresh(wanted, valueTypes[expr.type]);
      scopes.write(set(made, value), 0);
      return made;
    });
    return get(local);
  }

  function plain(expr: Expr): Wat {
    switch (expr.kind) {
      case "const":
        return expr.type === "f32" ? f32Const(expr.value) : i32(expr.value);
      case "constant":
        return get(context.constant(expr.constant));
      case "builtin":
        if (expr.name !== "group") throw new Error(`a task has no \`${expr.name}\``);
        return get(context.task);
      case "local":
        return (
          fixedNames.get(expr.name) ??
          get(locals.declare(`local ${expr.name}`, expr.name, valueTypes[expr.type]))
        );
      case "binary":
        return binary(expr.op, expr.a.type, expr.a, expr.b);
      case "call":
        return call(expr.op, expr.type, expr.a);
      case "select":
        return select(expr);
      case "float":
        return ["f32.convert_i32_u", e(expr.a)];
      case "whole":
        return ["i32.trunc_sat_f32_u", e(expr.a)];
      case "splat":
        if (expr.a.kind === "const") return copies("f32x4", f32Const(expr.a.value));
        return ["f32x4.splat", e(expr.a)];
      case "join":
        return expr.parts
          .slice(1)
          .reduce<Wat>(
            (all, part, i) => ["f32x4.replace_lane", String(i + 1), all, e(part)],
            ["f32x4.splat", e(expr.parts[0]!)],
          );
      case "ramp":
        return ["v128.const", "f32x4", "0", "1", "2", "3"];
      case "fold":
        return ["call", `$fold_${expr.op}`, e(expr.a)];
      case "running": {
        const running = (a: Wat): Wat => ["call", `$running_${expr.op}`, a];
        return expr.reverse ? turned(running(turned(e(expr.a)))) : running(e(expr.a));
      }
      case "any":
        return ["v128.any_true", e(expr.a)];
      case "overCopies":
        throw new Error("a sum over rows taken together is written out before it is emitted");
    }
  }

  function binary(op: BinaryOp, type: Type, a: Expr, b: Expr): Wat {
    const shape = shapes[type];
    if (type === "boolx4") return [`v128.${op}`, e(a), e(b)];
    if (op === "peak") return type === "f32x4" ? ["i32x4.max_s", e(a), e(b)] : peak(e(a), e(b));
    if (shape === "i32") {
      if (op === "min" || op === "max") return extremum(op, e(a), e(b));
      if (op === "div" || op === "mod") return quotient(op, a, b);
      const bits = b.kind === "const" ? Math.log2(b.value) : undefined;
      if (op === "mul" && Number.isInteger(bits)) return ["i32.shl", e(a), i32(bits!)];
    }
    if (type === "f32x4" && (op === "min" || op === "max")) return extremumOfFour(op, a, b);
    const instruction = instructions[shape][op];
    if (instruction === undefined) throw new Error(`${type} has no ${op}`);
    return [`${shape}.${instruction}`, e(a), e(b)];
  }

  /** Both operands are used twice. */
  function twice(type: ValueType, a: Wat, b: Wat, write: (a: Wat, b: Wat, again: [Wat, Wat]) => Wat): Wat {
    const [x, y] = [locals.fresh("a", type), locals.fresh("b", type)];
    return write(isSimple(a) ? a : tee(x, a), isSimple(b) ? b : tee(y, b), [
      isSimple(a) ? a : get(x),
      isSimple(b) ? b : get(y),
    ]);
  }

  function extremum(op: "min" | "max", a: Wat, b: Wat): Wat {
    const compare = op === "min" ? "i32.lt_u" : "i32.gt_u";
    return twice("i32", a, b, (x, y, again) => ["select", x, y, [compare, ...again]]);
  }

  /**
   * `pmax(b, a)` is b if any of them is a NaN, so a NaN of a is set again, with all bits. On x64, f32x4.max takes eight
   * instructions and three times as long. A constant is none.
   */
  function extremumOfFour(op: "min" | "max", a: Expr, b: Expr): Wat {
    if (isNumber(b)) return [`f32x4.p${op}`, e(a), e(b)];
    if (isNumber(a)) return [`f32x4.p${op}`, e(b), e(a)];
    const written = e(a);
    const own = isSimple(written) ? written : kept("a", "v128", written);
    return ["v128.or", [`f32x4.p${op}`, e(b), own], ["f32x4.ne", own, own]];
  }

  /** The bits of absolute values are in their order, and those of a NaN above all. */
  function peak(a: Wat, b: Wat): Wat {
    const bits = (one: Wat): Wat => ["i32.reinterpret_f32", one];
    return twice("f32", a, b, (x, y, [p, q]) => ["select", x, y, ["i32.gt_s", bits(p), bits(q)]]);
  }

  /** WebAssembly traps on a division by 0, which an extent can be. WGSL does not. */
  function quotient(op: "div" | "mod", a: Expr, b: Expr): Wat {
    const instruction = op === "div" ? "i32.div_u" : "i32.rem_u";
    if (b.kind === "const" && b.value > 0) {
      const bits = Math.log2(b.value);
      if (!Number.isInteger(bits)) return [instruction, e(a), i32(b.value)];
      return op === "div" ? ["i32.shr_u", e(a), i32(bits)] : ["i32.and", e(a), i32(b.value - 1)];
    }
    const by = locals.fresh("by", "i32");
    const divisor = e(b);
    return isSimple(divisor)
      ? [instruction, e(a), ["i32.add", divisor, ["i32.eqz", divisor]]]
      : [instruction, e(a), ["i32.add", tee(by, divisor), ["i32.eqz", get(by)]]];
  }

  function call(op: UnaryOp, type: "f32" | "f32x4", a: Expr): Wat {
    const instruction = unary[op];
    if (instruction !== undefined) return [`${type}.${instruction}`, e(a)];
    if (op === "rsqrt") {
      const one = type === "f32" ? f32Const(1) : copies("f32x4", f32Const(1));
      return [`${type}.div`, one, [`${type}.sqrt`, e(a)]];
    }
    const name = `$${op}`;
    const operator = inlined[op];
    if (type === "f32x4" && operator !== undefined) return operator(writer, kept("x", "v128", e(a)));
    if (type === "f32x4") return ["call", name, e(a)];
    return ["f32x4.extract_lane", "0", ["call", name, ["f32x4.splat", e(a)]]];
  }

  function select({ condition, a, b, orZero, type }: Extract<Expr, { kind: "select" }>): Wat {
    if (condition.type === "boolx4") {
      if (orZero) return ["v128.and", e(a), e(condition)];
      return ["v128.bitselect", e(a), e(b), e(condition)];
    }
    if (orZero && type === "f32x4")
      return ["v128.and", e(a), ["i32x4.splat", ["i32.sub", i32(0), e(condition)]]];
    return ["select", e(a), e(b), e(condition)];
  }

  /** The four components in reverse order. */
  function turned(wat: Wat): Wat {
    const whole = locals.fresh("turned", "v128");
    const lanes = [3, 2, 1, 0].flatMap((lane) => [0, 1, 2, 3].map((byte) => String(4 * lane + byte)));
    return ["i8x16.shuffle", ...lanes, tee(whole, wat), get(whole)];
  }
}

/** A product of extents has their names. */
function nameOf(expr: Expr): string {
  if (expr.kind === "constant" && expr.constant.kind === "extent") return expr.constant.factor;
  if (expr.kind === "local") return expr.name;
  const isProduct = expr.kind === "binary" && expr.op === "mul" && expr.type === "u32";
  if (isProduct && expr.b.kind === "const") return `${nameOf(expr.a)}_bytes`;
  const names = isProduct ? [expr.a, expr.b].map(nameOf) : [];
  if (isProduct && names.every((one) => one !== "size")) return names.join("_");
  return expr.type === "u32" ? "size" : "fixed";
}

/** Whether a value is a constant, and no NaN. */
function isNumber(expr: Expr): boolean {
  return expr.kind === "splat" && expr.a.kind === "const" && !Number.isNaN(expr.a.value);
}

function isSimple(wat: Wat): boolean {
  return wat[0] === "local.get" || wat[0] === "i32.const" || wat[0] === "f32.const";
}
