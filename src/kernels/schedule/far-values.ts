/**
 * Decides which values of a long chain are stored in memory. A kernel normally recomputes what it needs from tensors.
 * For a norm with a few statistics this is right: reading a row costs more than computing on it. But in a chain of n
 * standardizations the n-th would compute all earlier ones, once in each of its loops, and shaders would grow with n².
 * So a value that is far from memory is stored once, and its users read it.
 *
 * Storing is only worth it for a value that several loops need, one of them a reduction: the last value on the way to
 * all of them.
 */
import { type AxisSet, union } from "../../graph/tensor/axes.ts";
import { type Node, operands, type ReduceNode, reachable } from "../../graph/tensor/graph.ts";
import { samplesAmong } from "../../graph/tensor/samples.ts";

/**
 * A value is far if it needs this many successive loops over rows, or more than this many operations for each element.
 * The library and its gradients need at most 3 loops and 36 operations (the gradient of dynamic tanh).
 */
const farPasses = 4;
const farOperations = 40;

export interface FarValues {
  /** The values to store. */
  readonly far: ReadonlySet<Node>;
  /** The largest number of far values on a path from memory to a node. */
  sectionOf(node: Node): number;
}

/**
 * @param values the values to compute.
 * @param short factors whose extent the spec fixes. A reduction over them does not count as a loop over a row.
 * @param most how many loops over rows make a value far. Infinite if every reduction is stored anyway.
 */
export function farValues(
  factors: AxisSet,
  values: readonly Node[],
  short: ReadonlySet<string>,
  most = farPasses,
): FarValues {
  const nodes = reachable(values);
  const isSample = samplesAmong(nodes);
  const elements = elementAxes(factors, nodes);
  const isPass = (node: Node): node is ReduceNode =>
    node.kind === "reduce" &&
    node.over.some(
      (axis) =>
        !short.has(axis) && operands(node).some((one) => (elements.get(one) as AxisSet).includes(axis)),
    );
  const isShared = sharedByLoops(nodes, values, isPass);
  const far = new Set<Node>();
  const sections = new Map<Node, number>();
  const passes = new Map<Node, number>();
  const after = (node: Node): number => (sections.get(node) as number) + (far.has(node) ? 1 : 0);
  for (const node of nodes) {
    const below = operands(node);
    const section = Math.max(0, ...below.map(after));
    const near = below.filter((one) => !far.has(one) && sections.get(one) === section);
    const level = Math.max(0, ...near.map((one) => passes.get(one) as number));
    sections.set(node, section);
    passes.set(node, level + (isPass(node) && !isSample(node) ? 1 : 0));
    if (!isShared(node) || (elements.get(node) as AxisSet).length === 0) continue;
    if (level >= most || isLong(node, far, short)) far.add(node);
  }
  return { far, sectionOf: (node) => sections.get(node) as number };
}

/** For each node, the axes along which it reads tensors element by element and not through reductions. */
function elementAxes(factors: AxisSet, nodes: readonly Node[]): Map<Node, AxisSet> {
  const found = new Map<Node, AxisSet>();
  for (const node of nodes) {
    if (node.kind === "input") found.set(node, node.axes);
    else if (node.kind !== "map" && node.kind !== "window") found.set(node, []);
    else found.set(node, union(factors, ...node.args.map((one) => found.get(one) as AxisSet)));
  }
  return found;
}

/** Whether a value takes too many operations for each element, counted from memory and reductions. */
function isLong(value: Node, far: ReadonlySet<Node>, short: ReadonlySet<string>): boolean {
  const seen = new Set<Node>();
  const pending = [value];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind !== "map" || seen.has(node) || far.has(node)) continue;
    // A few numbers for a whole row, such as the softmax of three weights, are no work for each element.
    if (node.axes.every((axis) => short.has(axis))) continue;
    seen.add(node);
    if (seen.size > farOperations) return true;
    pending.push(...node.args);
  }
  return false;
}

/**
 * The values that several loops need, at least one of them a reduction over rows, through different nodes, so that no
 * later value can replace them. In graph terms: the nodes that only the final node postdominates.
 */
function sharedByLoops(
  nodes: readonly Node[],
  results: readonly Node[],
  isPass: (node: Node) => boolean,
): (node: Node) => boolean {
  const users = new Map<Node, Node[]>();
  for (const node of nodes) {
    for (const one of operands(node)) {
      const known = users.get(one);
      if (known === undefined) users.set(one, [node]);
      else known.push(node);
    }
  }
  const isResult = new Set(results);
  /** The next node through which all paths lead. Null for the end. */
  const next = new Map<Node, Node | null>();
  const steps = new Map<Node, number>();
  const toPass = new Set<Node>();
  const stepsOf = (node: Node | null): number => (node === null ? 0 : (steps.get(node) as number));
  for (const node of [...nodes].reverse()) {
    const own = users.get(node) ?? [];
    if (own.some((one) => isPass(one) || (one.kind === "map" && toPass.has(one)))) toPass.add(node);
    // A node that leads to no loop over rows leads to the end.
    else continue;
    const ways = own.map((one): Node | null => (one.kind === "map" && toPass.has(one) ? one : null));
    let met: Node | null = isResult.has(node) ? null : (ways[0] ?? null);
    for (let way of isResult.has(node) ? [] : ways) {
      while (met !== null && way !== null && met !== way) {
        if (stepsOf(met) > stepsOf(way)) met = next.get(met) as Node | null;
        else way = next.get(way) as Node | null;
      }
      if (way === null) met = null;
    }
    next.set(node, met);
    steps.set(node, 1 + stepsOf(met));
  }
  return (node) =>
    node.kind === "map" &&
    next.get(node) === null &&
    toPass.has(node) &&
    (users.get(node) ?? []).length + (isResult.has(node) ? 1 : 0) > 1;
}
