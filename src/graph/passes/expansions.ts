/**
 * Operators that GPUs lack or get wrong, written in operators that every GPU has, for f32 arithmetic. The oracle never
 * sees these.
 */

import type { ExpandedOperator } from "../operators/operators.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import type { Node } from "../tensor/graph.ts";

/** Horner's scheme, highest coefficient first. */
function polynomial(g: GraphBuilder, x: Node, coefficients: readonly number[]): Node {
  return coefficients.map((c) => g.literal(c)).reduce((sum, c) => g.add(g.mul(sum, x), c));
}

/** e^x − 1 = a series below 0.3, where exp(x) − 1 cancels (GPU logarithms are too coarse for Kahan's quotient). */
function expandExpm1(g: GraphBuilder, a: Node): Node {
  const series = polynomial(g, a, [1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1]);
  const small = g.map("lt", g.map("abs", a), g.literal(0.3));
  return g.where(small, g.mul(series, a), g.sub(g.map("exp", a), g.literal(1)));
}

/**
 * ln(1 + x) = 2·artanh(x / (2 + x)), as a series below 0.3, where 1 + x loses the digits of x. Kahan's quotient
 * x·ln(u) / (u − 1), u = 1 + x, needs the rounding of u, but on lavapipe and SwiftShader u − 1 becomes x.
 */
function expandLog1p(g: GraphBuilder, a: Node): Node {
  const s = g.div(a, g.add(g.literal(2), a));
  const series = g.mul(g.mul(g.literal(2), s), polynomial(g, g.mul(s, s), [1 / 9, 1 / 7, 1 / 5, 1 / 3, 1]));
  const small = g.map("lt", g.map("abs", a), g.literal(0.3));
  return g.where(small, series, g.map("log", g.add(g.literal(1), a)));
}

/** GPU libraries compute (e^x − e^−x) / (e^x + e^−x), which is inf / inf for large x and keeps no digits near zero. */
function expandTanh(g: GraphBuilder, a: Node): Node {
  const e = expandExpm1(g, g.mul(g.literal(-2), g.map("abs", a)));
  return g.mul(g.map("sign", a), g.div(g.map("neg", e), g.add(e, g.literal(2))));
}

function expandSinh(g: GraphBuilder, a: Node): Node {
  const e = expandExpm1(g, g.map("abs", a));
  const half = g.mul(g.literal(0.5), g.map("sign", a));
  // e / (e + 1), which would be ∞ / ∞ where e is infinite.
  const share = g.div(g.literal(1), g.add(g.literal(1), g.div(g.literal(1), e)));
  return g.mul(half, g.add(e, share));
}

function expandCosh(g: GraphBuilder, a: Node): Node {
  const e = g.map("exp", g.map("abs", a));
  return g.mul(g.literal(0.5), g.add(e, g.div(g.literal(1), e)));
}

/** Abramowitz & Stegun 7.1.26, off by 1.5e-7 at most; the Maclaurin series below 0.5, off by 2e-8 relative. */
function expandErf(g: GraphBuilder, a: Node): Node {
  const x = g.map("abs", a);
  const one = g.literal(1);
  const t = g.div(one, g.add(one, g.mul(g.literal(0.3275911), x)));
  const p = polynomial(g, t, [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592]);
  const square = g.mul(a, a);
  const far = g.sub(one, g.mul(g.mul(p, t), g.map("exp", g.map("neg", square))));
  const scale = 2 / Math.sqrt(Math.PI);
  const near = polynomial(
    g,
    square,
    [-1 / 1320, 1 / 216, -1 / 42, 1 / 10, -1 / 3, 1].map((c) => c * scale),
  );
  return g.where(g.map("lt", x, g.literal(0.5)), g.mul(a, near), g.mul(g.map("sign", a), far));
}

/** GPUs compute exp2(y · log2 x), which is NaN for every negative x and for 0^0. */
function expandPow(g: GraphBuilder, a: Node, b: Node): Node {
  const magnitude = g.map("exp2", g.mul(b, g.map("log2", g.map("abs", a))));
  const half = g.mul(b, g.literal(0.5));
  const odd = g.map("ne", half, g.map("floor", half));
  const whole = g.map("eq", b, g.map("floor", b));
  const negative = g.where(whole, g.where(odd, g.map("neg", magnitude), magnitude), g.literal(Number.NaN));
  const signed = g.where(g.map("lt", a, g.literal(0)), negative, magnitude);
  const general = g.where(g.map("eq", b, g.literal(0)), g.literal(1), signed);
  if (b.kind !== "param") return general;
  // A param is a constant of the pipeline, so a device compiles one branch. Two roots take half as long as a power, and
  // 0.75 is the default of local response normalization.
  const root = g.map("sqrt", a);
  return g.where(g.map("eq", b, g.literal(0.75)), g.mul(root, g.map("sqrt", root)), general);
}

/** A `clamp` of the target promises nothing for a NaN, or where the lower bound is above the upper one. */
function expandClamp(g: GraphBuilder, v: Node, low: Node, high: Node): Node {
  return g.map("min", g.map("max", v, low), high);
}

type Expansion = (g: GraphBuilder, a: Node, b: Node, c: Node) => Node;

export const expansions: Readonly<Record<ExpandedOperator, Expansion>> = {
  clamp: expandClamp,
  tanh: expandTanh,
  log1p: expandLog1p,
  expm1: expandExpm1,
  sinh: expandSinh,
  cosh: expandCosh,
  erf: expandErf,
  pow: expandPow,
  with_gradient_of: () => {
    throw new Error("the pass `forget` comes before expansion");
  },
};
