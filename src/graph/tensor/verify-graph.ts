/** The invariants of the tensor graph, checked between passes. A broken one is a defect of the compiler, not of a spec. */
import { operators } from "../operators/operators.ts";
import { type AxisSet, isSubset, minus, sameAxes, union } from "./axes.ts";
import { pickedAxes } from "./builder.ts";
import {
  type Graph,
  type InputNode,
  isMoment,
  type Node,
  operands,
  type PickNode,
  plainMoments,
  type ReduceNode,
  type ReduceOperator,
  reachable,
  scaledMoments,
  termAxes,
  weightedMoments,
} from "./graph.ts";

export function verifyGraph(graph: Graph, after: string): void {
  const fail = (rule: string, node?: Node): never => {
    throw new Error(
      `after ${after}, ${graph.norm}: ${rule}${node === undefined ? "" : ` (node ${node.id}, ${node.kind})`}`,
    );
  };
  const verifyPlaces = (node: InputNode | PickNode, axes: AxisSet): void => {
    const picked = node.at.map((one) => one.axis);
    if (!isSubset(picked, axes) || new Set(picked).size < picked.length)
      fail("a pick is along axes of its operand, once along each", node);
    if (!sameAxes(node.axes, pickedAxes(graph.factors, axes, node.at)))
      fail("a pick has the other axes of its operand and those of its indices", node);
  };
  const tensors = new Map(graph.tensors.map((one) => [one.name, one]));
  const params = new Set(graph.params.map((one) => one.name));
  for (const node of reachable(graph.results.map((one) => one.value))) {
    if (operands(node).some((one) => one.id >= node.id)) fail("operands come before their users", node);
    if (!inOrder(node.axes, graph.factors)) fail("axes are factors of the norm, in order", node);
    switch (node.kind) {
      case "input":
        if (!sameAxes(node.tensorAxes, tensors.get(node.tensor)?.factors ?? ["?"]))
          fail("an input has the axes of its tensor", node);
        verifyPlaces(node, node.tensorAxes);
        break;
      case "pick":
        if (node.at.length === 0) fail("a pick is along some axis", node);
        verifyPlaces(node, node.arg.axes);
        break;
      case "param":
        if (!params.has(node.param)) fail("a param is declared", node);
        break;
      case "size":
        if (node.over.length === 0 || !isSubset(node.over, graph.factors))
          fail("a size is over known axes", node);
        break;
      case "index":
        if (!graph.factors.includes(node.axis)) fail("an index is along a known axis", node);
        break;
      case "map":
        if (node.args.length !== operators[node.op].arity)
          fail("an operator has as many operands as its arity", node);
        if (!sameAxes(node.axes, union(graph.factors, ...node.args.map((one) => one.axes))))
          fail("a map has the axes of its operands", node);
        break;
      case "reduce": {
        const axes = termAxes(graph.factors, node);
        if (node.over.length === 0 || !isSubset(node.over, axes))
          fail("a reduction is over axes of its operand or its weight", node);
        if (!sameAxes(node.axes, minus(axes, node.over))) fail("a reduction keeps the other axes", node);
        if (node.floor !== undefined && !isSubset(node.floor.axes, node.axes))
          fail("a floor is one number for each row", node);
        if (!mayBe(node)) fail("a reduction has a weight if its operator asks for one", node);
        break;
      }
      case "window": {
        const along = node.over.map((one) => one.axis);
        if (node.args.length !== (node.op === "matches" || node.op === "pull" ? 3 : 1))
          fail("a window has its operands", node);
        if (along.length === 0 || new Set(along).size < along.length || !isSubset(along, node.axes))
          fail("a window is along axes of its operands", node);
        if (!sameAxes(node.axes, union(graph.factors, ...node.args.map((one) => one.axes))))
          fail("a window keeps the axes of its operands", node);
        break;
      }
      case "literal":
        break;
    }
  }
  for (const { tensor, value } of graph.results) {
    const target = tensors.get(tensor);
    if (target === undefined || target.role === "input" || target.role === "affine")
      fail(`\`${tensor}\` can be written`);
    else if (target.dtype !== undefined && (target.role !== "output" || target.gradientOf !== undefined))
      fail(`\`${tensor}\` is an output if it is of integers`);
    else if (!isSubset(value.axes, target.factors)) fail(`\`${tensor}\` has the axes of what it holds`);
  }
}

/** Whether the operator goes with a weight, or without one, as it is here. */
function mayBe(node: ReduceNode): boolean {
  const moments: readonly ReduceOperator[] =
    node.weight === undefined ? [...plainMoments, ...scaledMoments] : weightedMoments;
  if (isMoment(node.op)) return moments.includes(node.op);
  return node.weight === undefined || (node.op !== "max" && node.op !== "min");
}

/** Whether axes are some of the factors, in their order. */
function inOrder(axes: AxisSet, factors: AxisSet): boolean {
  let next = 0;
  for (const factor of factors) if (factor === axes[next]) next++;
  return next === axes.length;
}
