/**
 * Which lines of the spec a line of a kernel comes from. Kernels have no source maps: their lines are followed by what
 * they name. A tensor or param leads to where the spec names it; the moments of a row and the functions lead to the nodes
 * of the last graph that compute them.
 */
import { placesOf } from "../../../src/language/check/symbols/queries.ts";
import { positionAt } from "../../../src/language/diagnostics/lines.ts";
import type { FollowedGraph } from "./pass-views.ts";
import type { LinkedLine } from "./protocol.ts";
import type { KnownSpec } from "./spec.ts";

/** What kernels call values of a row, and the operations of the graph that these belong to. */
const families: Readonly<Record<string, readonly string[]>> = {
  mean: ["mean", "rest", "shift"],
  shift: ["shift", "rest", "mean"],
  sum: ["sum", "mean", "rest", "spread", "scaledSpread", "scaledSum"],
  squares: ["var", "spread", "scaledSpread", "scaledSum"],
  variance: ["var", "spread", "scaledSpread"],
  scale: ["scale", "sumScale", "scaledSpread", "scaledSum"],
  largest: ["max"],
  least: ["min"],
  inverseSqrt: ["rsqrt"],
  inversesqrt: ["rsqrt"],
  rsqrt: ["rsqrt"],
  sqrt: ["sqrt", "rsqrt"],
  exp: ["exp"],
  log: ["log"],
  tanh: ["tanh"],
  erf: ["erf"],
};

export type Linker = (text: string) => LinkedLine[];

/** @param last the graph that the kernels were made of. */
export function kernelLinker(spec: KnownSpec, norm: string, last: FollowedGraph | undefined): Linker {
  const named = namedLines(spec, norm);
  const operations = operationLines(last);
  const linesOf = (line: string): number[] => {
    const found = new Set<number>();
    // A comment names nothing.
    for (const [word] of line.replace(/\/\/.*|;;.*/, "").matchAll(/[A-Za-z_]\w*/g)) {
      const name = word.replace(/_(?:at4?|put4?|read|write)$/, "").replace(/_\d+$/, "");
      const own = named.get(word) ?? named.get(name);
      const ofOperations = (families[name] ?? []).flatMap((one) => operations.get(one) ?? []);
      for (const one of own ?? ofOperations) found.add(one);
    }
    return [...found].sort((a, b) => a - b);
  };
  return (text) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => ({ text: line, spec: linesOf(line) }));
}

/** The lines that name each tensor and param of a norm, and a gradient those of its tensor. */
function namedLines(spec: KnownSpec, name: string): Map<string, readonly number[]> {
  const norm = spec.symbols.symbols.find((one) => one.kind === "norm" && one.name === name);
  const found = new Map<string, readonly number[]>();
  if (norm?.kind !== "norm") return found;
  for (const symbol of [...norm.tensors, ...norm.params, ...norm.equations]) {
    const spans = placesOf(spec.symbols, symbol).filter((one) => one.source === spec.source);
    const lines = [...new Set(spans.map((one) => positionAt(spec.source, one.start).line))];
    const all = [...new Set([...(found.get(symbol.name) ?? []), ...lines])];
    found.set(symbol.name, all);
    found.set(`d_${symbol.name}`, all);
  }
  return found;
}

function operationLines(graph: FollowedGraph | undefined): Map<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  for (const [i, line] of (graph?.lines ?? []).entries()) {
    const op = /^%\d+ = (\w+)/.exec(line)?.[1];
    if (op !== undefined) found.set(op, [...(found.get(op) ?? []), ...(graph?.spec[i] ?? [])]);
  }
  return found;
}
