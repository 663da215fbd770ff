/**
 * Sums that a kernel can add up on its way over the rows, for results that are made of them. A reduction over axes of the
 * grid and of the row is in two parts, the kernel's and the rest:
 *
 *     sum(v over N, S), grid N, C, row S  →  rows:    once[N, C] = sum(v over S);  later sum(once over N)
 *     sum(v over T),    grid N, T, row D  →  columns: sums[N, chunk, D] of v;      later sum(sums over chunk)
 *
 * This is how d_gamma and d_beta come out of the kernel that writes d_x.
 */
import { type AxisSet, isSubset, minus, sameAxes } from "../tensor/axes.ts";
import type { GraphBuilder } from "../tensor/builder.ts";
import { type Graph, type Node, type ReduceNode, reachable } from "../tensor/graph.ts";
import { rebuild } from "../tensor/rewrite.ts";
import { outermostReductions, type Rows, resolveInKernel } from "./locality.ts";
import { chunkAxis, scratchName, type Target } from "./plan.ts";

export interface ByProducts {
  /** The targets that are computed after the kernel, of what it adds up. */
  readonly after: readonly Target[];
  /** What the kernel stores once a row, and adds up over its rows. */
  readonly once: readonly Target[];
  readonly columns: readonly Target[];
  readonly chunked: AxisSet;
}

export function byProducts(
  g: GraphBuilder,
  graph: Graph,
  rest: readonly Target[],
  rows: Rows,
  largest: Target,
  values: readonly Node[],
): ByProducts {
  const once = new Map<string, Target>();
  const columns = new Map<string, Target>();
  const outputs = new Set(graph.tensors.filter((one) => one.role === "output").map((one) => one.name));
  const layout = minus(largest.factors, rows.grid);
  let chunked: AxisSet = [];
  const after = rest.flatMap((target): Target[] => {
    if (!outputs.has(target.tensor)) return [];
    const reductions = outermostReductions(target.value);
    const parts = reductions.flatMap((one) => partOf(one) ?? []);
    if (parts.length === 0 || parts.length < reductions.length) return [];
    // One chunk of rows for all sums of the kernel.
    const chunks = [chunked, ...parts.map((one) => one.chunk)].filter((one) => one.length > 0);
    if (!chunks.every((one) => sameAxes(one, chunks[0]))) return [];
    chunked = chunks[0] ?? [];
    const found = new Map<Node, Node>();
    for (const [i, { made, rest: sum }] of parts.entries()) {
      (made.factors.includes(chunkAxis) ? columns : once).set(made.tensor, made);
      found.set(reductions[i], sum);
    }
    return [{ ...target, value: replace(g, target.value, found) }];
  });
  return { after, once: [...once.values()], columns: [...columns.values()], chunked };

  interface Part {
    readonly made: Target;
    /** The axes of the rows that a chunk is of; none where a row is stored once. */
    readonly chunk: AxisSet;
    /** The reduction, of what the kernel made. */
    readonly rest: Node;
  }

  function partOf(node: ReduceNode): Part | undefined {
    if (node.op !== "sum") return undefined;
    const inRow = minus(node.over, rows.grid);
    const inGrid = minus(node.over, inRow);
    if (inGrid.length === 0 || !isSubset(inRow, rows.row)) return undefined;
    const inner = inRow.length === 0 ? node.arg : g.reduce("sum", node.arg, inRow);
    const isRow = sameAxes(inner.axes, rows.grid);
    const outer = rows.grid.slice(0, rows.grid.length - inGrid.length);
    const isColumn =
      inRow.length === 0 &&
      sameAxes(outer, minus(rows.grid, inGrid)) &&
      isSubset(rows.grid, inner.axes) &&
      layout.length > 0 &&
      sameAxes(minus(inner.axes, rows.grid), layout);
    if (!isRow && !isColumn) return undefined;
    const value = local(inner);
    if (value === undefined) return undefined;
    // The builder knows an input by its name, and another grid sums the same over other axes.
    const tensor = isRow ? scratchName(inner) : `sums_${inner.id}_over_${inGrid.join("_")}`;
    const factors = isRow ? rows.grid : [...outer, chunkAxis, ...layout];
    const input = g.input(tensor, factors);
    return {
      made: { tensor, factors, value },
      chunk: isRow ? [] : rows.grid.slice(outer.length),
      rest: g.reduce("sum", input, isRow ? inGrid : [chunkAxis]),
    };
  }

  /** The value as the kernel computes it, if it can without asking for more than it does anyway. */
  function local(node: Node): Node | undefined {
    let more = false;
    const known = new Set(reachable(values).map((one) => (one.kind === "input" ? one.tensor : "")));
    const value = resolveInKernel(g, node, rows, (missing) => {
      more ||= !known.has(scratchName(missing));
      return g.input(scratchName(missing), missing.axes);
    });
    return more ? undefined : value;
  }
}

function replace(g: GraphBuilder, value: Node, found: ReadonlyMap<Node, Node>): Node {
  const made = new Map<Node, Node>(found);
  for (const node of reachable([value])) {
    if (!made.has(node))
      made.set(
        node,
        rebuild(g, node, (one) => made.get(one) as Node),
      );
  }
  return made.get(value) as Node;
}
