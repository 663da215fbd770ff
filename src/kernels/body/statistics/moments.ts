/**
 * Mean and variance of a row that is read once: shift, rest and spread (see `tensor/stabilise.ts`).
 *
 * The loop sums d = x − shift and d² (shifted data, Chan, Golub & LeVeque 1983). Differences are exact far from zero,
 * and the row is not read twice. The shift is the mean of the row's first, middle and last element. The variance loses
 * (rest / deviation)² units in its last place. So if the shift is more than two deviations from the mean (one normal
 * row in 2,000), a second loop runs about the mean found so far; otherwise the second loop takes no step. With only the
 * first element as shift and a bound of four deviations, the errors were up to five times what WebNN's conformance
 * cases allow.
 *
 * The second loop also takes the rows whose squares leave f32, with their values times a power of two (`rescale.ts`), and
 * those with an infinite element. It takes these about 0 if their shift is not finite: the rest is then the mean itself.
 *
 * With a weight w the loop sums w·d, w·d² and w, and hands them on as they are: what they are divided by, the graph says.
 */
import type { ReduceNode } from "../../../graph/tensor/graph.ts";
import { any, binary, call, div, f32, local, mul, select, sub, widen } from "../../ir/expr.ts";
import type { Expr } from "../../ir/ir.ts";
import { bind, type Frame } from "../frame.ts";
import { countOf, type Path, type Term } from "../loop.ts";
import { lowerValue } from "../value.ts";
import type { ValueContext } from "../value-context.ts";
import { isModerate, isScaled, scaleOf, unscaled } from "./rescale.ts";
import { type Sampled, sample } from "./sample.ts";

/** The square of how many deviations the shift may lie from the mean. */
const farSquared = 4;

/** The moments of one operand with one weight. `nodes` are those that the kernel uses. */
export interface MomentGroup extends Sampled {
  readonly nodes: readonly ReduceNode[];
}

export function lowerMoments(
  context: ValueContext,
  row: Frame,
  path: Path,
  groups: readonly MomentGroup[],
): void {
  const { nameOf } = context;
  const first = groups.map((one) => bind(row, "shift", sample(context, row, path, one), nameOf));
  const once = sumsAbout(context, row, path, groups, first, null);
  // Weighted rows have no scale.
  const scale = groups.map((one, i) =>
    one.weight === undefined
      ? bind(row, "scale", scaleOf(once[i].spread, floorOf(context, row, one)), nameOf)
      : null,
  );
  const again = once.map(({ mean, spread }, i) => {
    const far = binary("lt", mul(spread, f32(farSquared)), mul(mean, mean));
    const own = scale[i];
    return bind(row, "again", own === null ? far : binary("or", far, isScaled(own)), nameOf);
  });
  const shift = groups.map(({ weight }, i) => {
    const sum = binary("add", first[i], once[i].mean);
    const nearer = weight === undefined ? finiteOf(sum, first[i]) : sum;
    return bind(row, "shift", select(again[i], nearer, first[i]), nameOf);
  });
  const when = again.map(any).reduce((a, b) => binary("or", a, b));
  const twice = sumsAbout(context, row, path, groups, shift, { when, scale });
  groups.forEach(({ nodes }, i) => {
    for (const node of nodes) row.values.set(node, result(node, i));
  });

  function result(node: ReduceNode, i: number): Expr {
    const own = scale[i];
    if (node.op === "shift") return shift[i];
    if (node.op === "scale" && own !== null) return own;
    const part = partOf(node);
    const found = twice[i][part];
    const second = own === null || node.op === "scaledSpread" ? found : unscaledPart(node, found, own);
    return bind(row, node.op, select(again[i], second, once[i][part]), nameOf);
  }
}

function unscaledPart({ op }: ReduceNode, found: Expr, scale: Expr): Expr {
  return op === "rest" ? div(found, scale) : unscaled(found, scale);
}

/** The first of two shifts that is finite, or 0. */
function finiteOf(one: Expr, other: Expr): Expr {
  const isFiniteShift = (shift: Expr): Expr => isModerate(call("abs", shift));
  return select(isFiniteShift(one), one, select(isFiniteShift(other), other, f32(0)));
}

function floorOf(context: ValueContext, row: Frame, { nodes }: MomentGroup): Expr | null {
  const floor = nodes.find((one) => one.floor !== undefined)?.floor;
  return floor === undefined ? null : lowerValue(context, row, floor);
}

