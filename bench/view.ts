import type { BenchCase } from "./cases.ts";

/** A tensor as four axes, slowest first: outer, groups, channels of a group, and the rest. Every case is one of these. */
export interface View {
  readonly n: number;
  readonly g: number;
  readonly k: number;
  readonly s: number;
  /** The axes that statistics are over; never the groups. */
  readonly over: readonly ("n" | "k" | "s")[];
  /** What scale and shift are for: each channel of each group, each outer index, or nothing. */
  readonly affine: "channel" | "outer" | "none";
  /** Without, it is scaled only: no mean is subtracted and no beta added. */
  readonly centred: boolean;
  /** The statistics come with the layer. */
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

/** The rows of statistics, and how many elements each has. */
export function rowsOf(view: View): { readonly rows: number; readonly length: number } {
  const length = product(view.over.map((axis) => view[axis]));
  return { rows: (view.n * view.g * view.k * view.s) / length, length };
}
