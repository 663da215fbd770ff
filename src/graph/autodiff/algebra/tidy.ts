/**
 * Brings a backward graph from the form that the rules make to the form that a person would write: one rstd, two means a
 * row, nothing computed twice. Forward nodes stay as they are, since later passes know them. Cotangents are read as sums
 * of products and built again:
 *
 *     Σ(k·a over A)      →  k·Σ(a over A), if k lacks the axes A
 *     Σ(a over A) / n    →  mean(a over A)
 *     rstd²·c            →  rstd·xhat, if xhat = c·rstd exists
 *     a·b + a·c          →  a·(b + c)
 *     Σ(a over A)        →  0, if algebra says so
 *
 * Values change only by rounding, unless they are infinite or NaN.
 */
import { minus, sameAxes } from "../../tensor/axes.ts";
import type { GraphBuilder } from "../../tensor/builder.ts";
import {
  type MapNode,
  type Node,
  operands,
  type ReduceNode,
  type Result,
  reachable,
  type WindowNode,
} from "../../tensor/graph.ts";
import { rebuild } from "../../tensor/rewrite.ts";
import { factored } from "./factor.ts";
import { createAlgebra } from "./polynomial.ts";
import {
  atom,
  buildProduct,
  collect,
  inverse,
  type Product,
  type Sum,
  scale,
  times,
  withKnown,
} from "./product.ts";
import { windowSum } from "./window-sum.ts";