function partOf({ op }: ReduceNode): keyof Sums {
  switch (op) {
    case "rest":
      return "mean";
    case "scaledSpread":
      return "spread";
    case "spread":
    case "excess":
    case "squares":
    case "total":
      return op;
    default:
      throw new Error(`${op} is no sum about a shift`);
  }
}

/** What a loop finds about a shift. Without a weight, the excess and the squares are not needed. */
interface Sums {
  /** Mean and variance of the differences from the shift; with a weight, the size of the variance. */
  readonly mean: Expr;
  readonly spread: Expr;
  readonly excess: Expr;
  readonly squares: Expr;
  /** The sum of the weights, or the number of elements. */
  readonly total: Expr;
}

/** @param second of the second loop: whether it takes any step, and the scales by which values are multiplied. */
function sumsAbout(
  context: ValueContext,
  row: Frame,
  path: Path,
  groups: readonly MomentGroup[],
  shift: readonly Expr[],
  second: { readonly when: Expr; readonly scale: readonly (Expr | null)[] } | null,
): Sums[] {
  const { nameOf } = context;
  // Each is scaled before the difference, which may overflow.
  const scaled = (value: Expr, i: number): Expr => {
    const scale = second === null ? null : second.scale[i];
    return scale === null ? value : mul(value, scale);
  };
  const about = shift.map((one, i) =>
    scaled(one, i) === one ? one : bind(row, "about", scaled(one, i), nameOf),
  );
  const differences = new Map<Frame, Expr[]>();
  const difference = (frame: Frame, i: number): Expr => {
    const known = differences.get(frame) ?? [];
    differences.set(frame, known);
    known[i] ??= bind(
      frame,
      "d",
      sub(scaled(lowerValue(context, frame, groups[i].arg), i), about[i]),
      nameOf,
    );
    return known[i];
  };
  const terms = groups.map(({ arg, weight }, i): Term[] => {
    const d = (frame: Frame): Expr => difference(frame, i);
    const of = weight === undefined ? [arg] : [arg, weight];
    const term = (name: string, value: Term["value"]): Term => ({ name: nameOf(name), op: "add", of, value });
    if (weight === undefined) return [term("sum", d), term("squares", (frame) => mul(d(frame), d(frame)))];
    const weighted = weightedDifference(context, weight, d);
    return [
      term("sum", weighted),
      term("squares", (frame) => mul(weighted(frame), d(frame))),
      term("weights", (frame) => asWide(lowerValue(context, frame, weight), weighted(frame))),
    ];
  });
  const totals = context.walk.sum(context, row, path, second?.when, terms.flat());
  let next = 0;
  const take = (): Expr => {
    const { type, name } = totals[next++];
    return local(type, name);
  };
  return groups.map(({ weight }) => {
    const [excess, squares] = [take(), take()];
    const total = weight === undefined ? countOf(path) : take();
    const divisor = weight === undefined ? total : divisorOf(total);
    const mean = bind(row, "mean", div(excess, divisor), nameOf);
    const square = div(squares, divisor);
    const variance = sub(square, mul(mean, mean));
    // Weights may be negative, and so may the variance be. Here it only says whether the shift lies far from the mean.
    const size = weight === undefined ? binary("max", variance, f32(0)) : call("abs", variance);
    const spread = bind(row, "variance", size, nameOf);
    return { mean, spread, excess, squares, total };
  });
}

/** Weights that add up to zero must not move the shift to infinity. */
function divisorOf(total: Expr): Expr {
  return select(binary("eq", total, f32(0)), f32(1), total);
}

/** w·d, written once in a frame. */
function weightedDifference(
  context: ValueContext,
  weight: NonNullable<Sampled["weight"]>,
  d: Term["value"],
): Term["value"] {
  const known = new Map<Frame, Expr>();
  return (frame) => {
    const made =
      known.get(frame) ??
      bind(frame, "wd", mul(lowerValue(context, frame, weight), d(frame)), context.nameOf);
    known.set(frame, made);
    return made;
  };
}

/** Four adjacent elements, or rows, may share one weight: it counts four times. */
function asWide(weight: Expr, like: Expr): Expr {
  return like.type === "f32x4" ? widen(weight) : weight;
}
