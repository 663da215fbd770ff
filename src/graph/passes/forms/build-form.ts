/** Makes nodes of forms. */
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Node, ReduceNode } from "../../tensor/graph.ts";
import {
  cancellationIn,
  type Form,
  innerOf,
  isFar,
  type Leaf,
  scalesKey,
  soleTerm,
  splitAlong,
  type Term,
  termAxes,
} from "./form.ts";
import { type Forms, isRest, termsOf } from "./forms-of.ts";

export interface FormBuilder {
  /** A sum in which large numbers are subtracted from one another first, and small ones are added last. */
  difference(form: Form): Node;
  /** shift + rest. Undefined if the operand is the same along the axes. */
  mean(node: ReduceNode): Node | undefined;
  /** The operand of a mean without that mean. */
  centred(mean: ReduceNode): Node;
  spread(variance: ReduceNode): Node;
  /** Which elements a maximum or minimum came from. */
  hit(extremum: ReduceNode): Node;
}

interface Summand {
  readonly factor: number;
  readonly value: Node;
}

/**
 * @param newOf the new node of a node of the graph before the pass.
 * @param partOf one of the two numbers that a weighted mean is the sum of.
 */
export function formBuilder(
  g: GraphBuilder,
  forms: Forms,
  newOf: (node: Node) => Node,
  partOf: (statistic: Node, part: "base" | "rest") => Node,
): FormBuilder {
  return {
    difference,
    mean: (node) => {
      const terms = termsOf(node, forms.of(node.arg));
      operandOf(node);
      return terms && difference(terms);
    },
    centred: (mean) => {
      const d = operandOf(mean);
      return g.sub(g.sub(d, reduceAs(mean, "shift", d)), reduceAs(mean, "rest", d));
    },
    hit: (extremum) => {
      const d = operandOf(extremum);
      return g.map("eq", d, reduceAs(extremum, extremum.op, d));
    },
    spread: (variance) => reduceAs(variance, "spread", operandOf(variance)),
  };

  function difference(form: Form): Node {
    const { groups, left } = cancellationIn(form);
    const together = new Map<string, { scales: Term["scales"]; values: Summand[] }>();
    const apart: Summand[] = [];
    for (const { terms } of groups) {
      const [first] = terms;
      const isOne = terms.every((one) => scalesKey(one) === scalesKey(first));
      if (!isOne) {
        apart.push({
          factor: 1,
          value: sum(terms.map((one) => ({ factor: one.factor, value: ofTerm(one) }))),
        });
        continue;
      }
      const known = together.get(scalesKey(first)) ?? { scales: first.scales, values: [] };
      known.values.push(...differences(terms));
      together.set(scalesKey(first), known);
    }
    const cancelled = [...together.values()].map(({ scales, values }) => ({
      factor: 1,
      value: withScales(sum(values), scales),
    }));
    const small = form.filter((one) => !isFar(one));
    const others = [...left, ...small].map((one) => ({ factor: one.factor, value: ofTerm(one) }));
    return sum([...cancelled, ...apart, ...others]);
  }

  /** Σ c·v = Σ c·(v − w), where w is one of them and the factors c add up to 0 */
  function differences([first, ...others]: Form): Summand[] {
    const value = ofLeaf(first.leaf);
    if (others.length === 1) {
      return [{ factor: first.factor, value: g.sub(value, ofLeaf(others[0].leaf)) }];
    }
    return others.map(({ factor, leaf }) => ({ factor, value: g.sub(ofLeaf(leaf), value) }));
  }

  /**
   * The operand of the moments of a mean or a variance: each varying term loses a shift, and those that are the same along
   * the axes are left out.
   */
  function operandOf(node: ReduceNode): Node {
    const { over } = node;
    const form = forms.of(node.arg);
    const { varying } = splitAlong(form, over);
    const sole = soleTerm(varying, over);
    if (sole !== undefined) return ofTerm(sole);
    if (varying.length === 0) return newOf(node.arg);
    const together = new Map<string, { scales: Term["scales"]; values: Summand[] }>();
    for (const term of varying) {
      const { outer, inner } = innerOf(term, over);
      const value = ofTerm(inner);
      const own = over.filter((axis) => termAxes(inner).includes(axis));
      const near = isRest(term) ? value : g.sub(value, reduceAs(node, "shift", value, own));
      const known = together.get(scalesKey(outer)) ?? { scales: outer.scales, values: [] };
      known.values.push({ factor: term.factor, value: near });
      together.set(scalesKey(outer), known);
    }
    return sum(
      [...together.values()].map(({ scales, values }) => {
        const isNegative = values.every((one) => one.factor < 0);
        const own = isNegative ? values.map((one) => ({ ...one, factor: -one.factor })) : values;
        return { factor: isNegative ? -1 : 1, value: withScales(sum(own), scales) };
      }),
    );
  }

  /** The same reduction of another operand, or with another operator. */
  function reduceAs({ over }: ReduceNode, op: ReduceNode["op"], arg: Node, along = over): Node {
    return g.reduce(op, arg, along);
  }

  function ofTerm(term: Term): Node {
    return withScales(ofLeaf(term.leaf), term.scales);
  }

  function withScales(value: Node, scales: Term["scales"]): Node {
    return scales.reduce<Node>((made, { op, by, first }) => {
      const scale = by.kind === "size" ? g.size(by.over) : newOf(by);
      return first ? g.map(op, scale, made) : g.map(op, made, scale);
    }, value);
  }

  function ofLeaf(leaf: Leaf): Node {
    switch (leaf.kind) {
      case "value":
        return newOf(leaf.node);
      case "shift":
        return reduceAs(leaf.like, "shift", ofTerm(leaf.inner), leaf.over);
      case "rest":
        return ofRest(leaf.of);
      case "weighted":
        return partOf(leaf.statistic, leaf.part);
      case "sum":
        return difference(leaf.of);
      case "choice":
        return g.where(newOf(leaf.condition), difference(leaf.a), difference(leaf.b));
    }
  }

  function ofRest(node: ReduceNode): Node {
    const { op, over, arg } = node;
    const d = operandOf(node);
    const { varying } = splitAlong(forms.of(arg), over);
    if (op === "max" || op === "min") return reduceAs(node, op, d);
    const isPair = soleTerm(varying, over) !== undefined && !isRest(varying[0]);
    if (isPair) return reduceAs(node, "rest", d);
    return g.add(reduceAs(node, "shift", d), reduceAs(node, "rest", d));
  }

  function sum(summands: readonly Summand[]): Node {
    if (summands.length === 0) return g.literal(0);
    const place = Math.max(
      0,
      summands.findIndex((one) => one.factor > 0),
    );
    const first = summands[place];
    const start = sized(first);
    return summands
      .filter((one) => one !== first)
      .reduce(
        (made, one) => (one.factor < 0 ? g.sub(made, sized(one)) : g.add(made, sized(one))),
        first.factor < 0 ? g.map("neg", start) : start,
      );
  }

  function sized({ factor, value }: Summand): Node {
    const size = Math.abs(factor);
    return size === 1 ? value : g.mul(g.literal(size), value);
  }
}