export function tidy(g: GraphBuilder, results: readonly Result[], forward: ReadonlySet<Node>): Result[] {
  const nodes = reachable(results.map((one) => one.value));
  const known = forwardProducts(nodes, forward);
  const divisors = new Set(known.flatMap((one) => (one.op === "div" ? [one.args[1]] : [])));
  const algebra = createAlgebra(g);
  const sums = new Map<Node, Sum>();

  for (const node of nodes) sums.set(node, read(node));
  return results.map(({ tensor, value }) => ({ tensor, value: built(sumOf(value)) }));

  function sumOf(node: Node): Sum {
    return sums.get(node) as Sum;
  }

  /** One product; undefined for 0. */
  function productOf(sum: Sum): Product | undefined {
    const found = factored(g, sum);
    return found && combined(found);
  }

  function built(sum: Sum): Node {
    const found = productOf(sum);
    return found === undefined ? g.literal(0) : buildProduct(g, found);
  }

  function read(node: Node): Sum {
    if (forward.has(node)) return [atom(node)];
    switch (node.kind) {
      case "map":
        return readMap(node);
      case "reduce":
        return readSum(node);
      case "window":
        return readWindow(node);
      case "literal":
        return node.value === 0 ? [] : [atom(node)];
      case "pick":
        return [atom(anew(node))];
      case "input":
      case "param":
      case "size":
      case "index":
        return [atom(node)];
    }
  }

  function readMap(node: MapNode): Sum {
    const [a, b] = node.args.map(sumOf);
    switch (node.op) {
      case "add":
        return collect([...a, ...b]);
      case "sub":
        return collect([...a, ...b.map((term) => scale(term, -1))]);
      case "neg":
        return a.map((term) => scale(term, -1));
      case "mul": {
        const left = productOf(a);
        const right = productOf(b);
        return left === undefined || right === undefined ? [] : [combined(times(left, right))];
      }
      case "div": {
        const over = productOf(a);
        const under = productOf(b);
        if (over === undefined) return [];
        const inverted = under && inverse(under);
        return inverted === undefined ? [atom(anew(node))] : [combined(times(over, inverted))];
      }
      case "where": {
        // where(c, 0, 0) → 0
        const branches = node.args.slice(1).map((one) => productOf(sumOf(one)));
        return branches.every((one) => one === undefined) ? [] : [choiceOf(node, branches)];
      }
      default:
        return [atom(anew(node))];
    }
  }

  /**
   * where(c, r²·a, 0) → r²·where(c, a, 0), for an inverse root r, and the same for a divisor of a forward value. The squares
   * may leave f32, so they must find the values beside the choice that make them rstd·xhat.
   */
  function choiceOf(node: MapNode, branches: readonly (Product | undefined)[]): Product {
    const found = branches.filter((one) => one !== undefined);
    const common = [...found[0].powers].flatMap(([factor]): [Node, number][] => {
      const powers = found.map((one) => one.powers.get(factor) ?? 0);
      if (factor.kind === "map" && factor.op === "rsqrt" && Math.min(...powers) > 1)
        return [[factor, Math.min(...powers)]];
      return divisors.has(factor) && Math.max(...powers) < 0 ? [[factor, Math.max(...powers)]] : [];
    });
    if (common.length === 0) return atom(anew(node));
    const outside: Product = { coefficient: 1, powers: new Map(common) };
    const over = inverse(outside) as Product;
    const [a, b] = branches.map((one) =>
      one === undefined ? g.literal(0) : buildProduct(g, times(one, over)),
    );
    return times(outside, atom(g.where(built(sumOf(node.args[0])), a, b)));
  }

  function anew(node: Node): Node {
    return rebuild(g, node, (operand) => built(sumOf(operand)));
  }

  /** Σ(k·a over A) → k·Σ(a over A) */
  function readSum(node: ReduceNode): Sum {
    if (node.op !== "sum" || node.weight !== undefined) return [atom(anew(node))];
    if (algebra.sumIsZero(node.arg, node.over)) return [];
    const product = productOf(sumOf(node.arg));
    if (product === undefined) return [];
    const isInside = (one: Node): boolean => one.axes.some((axis) => node.over.includes(axis));
    const outside = new Map([...product.powers].filter(([one]) => !isInside(one)));
    const inside = new Map([...product.powers].filter(([one]) => isInside(one)));
    let constant: Product = { coefficient: product.coefficient, powers: outside };
    const value = inside.size === 0 ? undefined : buildProduct(g, { coefficient: 1, powers: inside });
    const present = node.over.filter((axis) => value?.axes.includes(axis));
    const absent = minus(node.over, present);
    if (absent.length > 0) constant = times(constant, atom(g.size(absent)));
    return [
      combined(value === undefined ? constant : times(constant, atom(g.reduce("sum", value, present)))),
    ];
  }

  /** Σ(k·a over W) → k·Σ(a over W), and nothing of nothing */
  function readWindow(node: WindowNode): Sum {
    if (node.op !== "sum" && node.args.length === 1) return [atom(anew(node))];
    const product = productOf(sumOf(node.args[0]));
    if (product === undefined) return [];
    if (node.op !== "sum") return [atom(anew(node))];
    const isInside = (one: Node): boolean => node.over.some(({ axis }) => one.axes.includes(axis));
    const outside = new Map([...product.powers].filter(([one]) => !isInside(one)));
    const inside = new Map([...product.powers].filter(([one]) => isInside(one)));
    const constant: Product = { coefficient: product.coefficient, powers: outside };
    const value = buildProduct(g, { coefficient: 1, powers: inside });
    return [combined(times(constant, atom(windowSum(g, value, node.over))))];
  }

  function combined(product: Product): Product {
    return meansOf(g, withKnown(product, known));
  }
}

/** Σ(a over A) / size(A) → mean(a over A) */
function meansOf(g: GraphBuilder, product: Product): Product {
  for (const [size, power] of product.powers) {
    if (size.kind !== "size" || power >= 0) continue;
    for (const [sum, count] of product.powers) {
      if (sum.kind !== "reduce" || sum.op !== "sum" || count !== 1 || !sameAxes(sum.over, size.over))
        continue;
      if (sum.weight !== undefined) continue;
      const sumless = times(product, { coefficient: 1, powers: new Map([[sum, -1]]) });
      const rest = times(sumless, atom(size));
      return meansOf(g, times(rest, atom(g.reduce("mean", sum.arg, sum.over))));
    }
  }
  return product;
}

/** Forward products and quotients that derivatives use unchanged, the larger ones first. */
function forwardProducts(nodes: readonly Node[], forward: ReadonlySet<Node>): MapNode[] {
  const used = new Set(nodes.filter((one) => !forward.has(one)).flatMap(operands));
  return nodes
    .filter((one): one is MapNode => one.kind === "map" && (one.op === "mul" || one.op === "div"))
    .filter((one) => forward.has(one) && used.has(one))
    .reverse();
}
