/**
 * The derivatives (vector-Jacobian products): each operator says what the cotangent `d` of its value adds to the
 * cotangents of its operands. `y` is the value, `a` and `b` are the operands. Operands whose derivative is 0 almost
 * everywhere are omitted. At a kink the subgradient is that of PyTorch 2: `max(a, b)` splits evenly at a tie, `abs` has 0
 * at 0, `clamp` passes all to the value at its bounds.
 */
import type { Operator } from "../operators/operators.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import type { MapNode, Node, ReduceNode } from "../tensor/graph.ts";
import { isZero } from "../tensor/terms.ts";
import { guarded, guardedQuotient, masked, scaled, sumToAxes } from "./cotangent.ts";

/** A node and a term of its cotangent, still with the axes of the user. */
export type Contribution = readonly [to: Node, cotangent: Node];

type Vjp = (g: GraphBuilder, d: Node, node: MapNode) => readonly Contribution[];

const none: Vjp = () => [];

/** d · slope(a, y), for a slope that is finite wherever the value is. */
function smooth(slope: (g: GraphBuilder, a: Node, y: Node) => Node): Vjp {
  return (g, d, y) => [[y.args[0], scaled(g, d, slope(g, y.args[0], y))]];
}

/** The same for a slope that may be infinite where its branch was not taken. */
function steep(slope: (g: GraphBuilder, a: Node, y: Node) => Node): Vjp {
  return (g, d, y) => [[y.args[0], guarded(g, d, slope(g, y.args[0], y))]];
}

const square = (g: GraphBuilder, a: Node): Node => g.mul(a, a);

