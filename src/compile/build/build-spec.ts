/** Builds one checked spec. It returns file texts by path and uses neither the file system nor the terminal. */
import type { Save } from "../../graph/autodiff/divide.ts";
import type { Graph } from "../../graph/tensor/graph.ts";
import type { CheckedFile, CheckedNorm } from "../../language/check/check.ts";
import { type Diagnostic, hasErrors, type Source } from "../../language/diagnostics/diagnostic.ts";
import { version } from "../../program/compiler-version.ts";
import type { Program, ProgramInterface } from "../../program/program.ts";
import {
  type Banner,
  type ModuleContent,
  type ModuleKind,
  type ModulesInput,
  type ModuleTarget,
  moduleContents,
} from "../../targets/modules/module-content.ts";
import { gatherModules, wasmModules, wgslModules } from "../../targets/modules/module-targets.ts";
import { printJavascript, startDeclarations, startTypescript } from "../../targets/modules/print-module.ts";
import { finishFiles, type UnfinishedFile } from "../../targets/modules/unfinished-module.ts";
import { bake } from "../../tuning/file/lookup.ts";
import type { TuningFile } from "../../tuning/file/tuning-file.ts";
import { programHash } from "../../tuning/file/tuning-key.ts";
import { withoutInline } from "../no-inline.ts";
import { compileForGpujs, compileForWasm, compileForWebgpu, type WebgpuNorm } from "./compile-norm.ts";
import {
  type BuildTarget,
  baseName,
  type KernelText,
  type Language,
  modulePath,
  nameClaimer,
} from "./file-names.ts";
import { applyLayouts, type Layout } from "./layouts.ts";
import { type LockedKernel, lockGpujs, lockWasm, lockWebgpu } from "./lock.ts";
import { hashOf, marker } from "./manifest.ts";
import { withoutBackward } from "./name-clash.ts";
import { readableGlsl, readableWat } from "./readable-kernels.ts";
import { readableWgsl } from "./readable-wgsl.ts";
import { refusedSaves } from "./refused-saves.ts";

/** One of the modules of a target. */
export interface ModuleId {
  readonly target: BuildTarget;
  readonly kind: ModuleKind;
}

export interface BuildOptions {
  /** The targets to build for. @default ["wgsl"] */
  readonly targets?: readonly BuildTarget[];
  /** "ts": TypeScript. "js": JavaScript, with a declaration file beside each module that users import. @default "ts" */
  readonly language?: Language;
  /** The languages in which kernels are also written for people to read: `wgsl/…`, `glsl/…`, `wat/…`. @default [] */
  readonly emit?: readonly KernelText[];
  /** Whether backward passes are built. @default true */
  readonly backward?: boolean;
  /** What the forward pass saves for the backward pass. @default "none" */
  readonly save?: Save;
  /** Whether norms can also stand in other kernels (`createInline`), on WebGPU. @default false */
  readonly inline?: boolean;
  /**
   * The module specifier of the WebGPU runtime; `gpujsRuntime` is that of gpu.js, `wasmRuntime` that of processors.
   * @default "normc/runtime"
   */
  readonly runtime?: string | undefined;
  readonly gpujsRuntime?: string | undefined;
  readonly wasmRuntime?: string | undefined;
  /** Returns what stands in `import()` for a module that is loaded on demand. @default `./` and its file name */
  readonly specifierOf?: ((module: ModuleId) => string) | undefined;
  /** Orders of axes in memory that differ from the spec's. */
  readonly layouts?: readonly Layout[];
  /** Measurements of variants, to be put into the modules. */
  readonly tuning?: TuningFile | undefined;
}

/** A spec that was checked without errors. */
export interface CheckedSpec {
  readonly source: Source;
  readonly checked: CheckedFile;
}

