/** Takes common factors out of sums of products, and makes the nodes of the rest. */
import type { GraphBuilder } from "../../tensor/builder.ts";
import type { Node } from "../../tensor/graph.ts";
import { atom, buildProduct, collect, inverse, type Product, type Sum, times } from "./product.ts";

/** The time for factoring grows with the cube of the number of terms. A norm has about ten. */
const maxTerms = 32;

/**
 * a·b + a·c → a·(b + c), as often as possible; undefined for 0. It makes the cotangent of a standardized row
 * rstd·(g − mean g − xhat·mean(g·xhat)).
 */
export function factored(g: GraphBuilder, sum: Sum): Product | undefined {
  const terms = collect(sum);
  if (terms.length === 0) return undefined;
  if (terms.length === 1) return terms[0];
  if (terms.length > maxTerms) return atom(buildSum(g, terms));
  const common = commonFactor(terms);
  if (common.powers.size > 0 || common.coefficient !== 1) {
    const rest = factored(g, divided(terms, common));
    return rest && times(common, rest);
  }
  const shared = mostShared(terms);
  if (shared === undefined) return atom(buildSum(g, terms));
  const [node, power] = shared;
  const factor: Product = { coefficient: 1, powers: new Map([[node, power]]) };
  const having = terms.filter((term) => has(term, node, power));
  const inner = factored(g, divided(having, factor));
  const others = terms.filter((term) => !having.includes(term));
  return factored(g, inner === undefined ? others : [times(factor, inner), ...others]);
}

function divided(terms: Sum, by: Product): Product[] {
  const inverted = inverse(by);
  if (inverted === undefined) throw new Error("a common factor is not 0");
  return terms.map((term) => times(term, inverted));
}

function has(term: Product, node: Node, power: number): boolean {
  return (term.powers.get(node) ?? 0) * power > 0;
}

/** The common factor of all terms, with the magnitude of their coefficients if they share it. */
function commonFactor(terms: Sum): Product {
  const [first, ...rest] = terms;
  const powers = new Map<Node, number>();
  for (const [node, power] of first.powers) {
    // A size belongs to the factors that are constant along a row, and each term has its own of those.
    if (node.kind === "size" || !rest.every((term) => has(term, node, power))) continue;
    const least = Math.min(...terms.map((term) => Math.abs(term.powers.get(node) ?? 0)));
    powers.set(node, Math.sign(power) * least);
  }
  const size = Math.abs(first.coefficient);
  const same = rest.every((term) => Math.abs(term.coefficient) === size);
  return { coefficient: same ? size : 1, powers };
}

/** The factor that most terms share, at least two of them. The least id wins a tie, so that the choice never varies. */
function mostShared(terms: Sum): readonly [Node, 1 | -1] | undefined {
  const counts = new Map<Node, number>();
  for (const { powers } of terms) {
    for (const [node, power] of powers) if (node.kind !== "size") count(node, Math.sign(power));
  }
  let best: readonly [Node, 1 | -1] | undefined;
  let most = 1;
  for (const [node, balance] of [...counts].sort(([a], [b]) => a.id - b.id)) {
    if (Math.abs(balance) > most) [best, most] = [[node, balance > 0 ? 1 : -1], Math.abs(balance)];
  }
  return best;

  function count(node: Node, sign: number): void {
    counts.set(node, (counts.get(node) ?? 0) + sign);
  }
}

/**
 * The nodes of a sum, with the terms that are constant along a row last. So a cotangent loses its mean after its other
 * terms, and `stabilise`, which looks for `x − mean(x)`, leaves it alone. Its sums are then the same as those that the
 * gradients of the affines need. Other than the normalized value, a cotangent lies near zero.
 */
function buildSum(g: GraphBuilder, terms: Sum): Node {
  const parts = terms.map(({ coefficient, powers }) => ({
    node: buildProduct(g, { coefficient: Math.abs(coefficient), powers }),
    negative: coefficient < 0,
  }));
  const [first, ...rest] = parts.sort(
    (a, b) => Number(a.negative) - Number(b.negative) || b.node.axes.length - a.node.axes.length,
  );
  const start = first.negative ? g.map("neg", first.node) : first.node;
  return rest.reduce((sum, { node, negative }) => (negative ? g.sub(sum, node) : g.add(sum, node)), start);
}
