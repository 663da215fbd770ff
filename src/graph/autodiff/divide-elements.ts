/**
 * Cuts a norm where its statistics end, for kernels that normalize what they load: one part stores the statistics, the
 * other computes each element of an output from them and from single elements of tensors.
 */
import { type Graph, type GraphTensor, type Result, reachable } from "../tensor/graph.ts";
import { neededTensors } from "./differentiate.ts";
import { asTensors, freeBufferName, reading, savedNodes } from "./divide.ts";

export interface DividedElements {
  /** Stores the statistics, and the new values of states. Null if there is nothing to store. */
  readonly statistics: Graph | null;
  /** The outputs that can be computed element by element; statistics are tensors there. */
  readonly elements: Graph;
}

/** Cuts a graph after the passes. If no output can be computed element by element, returns the reason as a sentence. */
export function divideElements(graph: Graph): DividedElements | string {
  const outputs = new Set(graph.tensors.filter((one) => one.role === "output").map((one) => one.name));
  const wanted = graph.results.filter((one) => outputs.has(one.tensor));
  const states = graph.results.filter((one) => !outputs.has(one.tensor));
  const within = freeBufferName(graph, "statistics");
  const saved = savedNodes(graph, {
    values: graph.results,
    gradients: wanted,
    given: new Map(),
    save: "stats",
  }).map((value, place): Result => ({ tensor: `${within}[${place}]`, value }));
  const given = new Map(saved.map(({ tensor, value }) => [value, tensor]));
  const cut = reading(graph, wanted, given);
  const results = cut.filter((one) => whyNotElement(one) === undefined);
  const [first] = cut;
  if (results.length === 0) return first === undefined ? "it has no output" : whyNotElement(first)!;
  const kept = asTensors(saved, within);
  const sources = graph.tensors.filter((one) => one.role !== "output");
  const names = new Set(results.map(({ tensor }) => tensor));
  const isResult = ({ name }: GraphTensor): boolean => names.has(name);
  const { backward: _, ...norm } = graph;
  const stored = [...states, ...saved];
  return {
    statistics:
      stored.length === 0
        ? null
        : {
            ...norm,
            tensors: [...neededTensors(sources, stored, []), ...kept],
            results: stored,
          },
    elements: { ...norm, tensors: [...sources, ...kept, ...graph.tensors.filter(isResult)], results },
  };
}

function whyNotElement({ tensor, value }: Result): string | undefined {
  for (const node of reachable([value])) {
    if (node.kind === "reduce") {
      return `${tensor} needs a ${node.op} over ${node.over.join(", ")} at each of its elements`;
    }
    if (node.kind === "window") {
      return `${tensor} needs a ${node.op} over a window of ${node.over.map(({ axis }) => axis).join(", ")} at each of its elements`;
    }
    if (node.kind === "pick") return `${tensor} needs a computed value at another place of an axis`;
  }
  return undefined;
}
