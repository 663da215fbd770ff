/**
 * Finds differences of far values that `stabilise` cannot keep exact: one of the values was rounded to f32 on its way,
 * because an operator stands there through which a mean, or a sum of far values, does not go as more than one number.
 */
import { type Graph, type MapNode, type Node, reachable } from "../../tensor/graph.ts";
import { cancellationIn, hasMean, isFar, type Term } from "./form.ts";
import { type Forms, formsOf } from "./forms-of.ts";

export interface UncoveredDifference {
  /** The sum or difference in which the digits are lost. */
  readonly at: MapNode;
  /** The far value that was rounded, such as `clamp(mean(x over N), a, b)`. */
  readonly rounded: Node;
}

/** @param graph a graph after `regroup`, or the backward graph that `differentiate` gives. */
export function uncoveredDifferences(graph: Graph): UncoveredDifference[] {
  const forms = formsOf(graph, "pairs");
  return reachable(graph.results.map((one) => one.value)).flatMap((node): UncoveredDifference[] => {
    if (node.kind !== "map" || (node.op !== "add" && node.op !== "sub") || forms.staysFar(node)) return [];
    const [a, b] = node.args.map((one) => cancellationIn(forms.of(one)).left);
    const sign = node.op === "sub" ? 1 : -1;
    const meet = (one: Term, other: Term): boolean => one.factor > 0 === sign * other.factor > 0;
    const lost = (from: readonly Term[], to: readonly Term[]): Node[] =>
      from.flatMap((one) => {
        const rounded = to.some((other) => meet(one, other)) ? roundedIn(forms, one) : undefined;
        return rounded === undefined ? [] : [rounded];
      });
    const [rounded] = [...lost(a, b), ...lost(b, a)];
    return rounded === undefined ? [] : [{ at: node, rounded }];
  });
}

/** The operators that give back one of their operands, or almost. Others do not move with the data. */
const choosing = ["max", "min", "clamp", "abs", "floor", "ceil", "round", "trunc", "where"];

function roundedIn(forms: Forms, { leaf }: Term): Node | undefined {
  if (leaf.kind !== "value") return undefined;
  const { node } = leaf;
  if (node.kind !== "map" || !choosing.includes(node.op)) return undefined;
  const values = node.op === "where" ? node.args.slice(1) : node.args;
  const isRounded = values.some((one) => {
    const form = forms.of(one);
    return form.some(isFar) && (hasMean(form) || form.filter(isFar).length > 1);
  });
  return isRounded ? node : undefined;
}
