/**
 * Coordinates that are given as values (`gamma[Classes = label]`), as indices of memory. What is made of coordinates,
 * extents and whole numbers is computed in integers; anything else is computed in f32 and converted.
 */
import type { Node } from "../../graph/tensor/graph.ts";
import { add, div, extentOf, mul, select, sub, u32, whole } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import type { PickedPlace } from "./element-index.ts";
import { bind, coordinate, type Frame, homeOf, type NameOf, vectorAxis } from "./frame.ts";

/** How other values are lowered: passed, since that is what lowers picks. */
export interface ValueLowering {
  readonly nameOf: NameOf;
  readonly value: (frame: Frame, node: Node) => Expr;
  readonly condition: (frame: Frame, node: Node) => Expr;
}

/** @param index in range, and the same for the four neighbours of a step. */
export function pickedPlace(lowering: ValueLowering, frame: Frame, index: Node): PickedPlace {
  const home = homeOf(frame, index.axes);
  const integer = inIntegers(lowering, home, index);
  if (integer !== undefined) return { binder: home, place: integer };
  const value = lowering.value(home, index);
  return { binder: home, place: bind(home, "place", whole(value), lowering.nameOf) };
}

function inIntegers(lowering: ValueLowering, frame: Frame, node: Node): Expr | undefined {
  const of = (one: Node): Expr | undefined => inIntegers(lowering, frame, one);
  switch (node.kind) {
    case "literal":
      return Number.isInteger(node.value) && node.value >= 0 && node.value < 2 ** 31
        ? u32(node.value)
        : undefined;
    case "index":
      return vectorAxis(frame, node.axes) === undefined
        ? coordinate(frame, node.axis, lowering.nameOf)
        : undefined;
    case "size":
      return extentOf(node.over);
    case "map":
      break;
    case "input":
    case "param":
    case "reduce":
    case "pick":
      return undefined;
  }
  switch (node.op) {
    // Differences may be below zero on the way: they wrap around, and the index itself is in range.
    case "add":
    case "sub":
    case "mul": {
      const [a, b] = node.args.map(of);
      if (a === undefined || b === undefined) return undefined;
      return node.op === "add" ? add(a, b) : node.op === "sub" ? sub(a, b) : mul(a, b);
    }
    case "floor": {
      const ratio = ratioOf(node.args[0]);
      const [a, b] = ratio === undefined ? [] : ratio.map(of);
      return a && b && div(a, b);
    }
    case "where": {
      const [a, b] = node.args.slice(1).map(of);
      return a && b && select(lowering.condition(frame, node.args[0]), a, b);
    }
    default:
      return undefined;
  }
}

/** The a and b of a / b or (a + 0.5) / b, where a is never below zero. */
function ratioOf(node: Node): readonly [Node, Node] | undefined {
  if (node.kind !== "map" || node.op !== "div") return undefined;
  const [above, b] = node.args;
  if (!isNeverNegative(b)) return undefined;
  const isHalf = (one: Node): boolean => one.kind === "literal" && one.value === 0.5;
  const a = above.kind === "map" && above.op === "add" && isHalf(above.args[1]) ? above.args[0] : above;
  return isNeverNegative(a) ? [a, b] : undefined;
}

function isNeverNegative(node: Node): boolean {
  switch (node.kind) {
    case "literal":
      return node.value >= 0;
    case "size":
    case "index":
      return true;
    case "map":
      return (node.op === "add" || node.op === "mul") && node.args.every(isNeverNegative);
    default:
      return false;
  }
}
