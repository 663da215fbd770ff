/** Replaces operators that GPUs lack or get wrong by others (`expansions.ts`), and what drivers fold (`nonfinite.ts`). */
import { isNative } from "../operators/operators.ts";
import type { Graph } from "../tensor/graph.ts";
import { rewrite } from "../tensor/rewrite.ts";
import { expansions } from "./expansions.ts";
import { keptNonfinite } from "./nonfinite.ts";

export function expand(graph: Graph): Graph {
  return rewrite(graph, (g, node) => {
    if (node.kind !== "map" || isNative(node.op)) return keptNonfinite(g, node) ?? node;
    return expansions[node.op](g, node.args[0], node.args[1], node.args[2]);
  });
}
