/** What lowering a value needs to know of its kernel. */
import type { Node } from "../../graph/tensor/graph.ts";
import type { Expr } from "../ir/ir.ts";
import type { Address } from "./address.ts";
import type { Frame, NameOf } from "./frame.ts";
import type { Path, Term } from "./loop.ts";
import type { Sharing, Total } from "./reduce-across-lanes.ts";

export interface ValueContext extends Sharing {
  readonly nameOf: NameOf;
  readonly addressOf: (tensor: string) => Address;
  /** How many nodes use each node. A node that is used once is written into its user. */
  readonly uses: ReadonlyMap<Node, number>;
  /** The values that loops over a resident row keep, each with its slot, and the values kept so far. */
  readonly kept: ReadonlyMap<Node, number>;
  readonly filled: Set<Node>;
  readonly walk: Walk;
}

/** How a target goes over a row: its lanes share it (`walk-lanes.ts`), or one lane takes it all (`processor/`). */
export interface Walk {
  /**
   * Adds up terms along a path. Afterwards each total is that of the whole path, and wherever the row is known.
   * @param when the totals are those of no element if this is false. If omitted, the path is always taken.
   */
  readonly sum: (
    context: ValueContext,
    row: Frame,
    path: Path,
    when: Expr | undefined,
    terms: readonly Term[],
  ) => Total[];
  /** Computes a value of some elements of a path outside of its loops. Without elements it may be anything. */
  readonly some: (
    context: ValueContext,
    row: Frame,
    path: Path,
    of: readonly Node[],
    write: (frame: Frame) => Expr,
  ) => Expr;
}
