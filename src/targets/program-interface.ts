/** What every program says of its norm, whatever it runs on: what shapes and feeds are checked against. */
import type { Graph } from "../graph/tensor/graph.ts";
import type { ProgramInterface, ProgramTensor } from "../program/program.ts";

export function programInterface(graph: Graph): ProgramInterface {
  const updated = new Set(graph.results.map((one) => one.tensor));
  const own = graph.tensors.filter((one) => one.within === undefined);
  const tensors = own.map(
    (one): ProgramTensor => ({
      name: one.name,
      role: one.role,
      dims: one.dims,
      ...(one.initial === undefined ? {} : { initial: one.initial }),
      ...(one.role === "state" ? { updated: updated.has(one.name) } : {}),
    }),
  );
  return {
    norm: graph.norm,
    mode: graph.mode,
    axes: graph.axes,
    params: graph.params,
    tensors: [...tensors, ...savedIn(graph, updated)],
  };
}

/** One buffer for all that is saved. */
function savedIn({ tensors }: Graph, written: ReadonlySet<string>): ProgramTensor[] {
  const saved = tensors.filter((one) => one.within !== undefined);
  const [first] = saved;
  if (first?.within === undefined) return [];
  const parts = saved.map((one) => one.factors);
  return [{ name: first.within, role: "saved", dims: [], parts, updated: written.has(first.name) }];
}
