/**
 * Algebra on the graph: constants, `x * 1`, small powers. Each rule states before → after. No rule may change a finite
 * result by more than rounding.
 */
import { operators } from "../operators/operators.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import { type Graph, type MapNode, type Node, operands, reachable } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";

export function simplify(graph: Graph): Graph {
  const all = reachable(graph.results.map((one) => one.value));
  const reduced = new Set(reachable(all.flatMap((one) => (one.kind === "reduce" ? operands(one) : []))));
  return rewrite(graph, (g, node, original) => {
    if (node.kind !== "map") return node;
    const simple = simplifyMap(g, node);
    // A reduction must find the axes that it runs over: `x^0` has the axes of x, a literal has none.
    return reduced.has(original) && simple.axes.length < original.axes.length ? node : simple;
  });
}

const isLiteral = (node: Node, value: number): boolean => node.kind === "literal" && node.value === value;

function simplifyMap(g: GraphBuilder, node: MapNode): Node {
  const folded = foldConstants(g, node);
  if (folded !== undefined) return folded;
  const [a, b] = node.args;
  switch (node.op) {
    case "add":
      // x + 0 → x
      if (isLiteral(a, 0)) return b;
      if (isLiteral(b, 0)) return a;
      // x + (−y) → x − y
      if (b.kind === "map" && b.op === "neg") return simplifyMap(g, g.sub(a, b.args[0]) as MapNode);
      return node;
    case "sub":
      // x − 0 → x
      return isLiteral(b, 0) ? a : node;
    case "mul":
      // x · 1 → x
      if (isLiteral(a, 1)) return b;
      if (isLiteral(b, 1)) return a;
      // 0 · size(A) → 0: a size is finite
      if (isLiteral(a, 0) && b.kind === "size") return a;
      return node;
    case "div":
      return simplifyDiv(g, node, a, b);
    case "neg":
      // −(−x) → x
      return a.kind === "map" && a.op === "neg" ? a.args[0] : node;
    case "pow":
      return b.kind === "literal" ? (smallPower(g, a, b.value) ?? node) : node;
    case "where":
      // where(1, x, y) → x
      if (a.kind === "literal") return a.value !== 0 ? b : node.args[2];
      // where(c, x, x) → x
      if (b === node.args[2]) return b;
      return node;
    default:
      return node;
  }
}

function simplifyDiv(g: GraphBuilder, node: Node, a: Node, b: Node): Node {
  // x / 1 → x
  if (isLiteral(b, 1)) return a;
  // x / sqrt(y) → x · rsqrt(y)
  if (b.kind === "map" && b.op === "sqrt") {
    const inverse = g.map("rsqrt", b.args[0]);
    return isLiteral(a, 1) ? inverse : g.mul(a, inverse);
  }
  return node;
}

function foldConstants(g: GraphBuilder, node: MapNode): Node | undefined {
  const values: number[] = [];
  for (const arg of node.args) {
    if (arg.kind !== "literal") return undefined;
    values.push(arg.value);
  }
  return g.literal(operators[node.op].f64(values[0], values[1], values[2]));
}

/** x^n → products, for whole n up to 8; x^0.5 → sqrt(x); x^−y → 1 / x^y. */
function smallPower(g: GraphBuilder, x: Node, exponent: number): Node | undefined {
  if (exponent === 0) return g.literal(1);
  if (exponent === 0.5) return g.map("sqrt", x);
  if (exponent === -0.5) return g.map("rsqrt", x);
  if (exponent < 0) {
    const inverse = smallPower(g, x, -exponent);
    return inverse && g.div(g.literal(1), inverse);
  }
  if (!Number.isInteger(exponent) || exponent > 8) return undefined;
  if (exponent === 1) return x;
  const half = smallPower(g, x, Math.floor(exponent / 2)) as Node;
  const square = g.mul(half, half);
  return exponent % 2 === 0 ? square : g.mul(square, x);
}
