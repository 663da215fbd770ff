/**
 * The name, axes, params and tensors of a program, the same for every target. The runtime checks shapes and feeds
 * against it.
 */
import { candidateInputs, decisiveInputs } from "../../graph/tensor/decisive-inputs.ts";
import type { Graph, GraphTensor } from "../../graph/tensor/graph.ts";
import { programFormat } from "../../program/format.ts";
import type { ProgramInterface, ProgramTensor } from "../../program/program.ts";

/** The interface of a graph's program. A target adds the memory that it needs between its kernels. */
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
    tensors: [
      ...own.map((one) => ({ ...interfaceTensor(one, written), ...dependsOn(graph, one) })),
      ...savedIn(graph, written),
    ],
  };
}

function interfaceTensor(
  { name, role, dims, dtype, initial, gradientOf }: GraphTensor,
  written: ReadonlySet<string>,
): ProgramTensor {
  return {
    name,
    role,
    dims,
    ...(dtype === undefined ? {} : { dtype }),
    ...(initial === undefined ? {} : { initial }),
    ...(role === "state" ? { updated: written.has(name) } : {}),
    ...(gradientOf === undefined ? {} : { gradientOf }),
  };
}

/** Left out where the other inputs have the dims of these and so are empty together with them: nearly everywhere. */
function dependsOn(graph: Graph, { name, role }: GraphTensor): Pick<ProgramTensor, "dependsOn"> {
  const result = graph.results.find((one) => one.tensor === name);
  if (result === undefined) return {};
  const decisive = decisiveInputs(graph, result);
  // A gradient that depends on no cotangent is 0 whatever is empty.
  if (role !== "state" && decisive.length === 0) return {};
  const isAlike = (one: GraphTensor): boolean =>
    decisive.some(({ factors }) => factors.join() === one.factors.join());
  if (candidateInputs(graph.tensors, name).every(isAlike)) return {};
  return { dependsOn: decisive.map((one) => one.name) };
}

/** The one buffer that holds all saved values. */
function savedIn({ tensors }: Graph, written: ReadonlySet<string>): ProgramTensor[] {
  const saved = tensors.filter((one) => one.within !== undefined);
  const [first] = saved;
  if (first?.within === undefined) return [];
  const values = saved.map((one) => one.factors);
  return [{ name: first.within, role: "saved", dims: [], values, updated: written.has(first.name) }];
}
