/**
 * Keeps roots of sums of squares right where the squares leave f32. A row of values of 1e20 has a root mean square of
 * 1e20, but its squares are infinite; one of values of 1e-25 has squares that are 0. So such a sum is computed of values
 * times a power of two s, and the root takes s off again:
 *
 *     rsqrt(spread(x over A) + eps)   →  s · rsqrt(scaledSpread(x over A) + eps · s²),        s = scale(x over A)
 *     sqrt(max(mean(x² over A), eps)) →  sqrt(max(scaledSum(x² over A) / size(A), eps · s²)) / s, s = sumScale(x² over A)
 *
 * The kernel finds s after its sums (`kernels/body/rescale.ts`). It is 1 unless they are infinite or nearly 0, and then
 * it sums once more. A row of zeros needs no second look where eps is not nearly 0 itself, so the scale knows eps, its
 * floor.
 */

import type { Operator } from "../operators/operators.ts";
import { type AxisSet, isSubset } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import { type Graph, type MapNode, type Node, type ReduceNode, reachable } from "../tensor/graph.ts";
import { remembered } from "../tensor/remembered.ts";
import { rebuildAll, rewrite } from "../tensor/rewrite.ts";
import { rootOfSquare } from "../tensor/terms.ts";

export function rescale(graph: Graph): Graph {
  const roots = reachable(graph.results.map((one) => one.value)).flatMap((node) => rootOf(node) ?? []);
  if (roots.length === 0) return graph;
  const floors = new Map<string, Floor[]>();
  for (const { squares, floor } of roots) {
    floors.set(keyOf(squares), [...(floors.get(keyOf(squares)) ?? []), floor]);
  }
  // Operands are rewritten before their users, so their new nodes are known.
  const made = new Map<Node, Node>();

  return rewrite(graph, (g, node, original) => {
    const changed = changedNode(g, node, original);
    made.set(original, changed);
    return changed;
  });

  function changedNode(g: GraphBuilder, node: Node, original: Node): Node {
    const root = rootOf(original);
    if (root !== undefined) {
      const scale = scaleOf(g, root.squares);
      const inner = g.map(root.op, scaledArgument(g, root.argument, root.squares, scale));
      return root.op === "rsqrt" ? g.mul(scale, inner) : g.div(inner, scale);
    }
    const compared = comparedSquares(original);
    if (compared !== undefined && floors.has(keyOf(compared))) {
      return scaledArgument(g, original, compared, scaleOf(g, compared));
    }
    // The squares by themselves are made of the same numbers.
    if (original.kind === "reduce" && areSquares(original) && floors.has(keyOf(original))) {
      const scale = scaleOf(g, original);
      return g.div(g.div(scaledSquares(g, original), scale), scale);
    }
    return node;
  }

  function scaleOf(g: GraphBuilder, squares: ReduceNode): Node {
    const op = squares.op === "spread" ? "scale" : "sumScale";
    return g.reduce(op, of(squares.arg), squares.over, undefined, leastFloor(g, squares));
  }

  function scaledSquares(g: GraphBuilder, squares: ReduceNode): Node {
    const { op, arg, over } = squares;
    if (op === "spread") return g.reduce("scaledSpread", of(arg), over, undefined, leastFloor(g, squares));
    const sum = g.reduce("scaledSum", of(arg), over, undefined, leastFloor(g, squares));
    return op === "sum" ? sum : g.div(sum, g.size(over));
  }

  /** The floor of all roots of some squares. */
  function leastFloor(g: GraphBuilder, squares: ReduceNode): Node {
    const own = floors.get(keyOf(squares)) as Floor[];
    const nodes = own.map((one) => (one === null ? g.literal(0) : (rebuildAll(g, [one]).get(one) as Node)));
    return [...new Set(nodes)].reduce((a, b) => g.map("min", a, b));
  }

  /** The argument of a root times the square of the scale. */
  function scaledArgument(g: GraphBuilder, node: Node, squares: ReduceNode, scale: Node): Node {
    if (node === squares) return scaledSquares(g, squares);
    const { op, args } = node as MapNode;
    const place = args.findIndex((one) => squaresIn(one)?.squares === squares);
    const inner = scaledArgument(g, args[place], squares, scale);
    const other = args[1 - place];
    const beside = op === "mul" || op === "div" ? of(other) : timesSquare(g, other, scale);
    return place === 0 ? g.map(op, inner, beside) : g.map(op, beside, inner);
  }

  /** v · s², without the square of a number that is small or large itself. */
  function timesSquare(g: GraphBuilder, node: Node, scale: Node): Node {
    if (node.kind === "map" && node.op === "mul") {
      return g.mul(g.mul(of(node.args[0]), scale), g.mul(of(node.args[1]), scale));
    }
    return g.mul(g.mul(of(node), scale), scale);
  }

  function of(node: Node): Node {
    return made.get(node) as Node;
  }
}

