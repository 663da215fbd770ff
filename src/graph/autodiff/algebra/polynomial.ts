/**
 * Finds out whether a sum over axes is zero by algebra alone. Softmax needs this: it first subtracts the maximum, and the
 * gradient through that maximum is Σ y·(d − Σ d·y) = 0, since Σ y is 1. No kernel should compute it.
 *
 * A value is written as a sum of products of atoms and multiplied out. Factors without an axis are taken out of the sums
 * over it. Two equal sums are then one node, and terms cancel.
 */
import { minus } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { MapNode, Node, ReduceNode } from "../../tensor/graph.ts";
import { atom, collect, inverse, one, type Product, type Sum, scale, times } from "./product.ts";

/** A sum can grow without bound when it is multiplied out. Sums with more terms than this are not examined. */
const maxTerms = 24;
/** x squared n times has the power 2^n. */
const maxPower = 8;

export interface Algebra {
  /** Whether the sum of `value` over the axes is zero. */
  sumIsZero(value: Node, over: readonly string[]): boolean;
}

export function createAlgebra(g: GraphBuilder): Algebra {
  const expanded = new Map<Node, Sum>();

  function expand(node: Node): Sum {
    const known = expanded.get(node);
    if (known !== undefined) return known;
    const made = collect(expandNode(node));
    const sum = made.length > maxTerms ? [atom(node)] : made;
    expanded.set(node, sum);
    return sum;
  }

  function expandNode(node: Node): Sum {
    switch (node.kind) {
      case "map":
        return expandMap(node);
      case "reduce":
        return expandReduce(node);
      case "literal":
      case "input":
      case "param":
      case "size":
      case "index":
        return [atom(node)];
    }
  }

  function expandMap(node: MapNode): Sum {
    const [a, b] = node.args;
    switch (node.op) {
      case "add":
        return [...expand(a), ...expand(b)];
      case "sub":
        return [...expand(a), ...expand(b).map((term) => scale(term, -1))];
      case "neg":
        return expand(a).map((term) => scale(term, -1));
      case "mul":
        return multiplied(node, expand(a), expand(b));
      case "div": {
        const divisor = expand(b);
        const over = divisor.length === 1 ? inverse(divisor[0]) : inverse(atom(b));
        return over === undefined ? [atom(node)] : multiplied(node, expand(a), [over]);
      }
      default:
        return [atom(node)];
    }
  }

  function multiplied(node: Node, a: Sum, b: Sum): Sum {
    if (a.length * b.length > maxTerms) return [atom(node)];
    const product = a.flatMap((left) => b.map((right) => times(left, right)));
    const large = product.some(({ powers }) => [...powers.values()].some((n) => Math.abs(n) > maxPower));
    return large ? [atom(node)] : product;
  }

  function expandReduce(node: ReduceNode): Sum {
    const { op, arg, over, weight } = node;
    if (op !== "sum" && op !== "mean") return [atom(node)];
    if (weight !== undefined) return op === "sum" ? [atom(node)] : expandWeighted(node, weight);
    const sum = expand(arg).map((term) => summed(term, over));
    if (op === "sum") return sum;
    const count: Product = { coefficient: 1, powers: new Map([[g.size(over), -1]]) };
    return sum.map((term) => times(term, count));
  }

  /** Σ w·x / Σ w, if Σ w is one product. */
  function expandWeighted(node: ReduceNode, weight: Node): Sum {
    const { arg, over } = node;
    const own = expand(weight);
    const total = collect(own.map((term) => summed(term, over)));
    const divisor = total.length === 1 ? inverse(total[0]) : undefined;
    const terms = expand(arg);
    if (divisor === undefined || own.length * terms.length > maxTerms) return [atom(node)];
    return own.flatMap((w) => terms.map((x) => times(summed(times(w, x), over), divisor)));
  }

  /** Σ of one product: factors without any of the axes come before the sum. */
  function summed({ coefficient, powers }: Product, over: readonly string[]): Product {
    const isInside = (node: Node): boolean => node.axes.some((axis) => over.includes(axis));
    const outside = new Map([...powers].filter(([node]) => !isInside(node)));
    const inside = [...powers].filter(([node]) => isInside(node)).sort(([a], [b]) => a.id - b.id);
    let rest: Product = { coefficient, powers: outside };
    let value: Node | undefined;
    for (const [node, power] of inside) {
      for (let i = 0; i < Math.abs(power); i++) {
        if (power > 0) value = value === undefined ? node : g.mul(value, node);
        else value = g.div(value ?? g.literal(1), node);
      }
    }
    const present = over.filter((axis) => value?.axes.includes(axis));
    const absent = minus(over, present);
    if (absent.length > 0) rest = times(rest, atom(g.size(absent)));
    return value === undefined ? rest : times(rest, times(one, atom(g.reduce("sum", value, present))));
  }

  return {
    sumIsZero: (value, over) => collect(expand(value).map((term) => summed(term, over))).length === 0,
  };
}
