/**
 * The compiler as a library: it takes spec text and returns diagnostics, programs and TypeScript. It uses no files,
 * process or terminal, so it runs in pages, bundlers and editors as well as in Node; the caller supplies the text of
 * imported files. It takes one spec at a time and throws nothing for a mistake in a spec. `normc/runtime` (WebGPU) and
 * `normc/gpujs` run the programs.
 */

import { type BuildOptions, buildSpec } from "./compile/build/build-spec.ts";
import { compileForGpujs, compileForWebgpu } from "./compile/build/compile-norm.ts";
import type { LockedKernel } from "./compile/build/lock.ts";
import type { Gradients } from "./compile/compile-backward.ts";
import { checkSource } from "./compile/precision/check-source.ts";
import type { Save } from "./graph/autodiff/divide.ts";
import type { CheckedFile, CheckedNorm } from "./language/check/check.ts";
import { loadModules, type ReadImportLater } from "./language/check/modules/load-modules.ts";
import { inspectFile } from "./language/check/symbols/inspect.ts";
import type { FileSymbols } from "./language/check/symbols/symbol.ts";
import { type Diagnostic, hasErrors, type Source } from "./language/diagnostics/diagnostic.ts";
import { format as formatFile } from "./language/format/format.ts";
import { parse } from "./language/syntax/parse.ts";
import type { GatherProgram } from "./program/gather-program.ts";
import type { Program } from "./program/program.ts";

export type { BuildAllOptions, BuiltFiles } from "./compile/build/build.ts";
export { buildAll } from "./compile/build/build.ts";
export type { BuildOptions, CheckedSpec, ModuleId } from "./compile/build/build-spec.ts";
export type { BuildTarget, KernelText, Language } from "./compile/build/file-names.ts";
export type { Layout } from "./compile/build/layouts.ts";
export type { LockedKernel } from "./compile/build/lock.ts";
export type { Gradients } from "./compile/compile-backward.ts";
export type { Save } from "./graph/autodiff/divide.ts";
export type { CheckedNorm } from "./language/check/check.ts";
export type { ReadImportLater } from "./language/check/modules/load-modules.ts";
export type { FileSymbols, SpecSymbol } from "./language/check/symbols/symbol.ts";
export type { Diagnostic, Fix, Label, Source, Span } from "./language/diagnostics/diagnostic.ts";
export { renderJson, renderText } from "./language/diagnostics/render.ts";
export { defineConfig, type NormConfig } from "./norm-config.ts";
export type { GatherProgram } from "./program/gather-program.ts";
export type { Mode, Program } from "./program/program.ts";
export type { TuningFile } from "./tuning/file/tuning-file.ts";
export { parseTuning } from "./tuning/file/tuning-file.ts";
export { version } from "./version.ts";

export interface SpecOptions {
  /** The file name in diagnostics; imports are relative to it. @default "spec.norm" */
  readonly path?: string;
  /**
   * Returns the text of an imported file, or a promise of it; `path` is the path in the import, such as `./base.norm`,
   * or `normc/library/batch_norm.norm` for a shipped norm. Without it the spec
   * cannot import anything. Two imports of the same file must return the same `path`. If it rejects, the call rejects.
   */
  readonly readImport?: ReadImportLater;
}

export interface CheckResult {
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
  /** The norms that the text itself declares and that have no errors. */
  readonly norms: readonly CheckedNorm[];
  /** All files that it imports, directly or indirectly. A change in one of them may change the result. */
  readonly imported: readonly Source[];
}

/**
 * Parses and checks a spec and its imports.
 * @example
 * const { diagnostics } = await check(text);
 * console.error(renderText(diagnostics, { color: false }));
 */
export async function check(text: string, options: SpecOptions = {}): Promise<CheckResult> {
  const { checked, ...result } = await checkSpec(text, options);
  return { ...result, norms: checked.norms };
}

async function checkSpec(
  text: string,
  { path = "spec.norm", readImport = () => undefined }: SpecOptions,
): Promise<Omit<CheckResult, "norms"> & { readonly checked: CheckedFile }> {
  const source: Source = { path, text };
  const loaded = await loadModules(source, readImport);
  const diagnostics: Diagnostic[] = [];
  const checked = checkSource(source, loaded.readImport, (one) => diagnostics.push(one));
  return { source, diagnostics, checked, imported: loaded.imported };
}

export interface InspectResult extends CheckResult {
  /** The meaning of names and expressions in the text, for all of it that is right. */
  readonly symbols: FileSymbols;
}

/**
 * Checks a spec as `check` does, and returns what an editor asks for: symbols, references, and the axes of expressions.
 * @example
 * const { symbols } = await inspect(text);
 * symbols.references[0]; // a span, and the symbols that it can name
 */