/** A spec compiled for its targets, before its modules are printed. */
export interface CompiledSpec {
  readonly source: Source;
  /** The modules of each target, that which a user imports first. `printJavascript` and others print them. */
  readonly modules: readonly CompiledModule[];
  /** The shaders of `emit`, by path in the output folder. */
  readonly shaders: ReadonlyMap<string, string>;
  readonly kernels: ReadonlyMap<string, LockedKernel>;
  /** How many programs have an entry in the tuning file. */
  readonly tuned: number;
  /** The hashes by which a tuning file knows the programs. None without a tuning file. */
  readonly programs: readonly string[];
  /** The layouts that applied to a tensor of the spec. */
  readonly usedLayouts: ReadonlySet<Layout>;
  /** Options that do not suit the spec, N309 or N516. If there are any, there are no modules. N515 is a warning. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompiledModule extends ModuleId {
  readonly content: ModuleContent;
}

export interface BuiltSpec extends Omit<CompiledSpec, "modules" | "shaders"> {
  /** File texts by path in the output folder: the modules of each target, and the shaders of `emit`. */
  readonly files: ReadonlyMap<string, string>;
}

/** A built spec whose modules lack their declarations. The thread that has ts-morph finishes them. */
export interface UnfinishedSpec extends Omit<BuiltSpec, "files"> {
  readonly files: ReadonlyMap<string, UnfinishedFile>;
}

/** @throws Error only if the compiler has a defect. */
export async function buildSpec(spec: CheckedSpec, options: BuildOptions = {}): Promise<BuiltSpec> {
  const { files, ...built } = await startSpec(spec, options);
  return { ...built, files: await finishFiles(files) };
}

/** @throws Error only if the compiler has a defect. */
export async function startSpec(spec: CheckedSpec, options: BuildOptions = {}): Promise<UnfinishedSpec> {
  const { language = "ts" } = options;
  const { modules, shaders, ...compiled } = await compileSpec(spec, options);
  const files = new Map<string, UnfinishedFile>();
  const stem = stemOf(spec.source);
  for (const { target, kind, content } of modules) {
    const path = modulePath(stem, target, kind, language);
    files.set(path, language === "ts" ? startTypescript(content) : printJavascript(content));
    if (language === "ts" || content.declarations.length === 0) continue;
    files.set(path.replace(/\.js$/, ".d.ts"), startDeclarations(content));
  }
  for (const [path, text] of shaders) files.set(path, text);
  return { ...compiled, files };
}

/** @throws Error only if the compiler has a defect. */
export async function compileSpec(
  { source, checked }: CheckedSpec,
  options: BuildOptions = {},
): Promise<CompiledSpec> {
  const { targets = ["wgsl"], layouts = [], backward = true, save = "none", inline = false } = options;
  const usedLayouts = new Set<Layout>();
  const diagnostics = backward ? backwardDiagnostics(source, checked, save) : [];
  const report = (one: Diagnostic): void => void diagnostics.push(one);
  if (inline)
    for (const norm of checked.norms) diagnostics.push(...[withoutInline(source, norm) ?? []].flat());
  const norms = checked.norms.map((norm) => ({
    norm,
    graphs: norm.graphs.map((graph) => applyLayouts(graph, layouts, usedLayouts, report)),
  }));
  const parts: Parts = {
    norms,
    banner: { source: baseName(source.path), hash: hashOf(source), compiler: version },
    stem: stemOf(source),
    modules: [],
    shaders: new Map(),
    kernels: new Map(),
    claim: nameClaimer(),
  };
  let found: Tuned = { baked: new Map(), programs: [] };
  if (norms.length > 0 && !hasErrors(diagnostics)) {
    if (targets.includes("wgsl")) found = await buildWebgpu(parts, options);
    if (targets.includes("glsl")) buildGpujs(parts, options);
    if (targets.includes("wasm")) await buildWasm(parts, options);
  }
  const { modules, shaders, kernels } = parts;
  const { programs } = found;
  return { source, modules, shaders, kernels, tuned: found.baked.size, programs, usedLayouts, diagnostics };
}

function stemOf(source: Source): string {
  return baseName(source.path).replace(/\.norm$/, "");
}

/** Diagnostics for norms without a backward pass (a warning), and for norms that cannot save what the options ask for. */
function backwardDiagnostics(source: Source, { norms }: CheckedFile, save: Save): Diagnostic[] {
  const graphs = norms.flatMap((one) => one.graphs);
  return [
    ...norms.flatMap((one) => withoutBackward(source, one) ?? []),
    ...refusedSaves(source, graphs, save),
  ];
}