export const vjps: Readonly<Record<Operator, Vjp>> = {
  // a + b → d, d
  add: (_, d, { args: [a, b] }) => [
    [a, d],
    [b, d],
  ],
  // a − b → d, −d
  sub: (g, d, { args: [a, b] }) => [
    [a, d],
    [b, g.map("neg", d)],
  ],
  mul: (g, d, y) => [...factor(g, d, y, 0), ...factor(g, d, y, 1)],
  // a / b → d / b, −d·y / b
  div: (g, d, y) => {
    const [a, b] = y.args;
    const logit = logistic(y);
    // 1 / (1 + e^u) → −d·y·(1 − y) to u. Rule by rule it would be 0 · ∞ from u = 89 on, where e^u leaves f32.
    if (logit !== undefined) {
      const slope = g.mul(y, g.sub(g.literal(1), y));
      return [[logit, g.map("neg", scaled(g, d, slope))]];
    }
    return [
      [a, guardedQuotient(g, d, b)],
      [b, g.map("neg", guardedQuotient(g, guarded(g, d, y), b))],
    ];
  },
  // max(a, b) → d to the larger, d/2 to each at a tie (torch.maximum)
  max: (g, d, { args: [a, b] }) => [
    [a, ifFirst(g, d, g.map("lt", b, a), g.map("eq", a, b))],
    [b, ifFirst(g, d, g.map("lt", a, b), g.map("eq", a, b))],
  ],
  // min(a, b) → d to the smaller, d/2 to each at a tie
  min: (g, d, { args: [a, b] }) => [
    [a, ifFirst(g, d, g.map("lt", a, b), g.map("eq", a, b))],
    [b, ifFirst(g, d, g.map("lt", b, a), g.map("eq", a, b))],
  ],
  // clamp(v, low, high) → d to what the value is: to v within the bounds and at them (torch.clamp). If low is above high,
  // high is the value.
  clamp: (g, d, { args: [v, low, high] }) => {
    const zero = g.literal(0);
    const inside = g.where(g.map("le", v, high), d, zero);
    const below = g.where(g.map("le", low, high), d, zero);
    return [
      [v, g.where(g.map("le", low, v), inside, zero)],
      [low, g.where(g.map("lt", v, low), below, zero)],
      [high, g.where(g.map("lt", high, g.map("max", v, low)), d, zero)],
    ];
  },

  lt: none,
  le: none,
  eq: none,
  ne: none,
  // where(c, a, b) → nothing, where(c, d, 0), where(c, 0, d)
  where: (g, d, { args: [c, a, b] }) => [
    [a, g.where(c, d, g.literal(0))],
    [b, g.where(c, g.literal(0), d)],
  ],

  // with_gradient_of(a, b) → nothing, d
  with_gradient_of: (_, d, { args: [, b] }) => [[b, d]],

  // −a → −d
  neg: (g, d, { args: [a] }) => [[a, g.map("neg", d)]],
  // |a| → d·sign(a)
  abs: smooth((g, a) => g.map("sign", a)),
  sign: none,
  floor: none,
  ceil: none,
  trunc: none,
  round: none,
  high: none,

  // e^a → d·y
  exp: steep((_, __, y) => y),
  // ln a → d / a
  log: (g, d, { args: [a] }) => [[a, guardedQuotient(g, d, a)]],
  // 2^a → d·y·ln 2
  exp2: steep((g, _, y) => g.mul(y, g.literal(Math.LN2))),
  // log₂ a → d / (a·ln 2)
  log2: (g, d, { args: [a] }) => [[a, guardedQuotient(g, d, g.mul(a, g.literal(Math.LN2)))]],
  // √a → d·0.5 / y, and 0 if y is 0. The root has a vertical tangent there. But norms take roots of sums of squares; such
  // a root is convex and has 0 as a subgradient. A filter of zeros so learns on instead of becoming NaN.
  sqrt: (g, d, y) => {
    const zero = g.literal(0);
    const slope = g.div(g.literal(0.5), y);
    return [[y.args[0], g.where(g.map("eq", y, zero), zero, guarded(g, d, slope))]];
  },
  // 1/√a → d·(−0.5·y³)
  rsqrt: steep((g, _, y) => g.mul(g.literal(-0.5), g.mul(y, square(g, y)))),
  // sin a → d·cos a
  sin: smooth((g, a) => g.map("cos", a)),
  // cos a → −d·sin a
  cos: smooth((g, a) => g.map("neg", g.map("sin", a))),
  // tan a → d·(1 + y²)
  tan: steep((g, _, y) => g.add(g.literal(1), square(g, y))),
  // asin a → d / √(1 − a²)
  asin: steep((g, a) => g.map("rsqrt", g.sub(g.literal(1), square(g, a)))),
  // acos a → −d / √(1 − a²)
  acos: steep((g, a) => g.map("neg", g.map("rsqrt", g.sub(g.literal(1), square(g, a))))),
  // atan a → d / (1 + a²)
  atan: (g, d, { args: [a] }) => [[a, guardedQuotient(g, d, g.add(g.literal(1), square(g, a)))]],

  // tanh a → d·(1 − y²)
  tanh: smooth((g, _, y) => g.sub(g.literal(1), square(g, y))),
  // ln(1 + a) → d / (1 + a)
  log1p: (g, d, { args: [a] }) => [[a, guardedQuotient(g, d, g.add(g.literal(1), a))]],
  // e^a − 1 → d·e^a
  expm1: steep((g, a) => g.map("exp", a)),
  // sinh a → d·cosh a
  sinh: steep((g, a) => g.map("cosh", a)),
  // cosh a → d·sinh a
  cosh: steep((g, a) => g.map("sinh", a)),
  // erf a → d·(2/√π)·e^(−a²)
  erf: smooth((g, a) => g.mul(g.literal(2 / Math.sqrt(Math.PI)), g.map("exp", g.map("neg", square(g, a))))),
  pow: (g, d, y) => power(g, d, y),
};

/**
 * a·b → d·b, d·a. If a factor is an inverse root, the rule goes through it at once, in terms of the product y:
 *
 *     y = a·rsqrt(u)  →  −0.5·rsqrt(u)²·(d·y) to u
 *
 * By the rule of `rsqrt` alone it would be −0.5·rsqrt(u)³·(d·a): the same number, but r³ leaves f32 for a standard
 * deviation of 1e-13, and y (the standardized value) is needed anyway.
 */
function factor(g: GraphBuilder, d: Node, y: MapNode, at: 0 | 1): readonly Contribution[] {
  const own = y.args[at];
  const other = y.args[1 - at];
  if (own.kind !== "map" || own.op !== "rsqrt") return [[own, masked(g, d, other)]];
  const slope = g.mul(g.literal(-0.5), square(g, own));
  return [[own.args[0], guarded(g, guarded(g, d, y), slope)]];
}

