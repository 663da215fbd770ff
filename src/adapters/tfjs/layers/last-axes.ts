import { reshape, type Tensor, tidy, transpose } from "@tensorflow/tfjs-core";

/**
 * Calls a norm of the last axes with others: they come last, and go back. Nothing is copied for axes that are the last ones
 * already, as they mostly are.
 * @param axes from 0, in the order in which weights lie.
 * @param before how many axes before them the norm takes: one, of rows, or the samples and the places in each.
 */
export function withAxesLast(
  x: Tensor,
  axes: readonly number[],
  before: 1 | 2,
  norm: (x: Tensor) => Tensor,
): Tensor {
  return tidy(() => {
    const { shape } = x;
    const others = shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const order = [...others, ...axes];
    const moved = order.some((axis, i) => axis !== i);
    const last = moved ? transpose(x, order) : x;
    const own = product(axes.map((i) => shape[i]!));
    const outer = others.map((i) => shape[i]!);
    const dims = before === 1 ? [product(outer), own] : [outer[0]!, product(outer.slice(1)), own];
    const y = reshape(norm(reshape(last, dims)), last.shape);
    return moved
      ? transpose(
          y,
          order.map((_, i) => order.indexOf(i)),
        )
      : y;
  });
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, one) => all * one, 1);
}

/** Axes from 0. @param axis one or several, where -1 is the last. */
export function axesOf(axis: number | readonly number[], rank: number): number[] {
  return [axis].flat().map((one) => (one < 0 ? one + rank : one));
}
