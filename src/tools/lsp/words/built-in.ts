/** What the words of the language mean, in a line each: for completion, and where the cursor rests on one. */
import type { Operator } from "../../../graph/operators/operators.ts";
import type { IntegerType } from "../../../program/integers.ts";

export interface Word {
  /** How it is written. */
  readonly usage: string;
  readonly meaning: string;
}

type Entry = readonly [usage: string, meaning: string];

/** Operators that are called. */
const functions: Readonly<Record<Operator, Entry>> = {
  add: ["add(a, b)", "As `a + b`."],
  sub: ["sub(a, b)", "As `a - b`."],
  mul: ["mul(a, b)", "As `a * b`."],
  div: ["div(a, b)", "As `a / b`."],
  pow: ["pow(a, b)", "As `a^b`."],
  neg: ["neg(a)", "As `-a`."],
  lt: ["lt(a, b)", "As `a < b`: 1 if it holds, otherwise 0."],
  le: ["le(a, b)", "As `a <= b`: 1 if it holds, otherwise 0."],
  eq: ["eq(a, b)", "As `a == b`: 1 if it holds, otherwise 0."],
  ne: ["ne(a, b)", "As `a != b`: 1 if it holds, otherwise 0."],
  where: ["where(condition, a, b)", "`a` where the condition is not zero, otherwise `b`."],
  min: ["min(a, b)", "The smaller of two values. `min(x over C)` reduces one."],
  max: ["max(a, b)", "The larger of two values. `max(x over C)` reduces one."],
  clamp: ["clamp(v, low, high)", "`v`, but at least `low` and at most `high`."],
  floor: ["floor(a)", "The next whole number below."],
  ceil: ["ceil(a)", "The next whole number above."],
  trunc: ["trunc(a)", "The whole part."],
  round: ["round(a)", "The nearest whole number; ties go to the even one."],
  high: [
    "high(a)",
    "The first 18 bits as a 32-bit float: `high(v)` and `v - high(v)` hand a statistic on without loss.",
  ],
  abs: ["abs(a)", "The absolute value."],
  sign: ["sign(a)", "-1, 0 or 1."],
  sqrt: ["sqrt(a)", "The square root."],
  rsqrt: ["rsqrt(a)", "One over the square root."],
  exp: ["exp(a)", "e to the power of `a`."],
  exp2: ["exp2(a)", "2 to the power of `a`."],
  expm1: ["expm1(a)", "exp(a) - 1, exact near 0."],
  log: ["log(a)", "The natural logarithm."],
  log2: ["log2(a)", "The logarithm to base 2."],
  log1p: ["log1p(a)", "The logarithm of 1 + a, exact near 0."],
  sin: ["sin(a)", "The sine."],
  cos: ["cos(a)", "The cosine."],
  tan: ["tan(a)", "The tangent."],
  asin: ["asin(a)", "The arc sine."],
  acos: ["acos(a)", "The arc cosine."],
  atan: ["atan(a)", "The arc tangent."],
  sinh: ["sinh(a)", "The hyperbolic sine."],
  cosh: ["cosh(a)", "The hyperbolic cosine."],
  tanh: ["tanh(a)", "The hyperbolic tangent."],
  erf: ["erf(a)", "The error function."],
  with_gradient_of: ["with_gradient_of(v, stand_in)", "The value `v`. Its gradient goes to `stand_in`."],
};

const reductions: Readonly<Record<string, Entry>> = {
  sum: ["sum(x over A)", "The sum. 0 over no elements."],
  mean: [
    "mean(x over A; weight = w)",
    "The mean, exact however far from zero the data lie. NaN over no elements.",
  ],
  var: ["var(x over A; weight = w)", "The biased variance: a mean of squares. NaN over no elements."],
  max: ["max(x over A)", "The largest element. -inf over no elements."],
  min: ["min(x over A)", "The smallest element. inf over no elements."],
  any: ["any(x over A)", "1 if an element is not zero, otherwise 0."],
  all: ["all(x over A)", "1 if no element is zero, otherwise 0."],
  count: ["count(x over A)", "How many elements are not zero."],
};

