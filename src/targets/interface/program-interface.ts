/** What a program is called and takes, whatever it runs on: shapes and feeds are checked against it. */
import type { Graph, GraphTensor } from "../../graph/tensor/graph.ts";
import { programFormat } from "../../program/format.ts";
import type { ProgramInterface, ProgramTensor } from "../../program/program.ts";

/** The interface of a graph's program; the memory that a target needs between its kernels comes besides. */
export function programInterface(graph: Graph): ProgramInterface {
  const { norm, mode, axes, params, tensors } = graph;
  const written = new Set(graph.results.map((one) => one.tensor));
  const own = tensors.filter((one) => one.within === undefined);
  return {
    format: programFormat,
    norm,
    mode,
    axes,
    params,
    tensors: [...own.map((one) => interfaceTensor(one, written)), ...savedIn(graph, written)],
  };
}

function interfaceTensor(
  { name, role, dims, initial, gradientOf }: GraphTensor,
  written: ReadonlySet<string>,
): ProgramTensor {
  return {
    name,
    role,
    dims,
    ...(initial === undefined ? {} : { initial }),
    ...(role === "state" ? { updated: written.has(name) } : {}),
    ...(gradientOf === undefined ? {} : { gradientOf }),
  };
}

/** One buffer for all that is saved. */
function savedIn({ tensors }: Graph, written: ReadonlySet<string>): ProgramTensor[] {
  const saved = tensors.filter((one) => one.within !== undefined);
  const [first] = saved;
  if (first?.within === undefined) return [];
  const values = saved.map((one) => one.factors);
  return [{ name: first.within, role: "saved", dims: [], values, updated: written.has(first.name) }];
}
