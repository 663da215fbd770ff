/** Compiles a norm for kernels that normalize what they load: its statistics, and WGSL functions of an element. */
import { divideElements } from "../graph/autodiff/divide-elements.ts";
import type { Graph } from "../graph/tensor/graph.ts";
import { verifyGraph } from "../graph/tensor/verify-graph.ts";
import { addresses } from "../kernels/body/address.ts";
import { lowerElements } from "../kernels/lower/lower-elements.ts";
import { programFormat } from "../program/format.ts";
import type { InlineProgram } from "../program/inline-program.ts";
import { elementFunctions } from "../targets/wgsl/element-functions.ts";
import { compilePassed, passGraph } from "./passes.ts";

/** Returns why the norm has no output that can be computed element by element, as a sentence, if it has none. */
export function compileInline(checked: Graph): InlineProgram | { readonly reason: string } {
  const graphs = passGraph(checked);
  const divided = divideElements(graphs.at(-1)!.graph);
  if (typeof divided === "string") return { reason: divided };
  const { statistics, elements } = divided;
  const functions = lowerElements(elements, addresses(elements.tensors, []));
  const buffers = new Set(
    elements.tensors.filter(({ role }) => role !== "output").map((one) => one.within ?? one.name),
  );
  if (statistics !== null) verifyGraph(statistics, "divide");
  return {
    format: programFormat,
    norm: checked.norm,
    mode: checked.mode,
    statistics:
      statistics === null
        ? null
        : compilePassed([...graphs, { pass: "divide", graph: statistics, ms: 0 }]).program,
    ...elementFunctions(functions, [...buffers]),
  };
}
