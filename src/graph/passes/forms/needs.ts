/**
 * Which means must be pairs, and which differences must be exact. Not all: `s + t · (mean − s)` is far from zero whatever
 * the difference is, and loses nothing if the mean in it is rounded.
 */
import { type Graph, momentKey, type Node, operands, type ReduceNode } from "../../tensor/graph.ts";
import { type Form, hasMean } from "./form.ts";
import { type Forms, isCentred, isHit } from "./forms-of.ts";

export interface Needs {
  /** The keys of the means that are computed as a pair. */
  readonly pairs: ReadonlySet<string>;
  /** The weighted means, and weighted sums divided by something, that are. */
  readonly weighted: ReadonlySet<Node>;
  /** The differences that subtract far values first. */
  readonly exact: ReadonlySet<Node>;
}

export function needsOf(graph: Graph, forms: Forms): Needs {
  const pairs = new Set<string>();
  const weighted = new Set<Node>();
  const exact = new Set<Node>();
  const seen = new Set<Node>();
  const seenCoarse = new Set<Node>();
  const seenForms = new Set<Form>();
  const pending: (() => void)[] = [];
  const soon = (work: () => void): void => void pending.push(work);
  for (const { value } of graph.results) soon(() => need(value));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) next();
  return { pairs, weighted, exact };

  function need(node: Node): void {
    if (seen.has(node)) return;
    seen.add(node);
    const difference = forms.differenceOf(node);
    if (isCentred(node)) needPair(node.args[1]);
    else if (node.kind === "reduce" && node.op === "var" && node.weight === undefined) needPair(node);
    else if (node.kind === "reduce" && node.weight !== undefined && hasMean(forms.of(node.arg))) {
      // Its operand loses its terms one by one, and a mean in it is two of them.
      needForm(forms.of(node.arg));
      for (const one of operands(node)) soon(() => need(one));
    } else if (isHit(node) && hasMean(forms.of(node.args[0]))) {
      exact.add(node);
      needForm(forms.of(node.args[0]));
    } else if (forms.staysFar(node)) for (const one of operands(node)) soon(() => needCoarse(one));
    else if (difference !== undefined) {
      exact.add(node);
      needForm(difference);
    } else for (const one of operands(node)) soon(() => need(one));
  }

  /** A value of which only the size matters, not its last digits. */
  function needCoarse(node: Node): void {
    if (seenCoarse.has(node)) return;
    seenCoarse.add(node);
    const linear = node.kind === "map" && ["add", "sub", "neg", "mul", "div"].includes(node.op);
    if (!linear || isCentred(node)) soon(() => need(node));
    else for (const one of operands(node)) soon(() => needCoarse(one));
  }

  function needPair(node: ReduceNode): void {
    pairs.add(momentKey(node));
    needForm(forms.of(node.arg));
  }

  function needForm(form: Form): void {
    if (seenForms.has(form)) return;
    seenForms.add(form);
    for (const { scales, leaf } of form) {
      for (const { by } of scales) soon(() => need(by));
      switch (leaf.kind) {
        case "value":
          soon(() => need(leaf.node));
          break;
        case "shift":
          soon(() => needForm([leaf.inner]));
          break;
        case "rest":
          soon(() => needPair(leaf.of));
          break;
        case "weighted":
          weighted.add(leaf.statistic);
          soon(() => need(leaf.statistic));
          break;
        case "sum":
          soon(() => needForm(leaf.of));
          break;
        case "choice":
          soon(() => need(leaf.condition));
          soon(() => needForm(leaf.a));
          soon(() => needForm(leaf.b));
      }
    }
  }
}
