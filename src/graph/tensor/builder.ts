/**
 * Makes nodes, each distinct node once (hash-consing), so that common subexpressions are shared without a pass.
 * It does no algebra; that belongs to `passes/simplify.ts`.
 */

import { type Operator, operators } from "../operators/operators.ts";
import { type AxisSet, isSubset, minus, union } from "./axes.ts";
import type { Node, Place, ReduceOperator, Window, WindowOperator } from "./graph.ts";
import { windowText } from "./windows.ts";

export interface GraphBuilder {
  readonly factors: AxisSet;
  /** Whether this builder made the node. */
  owns(node: Node): boolean;
  /**
   * @param axes those of the tensor.
   * @param at other coordinates along some of them, all in range.
   */
  input(tensor: string, axes: AxisSet, at?: readonly Place[]): Node;
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
  /** Operands lie along all axes of the window; see `WindowNode` for how many there are. */
  window(op: WindowOperator, args: readonly Node[], over: readonly Window[]): Node;
  /** Along an axis that the operand lacks it is the same everywhere, so such places are left out. */
  pick(arg: Node, at: readonly Place[]): Node;
  add(a: Node, b: Node): Node;
  sub(a: Node, b: Node): Node;
  mul(a: Node, b: Node): Node;
  div(a: Node, b: Node): Node;
  where(condition: Node, a: Node, b: Node): Node;
}

/** `factors`: every factor of the norm, in the spec's order. */
export function createBuilder(factors: AxisSet): GraphBuilder {
  const nodes = new Map<string, Node>();
  const made: Node[] = [];

  function share(key: string, make: (id: number) => Node): Node {
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const node = make(made.length);
    nodes.set(key, node);
    made.push(node);
    return node;
  }

  const map = (op: Operator, ...args: readonly Node[]): Node => {
    if (args.length !== operators[op].arity) throw new Error(`${op} takes ${operators[op].arity} operands`);
    let key = `${op}(`;
    for (const { id } of args) key += `${id},`;
    return share(key, (id) => ({ kind: "map", id, op, args, axes: axesOf(factors, args) }));
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
    owns: (node) => made[node.id] === node,
    literal,
    map,
    input: (tensor, axes, at = []) => {
      return share(`input ${tensor}${placeKey(at)}`, (id) => {
        const tensorAxes = union(factors, axes);
        return { kind: "input", id, tensor, tensorAxes, at, axes: pickedAxes(factors, tensorAxes, at) };
      });
    },
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
    window: (op, args, over) => {
      const axes = axesOf(factors, args);
      if (!over.every((one) => axes.includes(one.axis)))
        throw new Error(`a window of ${op} along ${over.map((one) => one.axis)} of a value over ${axes}`);
      const key = `window ${op} ${args.map((one) => one.id).join(",")} ${over.map(windowText).join(" ")}`;
      return share(key, (id) => ({ kind: "window", id, op, args, over, axes }));
    },
    pick: (arg, places) => {
      const at = places.filter((one) => arg.axes.includes(one.axis));
      if (at.length === 0) return arg;
      const axes = pickedAxes(factors, arg.axes, at);
      return share(`pick ${arg.id}${placeKey(at)}`, (id) => ({ kind: "pick", id, arg, at, axes }));
    },
    add: (a, b) => map("add", a, b),
    sub: (a, b) => map("sub", a, b),
    mul: (a, b) => map("mul", a, b),
    div: (a, b) => map("div", a, b),
    where: (condition, a, b) => map("where", condition, a, b),
  };
}

function placeKey(at: readonly Place[]): string {
  return at.map(({ axis, index }) => ` ${axis}=${index.id}`).join("");
}

/** The axes of a value at other coordinates: its own without those that are picked along, and those of the indices. */
export function pickedAxes(factors: AxisSet, axes: AxisSet, at: readonly Place[]): AxisSet {
  if (at.length === 0) return axes;
  const left = minus(
    axes,
    at.map((one) => one.axis),
  );
  return union(factors, left, ...at.map((one) => one.index.axes));
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
