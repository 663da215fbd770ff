/** What the commands of an editor need of the norm at the cursor. */
import type { Graph } from "../../../graph/tensor/graph.ts";
import { programInterface } from "../../../targets/interface/program-interface.ts";
import { explainedGraph } from "../../cli/explain/explanation.ts";
import { sampleFeeds, sampleShapes } from "../../cli/run/made-up-feeds.ts";
import type { KnownFile } from "../project/project.ts";

/** The norm around an offset, or the next one below. In inference, if it has modes. Undefined if it has a mistake. */
function graphAt({ checked, symbols }: KnownFile, offset: number): Graph | undefined {
  const norms = symbols.symbols.filter((one) => one.kind === "norm");
  const around = norms.find((one) => offset <= one.span.end) ?? norms.at(-1);
  const graphs = checked.norms.find((one) => one.name === around?.name)?.graphs;
  return graphs?.find((one) => one.mode !== "train");
}

/** What `normc explain` prints of the norm. */
export function explainedAt(file: KnownFile, offset: number): { norm: string; text: string } | undefined {
  const graph = graphAt(file, offset);
  return graph && { norm: graph.norm, text: explainedGraph(graph) };
}

/** A case for `normc run`: small tensors that fit the norm. */
export function sampleCaseAt(file: KnownFile, offset: number): { norm: string; feeds: object } | undefined {
  const graph = graphAt(file, offset);
  if (graph === undefined) return undefined;
  const program = { ...programInterface(graph), kernels: [] };
  return { norm: graph.norm, feeds: { feeds: sampleFeeds(program, sampleShapes(program)) } };
}
