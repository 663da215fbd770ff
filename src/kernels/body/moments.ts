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
 */
import type { Node, ReduceNode } from "../../graph/tensor/graph.ts";
import {
  add,
  any,
  binary,
  call,
  div,
  extentOf,
  f32,
  fold,
  local,
  mul,
  select,
  sub,
  u32,
} from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import { bind, type Frame } from "./frame.ts";
import { countOf, type Path, sumLoop } from "./loop.ts";
import { shareTotals, type Total } from "./reduce-across-lanes.ts";
import { isModerate, isScaled, scaleOf, unscaled } from "./rescale.ts";
import { lowerValue, type ValueContext, valueAt } from "./value.ts";

/** The square of how many deviations the shift may lie from the mean. */
const farSquared = 4;

/** The moments of one operand. `nodes` are those that the kernel uses. */
export interface MomentGroup {
  readonly arg: Node;
  readonly nodes: readonly ReduceNode[];
}

export function lowerMoments(
  context: ValueContext,
  row: Frame,
  path: Path,
  groups: readonly MomentGroup[],
): void {
  const { nameOf } = context;
  const first = groups.map(({ arg }) => bind(row, "shift", sampleMean(context, row, path, arg), nameOf));
  const once = sumsAbout(context, row, path, groups, first, null);
  const scale = once.map(({ spread }, i) =>
    bind(row, "scale", scaleOf(spread, floorOf(context, row, groups[i])), nameOf),
  );
  const again = once.map(({ mean, spread }, i) => {
    const far = binary("lt", mul(spread, f32(farSquared)), mul(mean, mean));
    return bind(row, "again", binary("or", far, isScaled(scale[i])), nameOf);
  });
  const shift = groups.map((_, i) =>
    bind(row, "shift", select(again[i], nearer(first[i], once[i].mean), first[i]), nameOf),
  );
  const when = again.map(any).reduce((a, b) => binary("or", a, b));
  const twice = sumsAbout(context, row, path, groups, shift, { when, scale });
  groups.forEach(({ nodes }, i) => {
    for (const node of nodes) row.values.set(node, result(node, i));
  });

  function result(node: ReduceNode, i: number): Expr {
    const chosen = (second: Expr, first: Expr): Expr =>
      bind(row, node.op, select(again[i], second, first), nameOf);
    switch (node.op) {
      case "shift":
        return shift[i];
      case "scale":
        return scale[i];
      case "rest":
        return chosen(div(twice[i].mean, scale[i]), once[i].mean);
      case "spread":
        return chosen(unscaled(twice[i].spread, scale[i]), once[i].spread);
      case "scaledSpread":
        return chosen(twice[i].spread, once[i].spread);
      default:
        throw new Error(`${node.op} is no moment`);
    }
  }
}

/** The mean found so far as a shift; the shift itself, or 0, where that is not finite. */
function nearer(shift: Expr, mean: Expr): Expr {
  const sum = add(shift, mean);
  const isNumber = (one: Expr): Expr => isModerate(call("abs", one));
  return select(isNumber(sum), sum, select(isNumber(shift), shift, f32(0)));
}

function floorOf(context: ValueContext, row: Frame, { nodes }: MomentGroup): Expr | null {
  const floor = nodes.find((one) => one.floor !== undefined)?.floor;
  return floor === undefined ? null : lowerValue(context, row, floor);
}

/** The mean of three elements, computed so that a sum of large ones does not overflow. */
export function sampleMean(context: ValueContext, row: Frame, path: Path, arg: Node): Expr {
  const count = extentOf(path.over);
  const places = [u32(0), div(count, u32(2)), sub(count, u32(1))];
  const [a, b, c] = places.map((place) => valueAt(context, row, arg, path.over, place));
  return add(a, mul(add(sub(b, a), sub(c, a)), f32(1 / 3)));
}

/**
 * Mean and variance of the differences from a shift.
 * @param second of the second loop: whether it takes any step, and the scales by which all values are multiplied.
 */
function sumsAbout(
  context: ValueContext,
  row: Frame,
  path: Path,
  groups: readonly MomentGroup[],
  shift: readonly Expr[],
  second: { readonly when: Expr; readonly scale: readonly Expr[] } | null,
): { mean: Expr; spread: Expr }[] {
  const { nameOf } = context;
  // Each is scaled before the difference, which may overflow.
  const scaled = (value: Expr, i: number): Expr => (second === null ? value : mul(value, second.scale[i]));
  const about = shift.map((one, i) => (second === null ? one : bind(row, "about", scaled(one, i), nameOf)));
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
  const names = groups.map(() => ({ sum: nameOf("sum"), squares: nameOf("squares") }));
  const terms = groups.flatMap((_, i) => [
    { name: names[i].sum, op: "add" as const, value: (frame: Frame) => difference(frame, i) },
    {
      name: names[i].squares,
      op: "add" as const,
      value: (frame: Frame) => mul(difference(frame, i), difference(frame, i)),
    },
  ]);
  const totals = foldTotals(row, path, sumLoop(row, path, second?.when, terms, nameOf), nameOf);
  shareTotals(row.body, totals, context);
  const count = countOf(path);
  return groups.map((_, i) => {
    const mean = bind(row, "mean", div(local(totals[2 * i].type, totals[2 * i].name), count), nameOf);
    const square = div(local(totals[2 * i + 1].type, totals[2 * i + 1].name), count);
    return {
      mean,
      spread: bind(row, "variance", binary("max", sub(square, mul(mean, mean)), f32(0)), nameOf),
    };
  });
}

/** If the loop went four by four along the row, combines the four shares of a lane into one. */
export function foldTotals(
  row: Frame,
  path: Path,
  totals: readonly Total[],
  nameOf: (base: string) => string,
): Total[] {
  return totals.map((total): Total => {
    if (path.vector === null || total.type !== "f32x4") return total;
    const name = nameOf(total.name);
    row.body.push({ kind: "var", name, value: fold(total.op, local("f32x4", total.name)) });
    return { ...total, name, type: "f32" };
  });
}
