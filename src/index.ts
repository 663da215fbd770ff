/**
 * The compiler as a library: text in, programs and TypeScript out. It touches no file: whoever calls it brings the
 * texts of imported files. What the programs run with is `normc/runtime`.
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
  /** What diagnostics call the text, and what imports are relative to. */
  readonly path?: string;
  /** Finds the text of an imported file: `path` as the import says it. Without it nothing can be imported. */
  readonly readImport?: (path: string, from: Source) => Source | undefined;
}

export interface CompiledNorm {
  readonly name: string;
  readonly doc?: string | undefined;
  /** The documentation of tensors and params by name. */
  readonly docs: ReadonlyMap<string, string>;
  /** One for each mode, or a single one whose mode is null: what `createNorm` of `normc/runtime` takes. */
  readonly programs: readonly Program[];
}

export interface CompileResult {
  /** The norms that the text itself declares; none where it has an error. */
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
  /** What the module's head calls the spec, and the hash of its text. */
  readonly source: string;
  readonly hash: string;
  /** What the module imports the runtime from; `normc/runtime` where nothing is said. */
  readonly runtime?: string;
}

/** The text of a TypeScript module with a typed object for each norm; backward passes, in modules of their own, are for `normc build`. */
export function bindings(norms: readonly CompiledNorm[], options: BindingsOptions): Promise<string> {
  const { source, hash, runtime } = options;
  return emitBindings({
    norms,
    banner: { source, hash, compiler: version },
    ...(runtime === undefined ? {} : { runtime }),
  });
}

/** The canonical form of a spec, or undefined where it does not parse. */
export function format(text: string): string | undefined {
  const found: Diagnostic[] = [];
  const file = parse({ path: "spec.norm", text }, (one) => found.push(one));
  return hasErrors(found) ? undefined : formatFile(file);
}
