/** Reductions over windows, by definition: for each coordinate, go over the box of coordinates around it. */
import type { Reach, WindowNode } from "../tensor/graph.ts";
import { rowMajor, walk } from "./walk.ts";

/** Elements, with a stride for each axis (0 along an axis that the value does not have). */
interface Strided {
  readonly data: ArrayLike<number>;
  readonly strides: ReadonlyMap<string, number>;
}

interface Numbers {
  extent(factor: string): number;
  param(name: string): number;
}

/** The values at all coordinates of the node's axes, the last axis fastest. */
export function windowValues(
  { op, args: operandNodes, over, axes }: WindowNode,
  of: (node: WindowNode["args"][number]) => Strided,
  { extent, param }: Numbers,
): Float64Array {
  const extents = axes.map(extent);
  const args = operandNodes.map(of);
  const strides = args.map((one) => axes.map((axis) => one.strides.get(axis) ?? 0));
  const own = rowMajor(axes, extent);
  const out = new Float64Array(extents.reduce((a, b) => a * b, 1));
  const coordinates = [...own.values()].reverse();
  const boxes = over.map(({ axis, before, after }) => ({
    place: axes.indexOf(axis),
    before: lengthOf(before, param),
    after: lengthOf(after, param),
  }));
  const at = axes.map(() => 0);
  walk(extents, [coordinates], ([to]) => {
    axes.forEach((axis, i) => {
      at[i] = Math.floor(to / (own.get(axis) ?? 1)) % extents[i];
    });
    const low = [...at];
    const sizes = axes.map(() => 1);
    for (const { place, before, after } of boxes) {
      low[place] = Math.max(0, at[place] - before);
      sizes[place] = Math.min(extents[place] - 1, at[place] + after) - low[place] + 1;
    }
    const placeOf = (one: readonly number[], i: number): number =>
      one.reduce((sum, c, axis) => sum + c * strides[i][axis], 0);
    const starts = args.map((_, i) => placeOf(low, i));
    const each = (visit: (places: readonly number[]) => void): void =>
      walk(sizes, strides, (offsets) => visit(offsets.map((offset, i) => starts[i] + offset)));
    out[to] = reduced(
      op,
      args.map((one) => one.data),
      args.map((_, i) => placeOf(at, i)),
      each,
    );
  });
  return out;
}

function reduced(
  op: WindowNode["op"],
  data: readonly ArrayLike<number>[],
  here: readonly number[],
  each: (visit: (places: readonly number[]) => void) => void,
): number {
  const fold = (start: number, next: (total: number, places: readonly number[]) => number): number => {
    let total = start;
    each((places) => {
      total = next(total, places);
    });
    return total;
  };
  const [x] = data;
  const mean = (): number => {
    const count = fold(0, (total) => total + 1);
    const first = fold(0, (total, [at]) => total + x[at] / count);
    // Corrected by the mean of the differences, so that a window far from zero keeps its digits even in float64.
    return Number.isFinite(first) ? first + fold(0, (total, [at]) => total + (x[at] - first) / count) : first;
  };
  switch (op) {
    case "sum":
      return fold(0, (total, [at]) => total + x[at]);
    case "max":
      return fold(Number.NEGATIVE_INFINITY, (total, [at]) => Math.max(total, x[at]));
    case "min":
      return fold(Number.POSITIVE_INFINITY, (total, [at]) => Math.min(total, x[at]));
    case "mean":
      return mean();
    case "var": {
      const about = mean();
      const count = fold(0, (total) => total + 1);
      return fold(0, (total, [at]) => total + (x[at] - about) ** 2 / count);
    }
    case "rest":
      return mean() - x[here[0]];
    case "pull": {
      const [, key, own] = data;
      return fold(0, (total, [at, other]) => total + x[at] * (own[here[2]] - key[other]));
    }
    case "matches": {
      const [, key, own] = data;
      const wanted = own[here[2]];
      return fold(0, (total, [at, other]) => total + (key[other] === wanted ? x[at] : 0));
    }
  }
}

function lengthOf(reach: Reach, param: (name: string) => number): number {
  switch (reach.kind) {
    case "fixed":
      return reach.count;
    case "all":
      return Number.POSITIVE_INFINITY;
    case "param": {
      const value = param(reach.param);
      if (reach.share === "whole") return value;
      return reach.share === "lower" ? Math.floor((value - 1) / 2) : Math.ceil((value - 1) / 2);
    }
  }
}
