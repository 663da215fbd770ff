/**
 * Mean and variance of a row that is read once: shift, rest and spread (see `tensor/stabilise.ts`).
 *
 * The loop sums d = x − shift and d² (shifted data, Chan, Golub & LeVeque 1983). Differences are exact far from zero,
 * and the row is not read twice. The shift is the mean of the row's first, middle and last element. The variance loses
 * (rest / deviation)² units in its last place. So if the shift is more than two deviations from the mean (one normal
 * row in 2,000), a second loop runs about the mean found so far; otherwise the second loop takes no step. With only the
 * first element as shift and a bound of four deviations, the errors were up to five times what WebNN's conformance
 * cases allow.
 */
import type { Node, ReduceNode } from "../../graph/tensor/graph.ts";
import { add, any, binary, div, extentOf, f32, fold, local, mul, select, sub, u32 } from "../ir/expr.ts";
import type { Expr } from "../ir/ir.ts";
import { bind, type Frame } from "./frame.ts";
import { countOf, type Path, sumLoop } from "./loop.ts";
import { shareTotals, type Total } from "./reduce-across-lanes.ts";
import { lowerValue, valueAt } from "./value.ts";
import type { ValueContext } from "./value-context.ts";

/** The square of how many deviations the shift may lie from the mean. */
const farSquared = 4;

/** The moments of one operand. `nodes` are those of shift, rest and spread that the kernel uses. */
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
  const once = sumsAbout(context, row, path, undefined, groups, first);
  const far = once.map(({ mean, spread }) =>
    bind(row, "far", binary("lt", mul(spread, f32(farSquared)), mul(mean, mean)), nameOf),
  );
  const shift = groups.map((_, i) =>
    bind(row, "shift", select(far[i], binary("add", first[i], once[i].mean), first[i]), nameOf),
  );
  const again = far.map(any).reduce((a, b) => binary("or", a, b));
  const twice = sumsAbout(context, row, path, again, groups, shift);
  groups.forEach(({ nodes }, i) => {
    for (const node of nodes) row.values.set(node, result(node, i));
  });

  function result(node: ReduceNode, i: number): Expr {
    if (node.op === "shift") return shift[i];
    const part = node.op === "rest" ? "mean" : "spread";
    return bind(row, node.op, select(far[i], twice[i][part], once[i][part]), nameOf);
  }
}

/** The mean of three elements, computed so that a sum of large ones does not overflow. */
export function sampleMean(context: ValueContext, row: Frame, path: Path, arg: Node): Expr {
  const count = extentOf(path.over);
  const places = [u32(0), div(count, u32(2)), sub(count, u32(1))];
  const [a, b, c] = places.map((place) => valueAt(context, row, arg, path.over, place));
  return add(a, mul(add(sub(b, a), sub(c, a)), f32(1 / 3)));
}

/** Mean and variance of the differences from a shift. If `when` is false, the loop takes no step. */
function sumsAbout(
  context: ValueContext,
  row: Frame,
  path: Path,
  when: Expr | undefined,
  groups: readonly MomentGroup[],
  shift: readonly Expr[],
): { mean: Expr; spread: Expr }[] {
  const { nameOf } = context;
  const differences = new Map<Frame, Expr[]>();
  const difference = (frame: Frame, i: number): Expr => {
    const known = differences.get(frame) ?? [];
    differences.set(frame, known);
    known[i] ??= bind(frame, "d", sub(lowerValue(context, frame, groups[i].arg), shift[i]), nameOf);
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
  const totals = foldTotals(row, path, sumLoop(row, path, when, terms, nameOf), nameOf);
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
