/** Recognises standardized values by the form that `stabilise` gives them. */
import { type AxisSet, sameAxes } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Node } from "../../tensor/graph.ts";
import { remembered } from "../../tensor/remembered.ts";
import { factorsOf as plainFactors } from "../../tensor/terms.ts";

/** The axes over which a value adds up to zero: (x − shift − rest), times values that are the same along them. */
export const centredOver: (node: Node) => AxisSet | undefined = remembered((node) => {
  if (node.kind !== "map") return undefined;
  const [a, b] = node.args;
  switch (node.op) {
    case "sub": {
      if (b.kind !== "reduce" || b.op !== "rest" || a.kind !== "map" || a.op !== "sub") return undefined;
      const [x, shift] = a.args;
      const matches = shift.kind === "reduce" && shift.op === "shift" && shift.arg === x && b.arg === x;
      return matches && sameAxes(shift.over, b.over) ? b.over : undefined;
    }
    case "mul":
      return scaledOver(a, b) ?? scaledOver(b, a);
    case "div":
      return scaledOver(a, b);
    default:
      return undefined;
  }
});

function scaledOver(node: Node, scale: Node): AxisSet | undefined {
  const over = centredOver(node);
  return over?.some((axis) => scale.axes.includes(axis)) ? undefined : over;
}

/** What a standardized value scales: its differences from the mean. */
export function unscaled(node: Node): Node {
  if (node.kind !== "map" || node.op === "sub") return node;
  const [a, b] = node.args;
  return unscaled(centredOver(a) === undefined ? b : a);
}

/** Scales another value as a standardized one is scaled. */
export function scaledLike(g: GraphBuilder, node: Node, value: Node): Node {
  if (node.kind !== "map" || node.op === "sub") return value;
  const [a, b] = node.args;
  if (node.op === "div") return g.div(scaledLike(g, a, value), b);
  const [inner, scale] = centredOver(a) === undefined ? [b, a] : [a, b];
  return g.mul(scaledLike(g, inner, value), scale);
}

/** The factors of a product. A standardized value is one factor. */
export function factorsOf(node: Node): readonly Node[] {
  return plainFactors(node, (one) => centredOver(one) !== undefined);
}

/** The standardized value among some factors, if there is one only, and the axes over which it adds up to zero. */
export function standardizedFactor(factors: readonly Node[]): { value: Node; over: AxisSet } | undefined {
  const found = factors.flatMap((value) => {
    const over = centredOver(value);
    return over === undefined ? [] : [{ value, over }];
  });
  return found.length === 1 ? found[0] : undefined;
}
