/**
 * Lowers outputs of a graph to functions of an element, for kernels that are not ours. A value is computed either once
 * for a row, along whose factors the statistics differ, or for each element.
 */
import { type AxisSet, minus, union } from "../../graph/tensor/axes.ts";
import { type Graph, type Result, reachable } from "../../graph/tensor/graph.ts";
import type { Address } from "../body/address.ts";
import { countUses, createContext } from "../body/context.ts";
import { elementIndex } from "../body/element-index.ts";
import { createFrame } from "../body/frame.ts";
import { lowerValue } from "../body/value.ts";
import { local, u32 } from "../ir/expr.ts";
import type { Expr, Stmt, Type } from "../ir/ir.ts";
import { everyExpr, everyExprIn } from "../ir/visit.ts";

export interface ElementFunctions {
  readonly output: string;
  /** The factors of the rows and those of an element within its row, slowest first. */
  readonly grid: AxisSet;
  readonly row: AxisSet;
  /** What elements of a row share: statements of the local `row`, the number of the row, and the locals that they hand on. */
  readonly shared: {
    readonly body: readonly Stmt[];
    readonly locals: readonly (readonly [name: string, type: Type])[];
  };
  /** Statements of the local `i`, the number of the element in its row, and the value that they end with. */
  readonly element: { readonly body: readonly Stmt[]; readonly value: Expr };
  /** Statements of the local `at`, the position of the element in the tensor, and the numbers of its row and in its row. */
  readonly place: { readonly body: readonly Stmt[]; readonly row: Expr; readonly i: Expr };
}

/** @param graph whose results read tensors element by element; statistics are tensors of role `saved`. */
export function lowerElements(graph: Graph, addressOf: (tensor: string) => Address): ElementFunctions[] {
  const statistics = graph.tensors.filter((one) => one.role === "saved").map((one) => one.name);
  return graph.results.map((result) => lowerOutput(graph, result, new Set(statistics), addressOf));
}

function lowerOutput(
  { factors, tensors }: Graph,
  { tensor, value }: Result,
  statistics: ReadonlySet<string>,
  addressOf: (tensor: string) => Address,
): ElementFunctions {
  const layout = tensors.find((one) => one.name === tensor)!.factors;
  const read = reachable([value]).flatMap((node) =>
    node.kind === "input" && statistics.has(node.tensor) ? [node.axes] : [],
  );
  const varies = union(factors, ...read);
  // In the order of memory, so that neighbouring numbers are neighbours there.
  const grid = layout.filter((one) => varies.includes(one));
  const row = minus(layout, grid);
  const context = createContext(countUses([value]), addressOf, { barriers: false, kept: [] });
  const [rowNumber, i, at] = ["row", "i", "at_"].map((name) => local("u32", context.nameOf(name))) as [
    Expr,
    Expr,
    Expr,
  ];
  const outer = createFrame(null, { factors: grid, linear: rowNumber, vector: null });
  const inner = createFrame(outer, { factors: row, linear: i, vector: null });
  const result = lowerValue(context, inner, value);

  const known = new Map<string, Type>([["row", "u32"], ...outer.body.flatMap(definedIn)]);
  const used = [...everyExprIn(inner.body), ...everyExpr(result)].flatMap((one) =>
    one.kind === "local" && known.has(one.name) ? [one.name] : [],
  );
  const flat = createFrame(null, { factors: layout, linear: at, vector: null });
  const numberIn = (some: AxisSet): Expr =>
    elementIndex(flat, { tensor, layout: some, offset: u32(0) }, { kind: "one" }, context.nameOf);
  const place = { row: numberIn(grid), i: numberIn(row), body: flat.body };
  return {
    output: tensor,
    grid,
    row,
    shared: { body: outer.body, locals: [...new Set(used)].map((name) => [name, known.get(name)!] as const) },
    element: { body: inner.body, value: result },
    place,
  };
}

function definedIn(stmt: Stmt): [name: string, type: Type][] {
  switch (stmt.kind) {
    case "let":
      return [[stmt.name, stmt.value.type]];
    case "load":
      return [[stmt.name, stmt.access.kind === "one" ? "f32" : "f32x4"]];
    default:
      throw new Error(`a row of statistics has no ${stmt.kind}`);
  }
}
