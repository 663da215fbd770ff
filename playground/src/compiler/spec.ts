/** A text, checked once, with the graph of what the page shows of it. Both workers use it. */

import { recordPlaces } from "../../../src/compile/precision/loss-warnings.ts";
import { differentiate } from "../../../src/graph/autodiff/differentiate.ts";
import { differentiable, nameClash } from "../../../src/graph/autodiff/gradient-names.ts";
import type { Graph, Node } from "../../../src/graph/tensor/graph.ts";
import type { CheckedNorm } from "../../../src/language/check/check.ts";
import { type InspectedFile, inspectFile } from "../../../src/language/check/symbols/inspect.ts";
import {
  type Diagnostic,
  hasErrors,
  type Source,
  type Span,
} from "../../../src/language/diagnostics/diagnostic.ts";
import type { Chosen } from "./protocol.ts";
import { specPath } from "./spec-path.ts";

export const libraryPrefix = "normc/library/";

export interface KnownSpec extends InspectedFile {
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
  readonly spans: ReadonlyMap<Node, Span>;
}

export interface SpecReader {
  readonly read: (text: string) => KnownSpec;
  readonly readImport: (specifier: string) => Source | undefined;
}

/** @param library the texts of the shipped specs by file name. */
export function specReader(library: ReadonlyMap<string, string>): SpecReader {
  const sources = new Map(
    [...library].map(([name, text]): [string, Source] => [name, { path: libraryPrefix + name, text }]),
  );
  const readImport = (specifier: string): Source | undefined =>
    sources.get(specifier.replace(libraryPrefix, "").replace(/^\.\//, ""));
  let last: KnownSpec | undefined;
  return {
    readImport,
    read(text) {
      if (last?.source.text === text) return last;
      const source = { path: specPath, text };
      const diagnostics: Diagnostic[] = [];
      const { spans, record } = recordPlaces();
      const inspected = inspectFile(source, readImport, (one) => diagnostics.push(one), record);
      last = { ...inspected, source, diagnostics, spans };
      return last;
    },
  };
}

export interface FoundNorm {
  readonly norm: CheckedNorm;
  /** The forward pass. */
  readonly forward: Graph;
  /** What was chosen: the forward pass, or that of its gradients. */
  readonly graph: Graph;
  readonly grad: boolean;
}

/** Undefined if the text has an error, or no norm. */
export function findNorm({ checked, diagnostics }: KnownSpec, chosen: Chosen): FoundNorm | undefined {
  const { norms } = checked;
  const norm = norms.find((one) => one.name === chosen.norm) ?? norms[0];
  if (hasErrors(diagnostics) || norm === undefined) return undefined;
  const forward = norm.graphs.find((one) => one.mode === chosen.mode) ?? norm.graphs[0];
  if (forward === undefined) return undefined;
  const grad = chosen.grad && hasGradients(forward);
  return { norm, forward, graph: grad ? backwardOf(forward) : forward, grad };
}

export function hasGradients(graph: Graph): boolean {
  return differentiable(graph).length > 0 && nameClash(graph) === undefined;
}

const backward = new WeakMap<Graph, Graph>();

export function backwardOf(graph: Graph): Graph {
  const made = backward.get(graph) ?? differentiate(graph);
  backward.set(graph, made);
  return made;
}
