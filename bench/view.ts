import type { BenchCase } from "./cases.ts";

/** A tensor as four axes, slowest first: outer, groups, channels of a group, and the rest. Every case fits this. */
export interface View {
  readonly n: number;
  readonly g: number;
  readonly k: number;
  readonly s: number;
  /** The axes of the statistics. Never the groups. */
  readonly over: readonly ("n" | "k" | "s")[];
  /** The axis of scale and shift: each channel of each group, each outer index, or none. */
  readonly affine: "channel" | "outer" | "none";
  /** If false, the norm only scales: it subtracts no mean and adds no beta. */
  readonly centred: boolean;
  /** Whether the statistics are given as inputs of the layer. */
  readonly given: boolean;
}

export function viewOf({ op, shape, groups }: BenchCase): View {
  const [first = 1, second = 1, ...rest] = shape;
  const spatial = product(rest);
  const channels = { n: first, g: second, k: 1, s: spatial, affine: "channel", centred: true } as const;
  switch (op) {
    case "layer":
    case "rms": {
      const last = shape.at(-1) ?? 1;
      const outer = product(shape.slice(0, -1));
      return {
        n: outer,
        g: 1,
        k: last,
        s: 1,
        over: ["k"],
        affine: "channel",
        centred: op === "layer",
        given: false,
      };
    }
    case "layer-channels":
      return { ...channels, g: 1, k: second, over: ["k"], given: false };
    case "instance":
      return { ...channels, over: ["s"], given: false };
    case "batch-infer":
    case "batch-train":
      return { ...channels, over: ["n", "s"], given: op === "batch-infer" };
    case "group":
      return { ...channels, g: groups, k: second / groups, over: ["k", "s"], given: false };
    case "weight":
    case "scaled-weight": {
      const affine = op === "weight" ? "none" : "outer";
      return { n: first, g: 1, k: 1, s: second * spatial, over: ["s"], affine, centred: true, given: false };
    }
  }
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** The rows of statistics, and the number of elements in each. */
export function rowsOf(view: View): { readonly rows: number; readonly length: number } {
  const length = product(view.over.map((axis) => view[axis]));
  return { rows: (view.n * view.g * view.k * view.s) / length, length };
}
