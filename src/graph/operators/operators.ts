/**
 * The elementwise operators, one entry each: the arity, and the meaning in float64, with which the oracle computes.
 * GPUs lack the operators marked `expanded`, or get them wrong; `passes/expansions.ts` writes those in other operators.
 * The others are native. A printer that does not know a native one writes its name as it stands here. Functions that the language itself can say, such as activations,
 * are one line each in `check/modules/prelude.ts`.
 */
import { erf, roundHalfEven } from "./f64.ts";

interface Entry {
  readonly arity: number;
  readonly f64: (a: number, b: number, c: number) => number;
  readonly expanded?: true;
}

const flag = (condition: boolean): number => (condition ? 1 : 0);

const table = {
  add: { arity: 2, f64: (a, b) => a + b },
  sub: { arity: 2, f64: (a, b) => a - b },
  mul: { arity: 2, f64: (a, b) => a * b },
  div: { arity: 2, f64: (a, b) => a / b },
  min: { arity: 2, f64: (a, b) => Math.min(a, b) },
  max: { arity: 2, f64: (a, b) => Math.max(a, b) },
  /** `clamp(v, low, high)`. An operator only for its gradient at the bounds, which that of `min` and `max` is not. */
  clamp: { arity: 3, f64: (v, low, high) => Math.min(Math.max(v, low), high), expanded: true },

  lt: { arity: 2, f64: (a, b) => flag(a < b) },
  le: { arity: 2, f64: (a, b) => flag(a <= b) },
  eq: { arity: 2, f64: (a, b) => flag(a === b) },
  ne: { arity: 2, f64: (a, b) => flag(a !== b) },
  /** `where(c, a, b)` is a if c is not zero, otherwise b. */
  where: { arity: 3, f64: (c, a, b) => (c !== 0 ? a : b) },

  /** The value of a, with the gradient of b. `passes/forget.ts` takes it out once gradients are derived. */
  with_gradient_of: { arity: 2, f64: (a) => a, expanded: true },

  neg: { arity: 1, f64: (a) => -a },
  abs: { arity: 1, f64: Math.abs },
  sign: { arity: 1, f64: Math.sign },
  floor: { arity: 1, f64: Math.floor },
  ceil: { arity: 1, f64: Math.ceil },
  trunc: { arity: 1, f64: Math.trunc },
  /** Rounds ties to even, as IEEE 754, WGSL and ONNX do. */
  round: { arity: 1, f64: roundHalfEven },

  exp: { arity: 1, f64: Math.exp },
  log: { arity: 1, f64: Math.log },
  exp2: { arity: 1, f64: (a) => 2 ** a },
  log2: { arity: 1, f64: Math.log2 },
  sqrt: { arity: 1, f64: Math.sqrt },
  rsqrt: { arity: 1, f64: (a) => 1 / Math.sqrt(a) },
  sin: { arity: 1, f64: Math.sin },
  cos: { arity: 1, f64: Math.cos },
  tan: { arity: 1, f64: Math.tan },
  asin: { arity: 1, f64: Math.asin },
  acos: { arity: 1, f64: Math.acos },
  atan: { arity: 1, f64: Math.atan },

  tanh: { arity: 1, f64: Math.tanh, expanded: true },
  log1p: { arity: 1, f64: Math.log1p, expanded: true },
  expm1: { arity: 1, f64: Math.expm1, expanded: true },
  sinh: { arity: 1, f64: Math.sinh, expanded: true },
  cosh: { arity: 1, f64: Math.cosh, expanded: true },
  erf: { arity: 1, f64: erf, expanded: true },
  pow: { arity: 2, f64: (a, b) => a ** b, expanded: true },
} as const satisfies Record<string, Entry>;

export type Operator = keyof typeof table;
/** The operators that remain after expansion. Every target must have them, under this name or one that its printer knows. */
export type NativeOperator = {
  [K in Operator]: (typeof table)[K] extends { readonly expanded: true } ? never : K;
}[Operator];

export type ExpandedOperator = Exclude<Operator, NativeOperator>;

export const operators: Readonly<Record<Operator, Entry>> = table;

export function isOperator(name: string): name is Operator {
  return Object.hasOwn(table, name);
}

export function isNative(op: Operator): op is NativeOperator {
  return operators[op].expanded === undefined;
}
