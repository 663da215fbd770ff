/** Nodes to expressions: each value is written where it belongs (see `frame.ts`) and only once. */
import { isNative, type NativeOperator } from "../operators/operators.ts";
import type { Node } from "../tensor/graph.ts";
import type { Address } from "./address.ts";
import { add, binary, call, constant, extentOf, f32, float, local, select, u32 } from "./expr.ts";
import { bind, coordinate, createFrame, elementIndex, type Frame, homeOf, type NameOf } from "./frame.ts";
import type { BinaryOp, Expr, UnaryOp } from "./ir.ts";

export interface ValueContext {
  readonly nameOf: NameOf;
  readonly addressOf: (tensor: string) => Address;
  /** How many nodes use a node: one used once is written into its user. */
  readonly uses: ReadonlyMap<Node, number>;
}

/** Nested deeper than this, an expression gets a name: shader compilers bound their recursion, and readers theirs. */
const maxNesting = 6;

export function valueOf(context: ValueContext, frame: Frame, node: Node): Expr {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    const known = at.values.get(node);
    // A value is known further in only if no frame between binds its axes anew.
    if (known !== undefined && homeOf(frame, node.axes) !== undefined && visible(frame, at, node))
      return known;
  }
  const home = homeOf(frame, node.axes);
  const value = compute(context, home, node);
  const inline =
    node.kind !== "input" &&
    (context.uses.get(node) ?? 0) <= 1 &&
    home === frame &&
    nesting(value) < maxNesting;
  const keep = value.kind === "local" || value.kind === "const" || value.kind === "constant" || inline;
  const expr = keep ? value : bind(home, baseName(node), "f32", value, context.nameOf);
  if (!inline) home.values.set(node, expr);
  return expr;
}

function visible(frame: Frame, at: Frame, node: Node): boolean {
  for (let one: Frame | null = frame; one !== null && one !== at; one = one.parent) {
    if (one.run?.factors.some((axis) => node.axes.includes(axis))) return false;
  }
  return true;
}

function compute(context: ValueContext, frame: Frame, node: Node): Expr {
  switch (node.kind) {
    case "literal":
      return f32(node.value);
    case "param":
      return constant({ kind: "param", param: node.param });
    case "size":
      return float(extentOf(node.over));
    case "index":
      return float(coordinate(frame, node.axis, context.nameOf));
    case "input": {
      const name = context.nameOf(node.tensor);
      const { tensor, layout, offset } = context.addressOf(node.tensor);
      const index = add(offset, elementIndex(frame, layout, context.nameOf));
      frame.body.push({ kind: "load", name, tensor, index });
      return local("f32", name);
    }
    case "map":
      return computeMap(context, frame, node);
    case "reduce": {
      if (node.op !== "first") throw new Error(`the reduction ${node.op} is not computed before its use`);
      const start = { ...createFrame(frame, { factors: node.over, linear: u32(0) }), body: frame.body };
      for (const axis of node.over) start.coordinates.set(axis, u32(0));
      return valueOf(context, start, node.arg);
    }
  }
}

function computeMap(context: ValueContext, frame: Frame, node: Extract<Node, { kind: "map" }>): Expr {
  if (!isNative(node.op)) throw new Error(`the operator ${node.op} is not expanded`);
  const arg = (place: number): Expr => valueOf(context, frame, node.args[place]);
  const op: NativeOperator = node.op;
  switch (op) {
    case "where":
      return select(conditionOf(context, frame, node.args[0]), arg(1), arg(2));
    case "lt":
    case "le":
    case "eq":
    case "ne":
      return select(conditionOf(context, frame, node), f32(1), f32(0));
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "min":
    case "max":
      return binary(op satisfies BinaryOp, arg(0), arg(1));
    default:
      return call(op satisfies UnaryOp, arg(0));
  }
}

function conditionOf(context: ValueContext, frame: Frame, node: Node): Expr {
  if (node.kind === "map" && (node.op === "lt" || node.op === "le" || node.op === "eq" || node.op === "ne")) {
    return binary(node.op, valueOf(context, frame, node.args[0]), valueOf(context, frame, node.args[1]));
  }
  return binary("ne", valueOf(context, frame, node), f32(0));
}

function nesting(expr: Expr): number {
  switch (expr.kind) {
    case "const":
    case "constant":
    case "builtin":
    case "local":
      return 0;
    case "not":
    case "call":
    case "float":
      return 1 + nesting(expr.a);
    case "binary":
      return 1 + Math.max(nesting(expr.a), nesting(expr.b));
    case "select":
      return 1 + Math.max(nesting(expr.condition), nesting(expr.a), nesting(expr.b));
  }
}

function baseName(node: Node): string {
  return node.kind === "map" || node.kind === "reduce" ? node.op : node.kind;
}
