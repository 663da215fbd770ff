/** Checking texts that exist only in a test. */

import type { Graph } from "../../src/graph/tensor/graph.ts";
import { type CheckedNorm, checkFile } from "../../src/language/check/check.ts";
import type { ReadImport } from "../../src/language/check/modules/modules.ts";
import { inspectFile } from "../../src/language/check/symbols/inspect.ts";
import type { FileSymbols } from "../../src/language/check/symbols/symbol.ts";
import type { Diagnostic } from "../../src/language/diagnostics/diagnostic.ts";
import { librarySource } from "../support/library.ts";

export interface Checked {
  readonly norms: readonly CheckedNorm[];
  readonly found: readonly Diagnostic[];
}

type Texts = Readonly<Record<string, string>>;

/** Imports find the files of the library, and `others` by their path. */
export function checkAll(text: string, others: Texts = {}): Checked {
  const found: Diagnostic[] = [];
  const { norms } = checkFile({ path: "test.norm", text }, importsFrom(others), (one) => found.push(one));
  return { norms, found };
}

export interface Inspected extends FileSymbols {
  readonly norms: readonly CheckedNorm[];
  readonly found: readonly Diagnostic[];
}

/** As `checkAll`, with what an editor learns of the text. */
export function inspect(text: string, others: Texts = {}): Inspected {
  const found: Diagnostic[] = [];
  const source = { path: "test.norm", text };
  const { checked, symbols } = inspectFile(source, importsFrom(others), (one) => found.push(one));
  return { ...symbols, norms: checked.norms, found };
}

function importsFrom(others: Texts): ReadImport {
  return (path) => {
    if (Object.hasOwn(others, path)) return { path, text: others[path] };
    try {
      return librarySource(path.replace("./", ""));
    } catch {
      return undefined;
    }
  };
}

/** The last norm of a text without mistakes, in one of its modes. */
export function graphIn(text: string, mode: Graph["mode"] = null): Graph {
  const { norms, found } = checkAll(text);
  if (found.length > 0) throw new Error(found.map((one) => `${one.code} ${one.message}`).join("\n"));
  const graph = norms.at(-1)?.graphs.find((one) => one.mode === mode);
  if (graph === undefined) throw new Error(`no graph in mode ${mode}`);
  return graph;
}

/** `y[N, C]` for each tensor of a role. */
export function shapesOf(graph: Graph, role: Graph["tensors"][number]["role"]): string[] {
  return graph.tensors.filter((one) => one.role === role).map((one) => `${one.name}[${one.dims.join(", ")}]`);
}

export function codesOf(found: readonly Diagnostic[]): string[] {
  return [...new Set(found.map((one) => one.code))].sort();
}
