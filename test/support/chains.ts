/** Norms that are long chains: n standardizations, maxima or functions, each applied to the one before. */
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { checkText } from "./library.ts";

/** One link of a chain as a function of the link before, and the text that it needs above the norm. */
export interface ChainKind {
  readonly name: string;
  readonly above?: string;
  readonly tensors: string;
  link(before: string, place: number): string;
}

const affine = "axes N, D  input x[N, D]  affine gamma[D] = 1, beta[D] = 0";

export const chainKinds = {
  oneAxis: {
    name: "standardizations over one axis",
    tensors: affine,
    link: (before) => `standardize(${before} * gamma + beta over D; 1e-5)`,
  },
  axesInTurn: {
    name: "standardizations over axes in turn",
    tensors: affine,
    link: (before, place) =>
      `standardize(${before} * gamma + beta over ${place % 2 === 0 ? "D" : "N"}; 1e-5)`,
  },
  maxima: {
    name: "maxima over axes in turn",
    tensors: "axes N, D  input x[N, D]",
    link: (before, place) => `${before} - 0.5 * max(${before} over ${place % 2 === 0 ? "D" : "N"})`,
  },
  functions: {
    name: "functions",
    above: "fn f(v) = tanh(v + v * v)",
    tensors: "axes N, D  input x[N, D]",
    link: (before) => `f(${before})`,
  },
} satisfies Record<string, ChainKind>;

/** @param end the output as a function of the last link. */
export function chainText(
  kind: ChainKind,
  links: number,
  end: (last: string) => string = (one) => one,
): string {
  const equations = Array.from(
    { length: links },
    (_, place) => `  e${place + 1} = ${kind.link(place === 0 ? "x" : `e${place}`, place)}`,
  );
  const lines = [kind.above ?? "", `norm Chain {`, `  ${kind.tensors}`, ...equations];
  return [...lines, `  y = ${end(`e${links}`)}`, "  output y", "}", ""].join("\n");
}

export function chainGraph(kind: ChainKind, links: number, end?: (last: string) => string): Graph {
  const [norm] = checkText({ path: "chain.norm", text: chainText(kind, links, end) });
  return norm.graphs[0];
}