/** What the steps of building a spec share. */
interface Parts {
  readonly norms: readonly { readonly norm: CheckedNorm; readonly graphs: readonly Graph[] }[];
  readonly banner: Banner;
  readonly stem: string;
  readonly modules: CompiledModule[];
  readonly shaders: Map<string, string>;
  readonly kernels: Map<string, LockedKernel>;
  readonly claim: (path: string) => string;
}

async function buildWebgpu(parts: Parts, options: BuildOptions): Promise<Tuned> {
  const { backward = true, save = "none", inline = false, emit = [], runtime } = options;
  const norms = parts.norms.map(({ norm, graphs }) =>
    compileForWebgpu(norm, graphs, { backward, save, inline }),
  );
  const tuned = await bakedTuning(norms, options.tuning);
  const tuning = (program: Program): unknown => tuned.baked.get(program);
  putModules(parts, "wgsl", wgslModules, { norms, runtime, tuning }, options);
  for (const norm of norms) {
    for (const [name, kernel] of lockWebgpu(norm)) parts.kernels.set(name, kernel);
    if (emit.includes("wgsl")) putReadable(parts, readableWgsl(norm));
  }
  return tuned;
}

function buildGpujs(parts: Parts, options: BuildOptions): void {
  const { backward = true, emit = [], gpujsRuntime } = options;
  const norms = parts.norms.map(({ norm, graphs }) => compileForGpujs(norm, graphs, { backward }));
  putModules(parts, "glsl", gatherModules, { norms, runtime: gpujsRuntime }, options);
  for (const norm of norms) {
    for (const [name, kernel] of lockGpujs(norm)) parts.kernels.set(name, kernel);
    if (emit.includes("glsl")) putReadable(parts, readableGlsl(norm));
  }
}

async function buildWasm(parts: Parts, options: BuildOptions): Promise<void> {
  const { backward = true, save = "none", emit = [], wasmRuntime } = options;
  const norms = await Promise.all(
    parts.norms.map(({ norm, graphs }) => compileForWasm(norm, graphs, { backward, save })),
  );
  const divided = new Map(norms.flatMap((one) => [...one.divided]));
  const modules = wasmModules((program) => divided.get(program)?.parts);
  putModules(parts, "wasm", modules, { norms, runtime: wasmRuntime }, options);
  for (const norm of norms) {
    for (const [name, kernel] of lockWasm(norm)) parts.kernels.set(name, kernel);
    if (emit.includes("wat")) putReadable(parts, readableWat(norm), ";;");
  }
}

function putModules<P extends ProgramInterface>(
  { modules, banner, stem }: Parts,
  target: BuildTarget,
  how: ModuleTarget<P>,
  input: Omit<ModulesInput<P>, "specifierOf" | "banner">,
  { specifierOf = ({ kind }) => `./${modulePath(stem, target, kind, "js")}` }: BuildOptions,
): void {
  const contents = moduleContents(
    { ...input, banner, specifierOf: (kind) => specifierOf({ target, kind }) },
    how,
  );
  modules.push(...contents.map((content) => ({ target, kind: content.kind, content })));
}

/** @param comment how a comment begins. */
function putReadable(
  { shaders, claim, banner }: Parts,
  texts: readonly [string, string][],
  comment = "//",
): void {
  const head = `${comment} ${marker}${version} from ${printable(banner.source)} (${banner.hash}).\n`;
  for (const [path, text] of texts) shaders.set(claim(path), head + text);
}

interface Tuned {
  /** By program. Programs that were not tuned, or tuned in another version, have no entry. */
  readonly baked: ReadonlyMap<Program, unknown>;
  readonly programs: readonly string[];
}

async function bakedTuning(norms: readonly WebgpuNorm[], file: TuningFile | undefined): Promise<Tuned> {
  const baked = new Map<Program, unknown>();
  const hashes: string[] = [];
  if (file === undefined) return { baked, programs: hashes };
  for (const { programs, backward = [], saving = [] } of norms) {
    for (const program of [...programs, ...backward, ...saving]) {
      const hash = await programHash(program);
      hashes.push(hash);
      const tuning = bake(file, { hash, compiler: version });
      if (tuning !== undefined) baked.set(program, tuning);
    }
  }
  return { baked, programs: hashes };
}

/** A line break in a file name would end the comment. */
function printable(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "?");
}
