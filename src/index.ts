/**
 * The compiler as a library: text in; diagnostics, programs and TypeScript out. It touches no file, no process and no
 * terminal, so it runs in a page, in a bundler and in an editor as well as in Node: whoever calls it brings the texts of
 * imported files. One spec at a time; nothing is thrown for a mistake in one. What the programs run with is
 * `normc/runtime` (WebGPU) and `normc/gpujs`.
 */

import { type BuildOptions, buildSpec } from "./compile/build/build-spec.ts";
import { compileForGpujs, compileForWebgpu } from "./compile/build/compile-norm.ts";
import type { LockedKernel } from "./compile/build/lock.ts";
import type { Gradients } from "./compile/compile-backward.ts";
import type { Save } from "./graph/autodiff/divide.ts";
import { type CheckedFile, type CheckedNorm, checkFile } from "./language/check/check.ts";
import { loadModules, type ReadImportLater } from "./language/check/modules/load-modules.ts";
import { type Diagnostic, hasErrors, type Source } from "./language/diagnostics/diagnostic.ts";
import { format as formatFile } from "./language/format/format.ts";
import { parse } from "./language/syntax/parse.ts";
import type { GatherProgram } from "./program/gather-program.ts";
import type { Program } from "./program/program.ts";

export type { BuildAllOptions, BuiltFiles } from "./compile/build/build.ts";
export { buildAll } from "./compile/build/build.ts";
export type { BuildOptions, BuildTarget, CheckedSpec } from "./compile/build/build-spec.ts";
export type { Layout } from "./compile/build/layouts.ts";
export type { LockedKernel } from "./compile/build/lock.ts";
export type { Gradients } from "./compile/compile-backward.ts";
export type { Save } from "./graph/autodiff/divide.ts";
export type { CheckedNorm } from "./language/check/check.ts";
export type { ReadImportLater } from "./language/check/modules/load-modules.ts";
export type { Diagnostic, Fix, Label, Source, Span } from "./language/diagnostics/diagnostic.ts";
export { renderJson, renderText } from "./language/diagnostics/render.ts";
export type { GatherProgram } from "./program/gather-program.ts";
export type { Mode, Program } from "./program/program.ts";
export type { TuningFile } from "./tuning/file/tuning-file.ts";
export { parseTuning } from "./tuning/file/tuning-file.ts";
export { version } from "./version.ts";

export interface SpecOptions {
  /** What diagnostics call the text, and what imports are relative to; `spec.norm`. */
  readonly path?: string;
  /**
   * Finds the text of an imported file, at once or later: `path` as the import says it. Without it nothing can be
   * imported. Two imports of one file must give the same `path`. Where it rejects, so does the call.
   */
  readonly readImport?: ReadImportLater;
}

export interface CheckResult {
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
  /** The norms of the text itself that have no errors. */
  readonly norms: readonly CheckedNorm[];
  /** Everything that it imports, however far away: when one of these changes, so may the result. */
  readonly imported: readonly Source[];
}

/**
 * Reads, parses and checks a spec and what it imports.
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
  const checked = checkFile(source, loaded.readImport, (one) => diagnostics.push(one));
  return { source, diagnostics, checked, imported: loaded.imported };
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
 * Compiles the forward passes of a spec for WebGPU. Mistakes in it are diagnostics, not exceptions.
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
  /** For each mode the smallest first and last the one that computes all gradients. */
  readonly backward: readonly { readonly gradients: Gradients; readonly program: Program }[];
  /** The forward programs that keep what the backward ones read; where nothing is kept, none. */
  readonly saving: readonly Program[];
  /** Why there is no backward pass: a tensor of the norm has the name that the gradient of another would have. */
  readonly clash?: { readonly name: string; readonly of: string } | undefined;
}

/**
 * Compiles the backward passes of a norm for WebGPU: programs that read `d_y` for each output and compute `d_x`,
 * `d_gamma`, …
 * @param norm of `check`.
 * @param save what the forward pass keeps for them. Where `output` cannot be kept there are no programs.
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

/** The programs of a norm for gpu.js: one a mode, and as many backward ones. */
export function compileGather(norm: CheckedNorm): {
  readonly programs: readonly GatherProgram[];
  readonly backward: readonly GatherProgram[];
} {
  const { programs, backward = [] } = compileForGpujs(norm, norm.graphs, { backward: true });
  return { programs, backward };
}

export interface BuildResult {
  /**
   * TypeScript modules, and with `emit` shaders to be read, by their paths: of `group_norm.norm` the module to import is
   * `group_norm.ts` (`group_norm.gpujs.ts` for gpu.js); the others lie beside it and are loaded by it. None with errors.
   */
  readonly files: ReadonlyMap<string, string>;
  /** What each kernel is, as the lock file tells it. */
  readonly kernels: ReadonlyMap<string, LockedKernel>;
  readonly diagnostics: readonly Diagnostic[];
  readonly imported: readonly Source[];
}

/**
 * Builds one spec: what `normc build` writes of it, without the manifest. `buildAll` makes a whole output folder of
 * several. The first build loads ts-morph, which writes the modules: in a page a script of its own, 1.5 MB compressed.
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
  /** The canonical form; undefined where the text does not parse. */
  readonly text: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** The canonical form of a spec. It is not checked. */
export function format(text: string, { path = "spec.norm" }: Pick<SpecOptions, "path"> = {}): FormatResult {
  const diagnostics: Diagnostic[] = [];
  const file = parse({ path, text }, (one) => diagnostics.push(one));
  return { text: hasErrors(diagnostics) ? undefined : formatFile(file), diagnostics };
}