const forms: Readonly<Record<string, Entry>> = {
  standardize: ["standardize(x over A; eps)", "`(x - mean(x over A)) * rsqrt(var(x over A) + eps)`"],
  size: ["size(N, ...S)", "The number of elements along these axes."],
  index: ["index(C)", "The coordinate along an axis, counted from 0."],
};

const settings: Readonly<Record<string, string>> = {
  weight: "A weight for each element: a mask, a probability, a count.",
  eps: "Is added to the variance.",
  window: "Reduces over a window of so many coordinates around each one.",
  before: "The window reaches so many coordinates back; `inf`: to the beginning of the axis.",
  after: "The window reaches so many coordinates ahead; `inf`: to the end of the axis.",
};

const constants: Readonly<Record<string, string>> = { inf: "Infinity.", pi: "3.14159…" };

const modes: Readonly<Record<string, string>> = {
  train: "What holds in training. States are updated here.",
  infer: "What holds in inference.",
  backward: "Gradients that the norm states itself, and states that its backward pass updates.",
};

const elementTypes: Readonly<Record<IntegerType, string>> = {
  i8: "Integers of 8 bits, from -128 to 127.",
  u8: "Integers of 8 bits, from 0 to 255.",
  i32: "Integers of 32 bits.",
  u32: "Integers of 32 bits, from 0.",
};

const keywords: Readonly<Record<string, Entry>> = {
  norm: ["norm Name { … }", "A normalization layer: declarations and equations, in any order."],
  fn: ["fn name(a, b) = …", "A function that works element by element."],
  import: ['import { Name } from "./file.norm"', "Norms and functions of another file."],
  from: ['import { Name } from "./file.norm"', "The file that names are imported from."],
  as: ["import { Name as Other }", "Another name for what is imported."],
  axes: [
    "axes N, C = G * K, ...S",
    "The axes of the norm: single ones, split ones, any number of them (`...S`).",
  ],
  param: [
    "param eps = 1e-5",
    "A number with a default, which the caller can set. With the name of an axis, it is its extent.",
  ],
  input: ["input x[N, C]", "What is given with each call."],
  affine: ["affine gamma[C] = 1", "A learned tensor and its initial value."],
  state: [
    "state seen[C] = 0",
    "A tensor that is kept from one call to the next. `<-` updates it in training.",
  ],
  on: ["on train { … }", "Equations of one mode, or of the backward pass."],
  output: ["output y", "What the norm computes. Brackets give it a layout."],
  over: ["mean(x over N, ...S)", "The axes that a reduction runs over."],
};

function word([usage, meaning]: Entry): Word {
  return { usage, meaning };
}

/** @param isReduction whether it is called with `over`, which matters for `max` and `min`. */
export function functionWord(name: string, isReduction: boolean): Word | undefined {
  const tables: readonly Readonly<Record<string, Entry>>[] = isReduction
    ? [reductions, forms, functions]
    : [functions, reductions, forms];
  const found = tables.find((one) => Object.hasOwn(one, name))?.[name];
  return found && word(found);
}

function lookUp(table: Readonly<Record<string, string>>, name: string): Word | undefined {
  const meaning = Object.hasOwn(table, name) ? table[name] : undefined;
  return meaning === undefined ? undefined : { usage: name, meaning };
}

export const settingWord = (name: string): Word | undefined => lookUp(settings, name);
export const constantWord = (name: string): Word | undefined => lookUp(constants, name);
export const modeWord = (name: string): Word | undefined => lookUp(modes, name);
export const elementTypeWord = (name: string): Word | undefined => lookUp(elementTypes, name);

export function keywordWord(name: string): Word | undefined {
  return Object.hasOwn(keywords, name) ? word(keywords[name]!) : undefined;
}

export const functionNames: readonly string[] = Object.keys(functions);
export const constantNames: readonly string[] = Object.keys(constants);
export const modeNames: readonly string[] = Object.keys(modes);
export const elementTypeNames: readonly string[] = Object.keys(elementTypes);