export async function inspect(
  text: string,
  { path = "spec.norm", readImport = () => undefined }: SpecOptions = {},
): Promise<InspectResult> {
  const source: Source = { path, text };
  const loaded = await loadModules(source, readImport);
  const diagnostics: Diagnostic[] = [];
  const { checked, symbols } = inspectFile(source, loaded.readImport, (one) => diagnostics.push(one));
  return { source, diagnostics, norms: checked.norms, imported: loaded.imported, symbols };
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
 * Compiles the forward passes of a spec for WebGPU. A mistake in the spec is a diagnostic, not an exception.
 * @example
 * const { norms, diagnostics } = await compile(text);
 * if (norms.length === 0) console.error(renderText(diagnostics, { color: false }));
 */
export async function compile(text: string, options: SpecOptions = {}): Promise<CompileResult> {
  const { norms, diagnostics } = await check(text, options);
  if (hasErrors(diagnostics)) return { norms: [], diagnostics };
  return { norms: norms.map((norm) => compiledNorm(norm)), diagnostics };
}

function compiledNorm(norm: CheckedNorm): CompiledNorm {
  const { name, doc, docs, programs } = compileForWebgpu(norm, norm.graphs, {
    backward: false,
    save: "none",
  });
  return { name, doc, docs, programs };
}

export interface CompiledGradients {
  /** Mode by mode. In each mode the smallest program comes first, and the one that computes all gradients last. */
  readonly backward: readonly { readonly gradients: Gradients; readonly program: Program }[];
  /** The forward programs that also save values for the backward programs. Empty if nothing is saved. */
  readonly saving: readonly Program[];
  /** Set if the norm has no backward pass because its tensor `name` has the name of the gradient of `of`. */
  readonly clash?: { readonly name: string; readonly of: string } | undefined;
}

/**
 * Compiles the backward passes of a norm for WebGPU: programs that read `d_y` for each output and compute `d_x`,
 * `d_gamma`, …
 * @param norm a norm that `check` returned.
 * @param save what the forward pass saves for the backward programs. If `output` cannot be saved, there are no
 * programs.
 */
export function compileGradients(norm: CheckedNorm, save: Save = "none"): CompiledGradients {
  const {
    backward = [],
    saving = [],
    gradients,
    clash,
  } = compileForWebgpu(norm, norm.graphs, {
    backward: true,
    save,
  });
  const named = backward.map((program) => ({ program, gradients: gradients.get(program)! }));
  return { backward: named, saving, clash };
}

/** Compiles a norm for gpu.js: one forward and one backward program for each mode. */
export function compileGather(norm: CheckedNorm): {
  readonly programs: readonly GatherProgram[];
  readonly backward: readonly GatherProgram[];
} {
  const { programs, backward = [] } = compileForGpujs(norm, norm.graphs, { backward: true });
  return { programs, backward };
}

export interface BuildResult {
  /**
   * File texts by path: the modules and, with `emit`, readable shaders. For `group_norm.norm`, import `group_norm.ts`
   * (`group_norm.gpujs.ts` for gpu.js), or `.js` with `language: "js"`. It loads the other modules, which must lie
   * beside it. Empty if there are errors.
   */
  readonly files: ReadonlyMap<string, string>;
  /** The entry of each kernel in the lock file. */
  readonly kernels: ReadonlyMap<string, LockedKernel>;
  readonly diagnostics: readonly Diagnostic[];
  readonly imported: readonly Source[];
}

/**
 * Builds one spec: returns the files that `normc build` writes for it, without the manifest. `buildAll` builds a whole
 * output folder from several specs. The first build loads ts-morph, which writes the modules. In a page ts-morph is a
 * separate script, 1.5 MB compressed.
 * @example
 * const { files } = await build(text, { path: "rms_norm.norm", targets: ["wgsl"], backward: false });
 * files.get("rms_norm.ts");
 */
export async function build(text: string, options: SpecOptions & BuildOptions = {}): Promise<BuildResult> {
  const { source, checked, diagnostics, imported } = await checkSpec(text, options);
  if (hasErrors(diagnostics)) return { files: new Map(), kernels: new Map(), diagnostics, imported };
  const built = await buildSpec({ source, checked }, options);
  return {
    files: built.files,
    kernels: built.kernels,
    diagnostics: [...diagnostics, ...built.diagnostics],
    imported,
  };
}

export interface FormatResult {
  /** The spec in canonical form. Undefined if the text does not parse. */
  readonly text: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Formats a spec: returns its canonical form. The spec is parsed but not checked. */
export function format(text: string, { path = "spec.norm" }: Pick<SpecOptions, "path"> = {}): FormatResult {
  const diagnostics: Diagnostic[] = [];
  const file = parse({ path, text }, (one) => diagnostics.push(one));
  return { text: hasErrors(diagnostics) ? undefined : formatFile(file), diagnostics };
}