/** The u of 1 / (1 + e^u), the form of `sigmoid` in the prelude. */
function logistic({ args: [a, b] }: MapNode): Node | undefined {
  const isOne = (one: Node): boolean => one.kind === "literal" && one.value === 1;
  if (!isOne(a) || b.kind !== "map" || b.op !== "add" || !isOne(b.args[0])) return undefined;
  const [, power] = b.args;
  return power.kind === "map" && power.op === "exp" ? power.args[0] : undefined;
}

/** a^b → d·b·a^(b−1), d·y·ln a. They are 0 if b is 0 or a is 0, where IEEE arithmetic would give 0 · ∞. */
function power(g: GraphBuilder, d: Node, y: MapNode): readonly Contribution[] {
  const [a, b] = y.args;
  const zero = g.literal(0);
  const slope = guarded(g, d, g.mul(b, g.map("pow", a, g.sub(b, g.literal(1)))));
  const growth = guarded(g, d, g.mul(y, g.map("log", a)));
  return [
    [a, b.kind === "literal" && !isZero(b) ? slope : g.where(g.map("eq", b, zero), zero, slope)],
    [b, g.where(g.map("eq", a, zero), zero, growth)],
  ];
}

function ifFirst(g: GraphBuilder, d: Node, first: Node, tie: Node): Node {
  return g.where(first, d, g.where(tie, g.mul(d, g.literal(0.5)), g.literal(0)));
}

/**
 * What a reduction adds to each element of its operand, and of its weight. The reduced axes come back by broadcasting.
 */
export function reduceVjp(g: GraphBuilder, d: Node, node: ReduceNode): readonly Contribution[] {
  return node.weight === undefined
    ? [[node.arg, plainVjp(g, d, node)]]
    : weightedVjp(g, d, node, node.weight);
}

function plainVjp(g: GraphBuilder, d: Node, node: ReduceNode): Node {
  const { op, arg: x, over } = node;
  switch (op) {
    // Σ x → d
    case "sum":
      return d;
    // mean x → d / n
    case "mean":
      return g.div(d, g.size(over));
    // var x → d·2·(x − mean x) / n. `stabilise` recognises the difference in this form.
    case "var": {
      const centred = g.sub(x, g.reduce("mean", x, over));
      return g.mul(g.div(g.mul(d, g.literal(2)), g.size(over)), centred);
    }
    // max x → d to the largest, split evenly among those that are equal (torch.amax): no order among them is preferred,
    // so the gradient does not depend on how the elements lie in memory.
    case "max":
    case "min": {
      const hit = g.map("eq", x, node);
      return g.where(hit, guardedQuotient(g, d, g.reduce("sum", hit, over)), g.literal(0));
    }
    case "shift":
    case "rest":
    case "spread":
    case "scaledSpread":
    case "scale":
    case "scaledSum":
    case "sumScale":
    case "excess":
    case "squares":
    case "total":
      throw new Error(`differentiation comes before stabilise, which made this ${op}`);
  }
}

function weightedVjp(g: GraphBuilder, d: Node, node: ReduceNode, w: Node): readonly Contribution[] {
  const { op, arg: x, over } = node;
  const perWeight = (slope: Node): Node => guarded(g, guardedQuotient(g, d, weightSum(g, node, w)), slope);
  const centred = (): Node => g.sub(x, g.reduce("mean", x, over, w));
  switch (op) {
    // Σ w·x → d·w, d·x
    case "sum":
      return [
        [x, scaled(g, d, w)],
        [w, scaled(g, d, x)],
      ];
    // mean x → d·w / W, d·(x − mean x) / W
    case "mean":
      return [
        [x, perWeight(w)],
        [w, perWeight(centred())],
      ];
    // var x → d·2·w·(x − mean x) / W, d·((x − mean x)² − var x) / W
    case "var":
      return [
        [x, perWeight(g.mul(g.mul(g.literal(2), w), centred()))],
        [w, perWeight(g.sub(square(g, centred()), node))],
      ];
    default:
      throw new Error(`${op} has no weight before stabilise`);
  }
}

/** W, the sum of the weights of a reduction: over axes that the weight lacks it is a multiple. */
function weightSum(g: GraphBuilder, { over }: ReduceNode, w: Node): Node {
  return sumToAxes(g, w, over, []);
}
