/**
 * Makes nodes, each distinct node once (hash-consing), so that common subexpressions are shared without a pass.
 * It does no algebra; that belongs to `passes/simplify.ts`.
 */

import { type Operator, operators } from "../operators/operators.ts";
import { type AxisSet, isSubset, minus, union } from "./axes.ts";
import type { Node, ReduceOperator } from "./graph.ts";

export interface GraphBuilder {
  readonly factors: AxisSet;
  input(tensor: string, axes: AxisSet): Node;
  literal(value: number): Node;
  param(param: string): Node;
  size(over: AxisSet): Node;
  index(axis: string): Node;
  map(op: Operator, ...args: readonly Node[]): Node;
  /**
   * A reduction over no axes is the operand itself; its variance is 0. With a weight it is the formula of one term:
   * w·x, w·x / w, w·(x − m)² / w.
   */
  reduce(op: ReduceOperator, arg: Node, over: AxisSet, weight?: Node, floor?: Node): Node;
  add(a: Node, b: Node): Node;
  sub(a: Node, b: Node): Node;
  mul(a: Node, b: Node): Node;
  div(a: Node, b: Node): Node;
  where(condition: Node, a: Node, b: Node): Node;
}

/** `factors`: every factor of the norm, in the spec's order. */
export function createBuilder(factors: AxisSet): GraphBuilder {
  const nodes = new Map<string, Node>();

  function share(key: string, make: (id: number) => Node): Node {
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const made = make(nodes.size);
    nodes.set(key, made);
    return made;
  }

  const map = (op: Operator, ...args: readonly Node[]): Node => {
    if (args.length !== operators[op].arity) throw new Error(`${op} takes ${operators[op].arity} operands`);
    const axes = axesOf(factors, args);
    return share(`${op}(${args.map((one) => one.id).join(",")})`, (id) => ({
      kind: "map",
      id,
      op,
      args,
      axes,
    }));
  };

  const literal = (value: number): Node =>
    share(`literal ${Object.is(value, -0) ? "-0" : value}`, (id) => ({
      kind: "literal",
      id,
      value,
      axes: [],
    }));

  return {
    factors,
    literal,
    map,
    input: (tensor, axes) =>
      share(`input ${tensor}`, (id) => ({ kind: "input", id, tensor, axes: union(factors, axes) })),
    param: (param) => share(`param ${param}`, (id) => ({ kind: "param", id, param, axes: [] })),
    size: (over) => {
      const set = union(factors, over);
      if (set.length === 0) return literal(1);
      return share(`size ${set.join(" ")}`, (id) => ({ kind: "size", id, over: set, axes: [] }));
    },
    index: (axis) => share(`index ${axis}`, (id) => ({ kind: "index", id, axis, axes: [axis] })),
    reduce: (op, arg, over, weight, floor) => {
      const set = union(factors, over);
      const all = weight === undefined ? arg.axes : axesOf(factors, [arg, weight]);
      if (!isSubset(set, all)) throw new Error(`${op} over ${set} of a value over ${all}`);
      if (set.length === 0) return ofOneTerm(map, op, arg, weight);
      const axes = minus(all, set);
      const by = weight === undefined ? "" : ` by ${weight.id}`;
      const above = floor === undefined ? "" : ` above ${floor.id}`;
      const key = `reduce ${op} ${arg.id}${by} over ${set.join(" ")}${above}`;
      return share(key, (id) => ({
        kind: "reduce",
        id,
        op,
        arg,
        ...(weight === undefined ? {} : { weight }),
        over: set,
        ...(floor === undefined ? {} : { floor }),
        axes,
      }));
    },
    add: (a, b) => map("add", a, b),
    sub: (a, b) => map("sub", a, b),
    mul: (a, b) => map("mul", a, b),
    div: (a, b) => map("div", a, b),
    where: (condition, a, b) => map("where", condition, a, b),
  };
}

/** The axes of all operands; mostly they are those of one of them. */
function axesOf(factors: AxisSet, args: readonly Node[]): AxisSet {
  const sets = args.map((one) => one.axes).filter((one) => one.length > 0);
  const [first = []] = sets;
  return sets.every((one) => one === first) ? first : union(factors, ...sets);
}

/** A reduction over no axes. */
function ofOneTerm(map: GraphBuilder["map"], op: ReduceOperator, arg: Node, weight: Node | undefined): Node {
  if (weight === undefined) return op === "var" ? map("sub", arg, arg) : arg;
  const sum = map("mul", weight, arg);
  if (op === "sum") return sum;
  const mean = map("div", sum, weight);
  if (op === "mean") return mean;
  if (op !== "var") throw new Error(`${op} over no axes has no weight`);
  const centred = map("sub", arg, mean);
  return map("div", map("mul", weight, map("mul", centred, centred)), weight);
}
