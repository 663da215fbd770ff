/** Makes nodes of forms. */
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Node, ReduceNode } from "../../tensor/graph.ts";
import {
  type Form,
  innerOf,
  isFar,
  type Leaf,
  pairsOf,
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

/** @param newOf the new node of a node of the graph before the pass. */
export function formBuilder(g: GraphBuilder, forms: Forms, newOf: (node: Node) => Node): FormBuilder {
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
    const { pairs, left } = pairsOf(form);
    const together = new Map<string, { negative: boolean; value: Node }[]>();
    const apart: { negative: boolean; value: Node }[] = [];
    for (const { plus, minus } of pairs) {
      const key = scalesKey(plus);
      if (key !== scalesKey(minus)) {
        apart.push({ negative: false, value: g.sub(ofTerm(plus), ofTerm(minus)) });
        continue;
      }
      const value = g.sub(ofLeaf(plus.leaf), ofLeaf(minus.leaf));
      together.set(key, [...(together.get(key) ?? []), { negative: false, value }]);
    }
    const scaledPairs = [...together].map(([key, values]) => {
      const { plus } = pairs.find((one) => scalesKey(one.plus) === key) as (typeof pairs)[number];
      return { negative: false, value: withScales(sum(values), plus) };
    });
    const small = form.filter((one) => !isFar(one));
    const others = [...left, ...small].map((one) => ({ negative: one.negative, value: ofTerm(one) }));
    return sum([...scaledPairs, ...apart, ...others]);
  }

  /**
   * The operand of the moments of a mean or a variance: each varying term loses a shift, and those that are the same along
   * the axes are left out.
   */
  function operandOf(node: ReduceNode): Node {
    const { over } = node;
    const form = forms.of(node.arg);
    const { varying } = splitAlong(form, over);
    if (varying.length === 0 || soleTerm(varying, over) !== undefined) return newOf(node.arg);
    const together = new Map<string, { outer: Term; values: { negative: boolean; value: Node }[] }>();
    for (const term of varying) {
      const { outer, inner } = innerOf(term, over);
      const value = ofTerm(inner);
      const own = over.filter((axis) => termAxes(inner).includes(axis));
      const near = isRest(term) ? value : g.sub(value, reduceAs(node, "shift", value, own));
      const key = scalesKey(outer);
      const known = together.get(key) ?? { outer, values: [] };
      known.values.push({ negative: term.negative, value: near });
      together.set(key, known);
    }
    return sum(
      [...together.values()].map(({ outer, values }) => {
        const negative = values.every((one) => one.negative);
        const own = negative ? values.map(({ value }) => ({ negative: false, value })) : values;
        return { negative, value: withScales(sum(own), outer) };
      }),
    );
  }

  /** The same reduction of another operand, or with another operator. */
  function reduceAs({ over }: ReduceNode, op: ReduceNode["op"], arg: Node, along = over): Node {
    return g.reduce(op, arg, along);
  }

  function ofTerm(term: Term): Node {
    return withScales(ofLeaf(term.leaf), term);
  }

  function withScales(value: Node, { scales }: Term): Node {
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

  function sum(terms: readonly { readonly negative: boolean; readonly value: Node }[]): Node {
    if (terms.length === 0) return g.literal(0);
    const start = Math.max(
      0,
      terms.findIndex((one) => !one.negative),
    );
    const first = terms[start];
    const rest = terms.filter((_, place) => place !== start);
    const begin = first.negative ? g.map("neg", first.value) : first.value;
    return rest.reduce(
      (made, { negative, value }) => (negative ? g.sub(made, value) : g.add(made, value)),
      begin,
    );
  }
}