/** Null if nothing is known to keep the squares from being nearly 0. */
type Floor = Node | null;

interface Squares {
  readonly squares: ReduceNode;
  readonly floor: Floor;
}

interface Root extends Squares {
  readonly op: "sqrt" | "rsqrt";
  readonly argument: Node;
}

const keyOf = ({ op, arg, over }: ReduceNode): string =>
  `${op === "spread" ? "spread" : "sum"} ${arg.id} ${over.join(" ")}`;

/** A root of one sum of squares. */
function rootOf(node: Node): Root | undefined {
  if (node.kind !== "map" || (node.op !== "sqrt" && node.op !== "rsqrt")) return undefined;
  const found = squaresIn(node.args[0]);
  return found && { ...found, op: node.op, argument: node.args[0] };
}

const growing: ReadonlySet<Operator> = new Set(["add", "max", "mul", "div"]);

/** The one sum of squares that a value grows with, alone or with a summand, a least value, a factor or a divisor. */
const squaresIn = remembered((node: Node): Squares | undefined => {
  if (node.kind === "reduce") return areSquares(node) ? { squares: node, floor: null } : undefined;
  if (node.kind !== "map" || !growing.has(node.op)) return undefined;
  const [a, b] = node.args.map(squaresIn);
  const found = node.op === "div" && b !== undefined ? undefined : (a ?? b);
  if (found === undefined || (a !== undefined && b !== undefined)) return undefined;
  const other = node.args[a === undefined ? 0 : 1];
  // A mix of squares (switchable norm) has no one scale.
  if (growsWithSquares(other)) return undefined;
  const isFloor = (node.op === "add" || node.op === "max") && isKnownBefore(other, found.squares.axes);
  return isFloor ? { squares: found.squares, floor: other } : found;
});

const growsWithSquares: (node: Node) => boolean = remembered((node) => {
  if (node.kind === "reduce") return areSquares(node);
  return node.kind === "map" && growing.has(node.op) && node.args.some(growsWithSquares);
});

/** The squares on one side of a comparison, as in the gradient of `max`: both sides may leave f32. */
function comparedSquares(node: Node): ReduceNode | undefined {
  if (node.kind !== "map" || !["lt", "le", "eq", "ne"].includes(node.op)) return undefined;
  const [a, b] = node.args.map(squaresIn);
  return a !== undefined && b !== undefined ? undefined : (a ?? b)?.squares;
}

function areSquares({ op, arg, weight }: ReduceNode): boolean {
  if (weight !== undefined) return false;
  if (op === "spread") return true;
  return (op === "sum" || op === "mean") && rootOfSquare(arg) !== undefined;
}

/** Whether a value is one number for each row and takes no loop. */
function isKnownBefore(node: Node, axes: AxisSet): boolean {
  return isSubset(node.axes, axes) && reachable([node]).every((one) => one.kind !== "reduce");
}
