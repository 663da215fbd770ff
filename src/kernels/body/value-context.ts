/** What lowering a value needs to know of its kernel. */
import type { Node } from "../../graph/tensor/graph.ts";
import type { Address } from "./address.ts";
import type { NameOf } from "./frame.ts";
import type { Sharing } from "./reduce-across-lanes.ts";

export interface ValueContext extends Sharing {
  readonly nameOf: NameOf;
  readonly addressOf: (tensor: string) => Address;
  /** How many nodes use each node. A node that is used once is written into its user. */
  readonly uses: ReadonlyMap<Node, number>;
  /** The values that loops over a resident row keep, each with its slot, and the values kept so far. */
  readonly kept: ReadonlyMap<Node, number>;
  readonly filled: Set<Node>;
}
