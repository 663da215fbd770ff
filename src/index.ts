/**
 * The compiler as a library: text in, programs and TypeScript out. It touches no file; the caller provides the texts of
 * imported files. `normc/runtime` runs the programs.
 */

import { compileGraph } from "./compile/passes.ts";
import { type CheckedNorm, checkFile } from "./language/check/check.ts";
import { type Diagnostic, hasErrors, type Source } from "./language/diagnostics/diagnostic.ts";
import { format as formatFile } from "./language/format/format.ts";
import { parse } from "./language/syntax/parse.ts";
import type { Program } from "./program/program.ts";
import { emitBindings } from "./targets/bindings/bindings.ts";
import { version } from "./version.ts";

export type { Diagnostic, Source } from "./language/diagnostics/diagnostic.ts";
export { renderJson, renderText } from "./language/diagnostics/render.ts";
export type { Mode, Program } from "./program/program.ts";
export { version };

export interface CompileOptions {
  /** The name of the text in diagnostics. Imports are relative to it. */
  readonly path?: string;
  /** Returns the text of an imported file. `path` is the one in the import. Without it, imports fail. */
  readonly readImport?: (path: string, from: Source) => Source | undefined;
}

export interface CompiledNorm {
  readonly name: string;
  readonly doc?: string | undefined;
  /** The documentation of tensors and params by name. */
  readonly docs: ReadonlyMap<string, string>;
  /** One program for each mode, or a single one with mode null. `createNorm` of `normc/runtime` takes them. */
  readonly programs: readonly Program[];
}

export interface CompileResult {
  /** The norms that the text itself declares. Empty if it has an error. */
  readonly norms: readonly CompiledNorm[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles the text of a spec. Mistakes in it are diagnostics, not exceptions.
 * @example
 * const { norms, diagnostics } = compile(text);
 * if (norms.length === 0) console.error(renderText(diagnostics, { color: false }));
 */
export function compile(text: string, options: CompileOptions = {}): CompileResult {
  const source: Source = { path: options.path ?? "spec.norm", text };
  const diagnostics: Diagnostic[] = [];
  const file = checkFile(source, options.readImport ?? (() => undefined), (one) => diagnostics.push(one));
  return { norms: hasErrors(diagnostics) ? [] : file.norms.map(compileNorm), diagnostics };
}

function compileNorm({ name, doc, docs, graphs }: CheckedNorm): CompiledNorm {
  return { name, doc, docs, programs: graphs.map((graph) => compileGraph(graph).program) };
}

export interface BindingsOptions {
  /** The name of the spec in the head of the module, and the hash of its text. */
  readonly source: string;
  readonly hash: string;
  /** The module that the bindings import the runtime from. @default "normc/runtime" */
  readonly runtime?: string;
}

/** The text of a TypeScript module with a typed object for each norm. `normc build` also writes backward passes. */
export function bindings(norms: readonly CompiledNorm[], options: BindingsOptions): Promise<string> {
  const { source, hash, runtime } = options;
  return emitBindings({
    norms,
    banner: { source, hash, compiler: version },
    ...(runtime === undefined ? {} : { runtime }),
  });
}

/** The canonical form of a spec, or undefined if it does not parse. */
export function format(text: string): string | undefined {
  const found: Diagnostic[] = [];
  const file = parse({ path: "spec.norm", text }, (one) => found.push(one));
  return hasErrors(found) ? undefined : formatFile(file);
}
