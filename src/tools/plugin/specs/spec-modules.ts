/** What every bundler needs of the plugin: the module of an id, and the files to watch. It writes the types on the way. */
import { existsSync } from "node:fs";
import { type Diagnostic, diagnostic, hasErrors } from "../../../language/diagnostics/diagnostic.ts";
import { isInside, projectOf, realLibrary } from "../../cli/files/project.ts";
import { InputError } from "../../cli/terminal/failure.ts";
import { specTypes } from "../../types/spec-types.ts";
import { writeTypes } from "../../types/write-types.ts";
import { type BundledModule, createCompiler, type SpecOutput } from "./compile-spec.ts";
import type { ReadSettings, Settings } from "./settings.ts";
import { queryOf, readSpecId, type SpecId } from "./spec-id.ts";

export type LoadedModule = {
  /** The files that the module is made of, by absolute path. */
  readonly files: readonly string[];
} & (
  | {
      readonly module: BundledModule;
      /** Told with the module that users import, and not again with those that it loads. */
      readonly warnings: readonly Diagnostic[];
    }
  /** The spec or the settings have these errors. */
  | { readonly errors: readonly Diagnostic[] }
  /** The spec had this module, which it loaded on demand, and has it no more. */
  | { readonly gone: true }
);

/** Undefined for an id that is no spec. */
export type LoadModule = (id: string) => Promise<LoadedModule | undefined>;

export function moduleLoader(readSettings: ReadSettings): LoadModule {
  const compile = createCompiler();
  const written = new WeakMap<SpecOutput, Promise<readonly Diagnostic[]>>();

  function types(output: SpecOutput, settings: Settings): Promise<readonly Diagnostic[]> {
    const started = written.get(output) ?? typesOf(output, settings);
    written.set(output, started);
    return started;
  }

  return async (id) => {
    const spec = readSpecId(id);
    if (spec === undefined) return undefined;
    const settings = await readSettings();
    if ("diagnostics" in settings) return { files: settings.files, errors: settings.diagnostics };
    const refused = notATarget(spec, settings);
    if (refused !== undefined) return { files: settings.files, errors: [refused] };
    const { files: made, output } = compile(spec.path, spec.target, settings);
    const files = [...made, ...settings.files];
    const { modules, diagnostics, main } = await output;
    if (hasErrors(diagnostics)) {
      return { files, errors: diagnostics.filter((one) => one.severity === "error") };
    }
    const module = modules.get(queryOf(spec));
    if (module === undefined && main !== undefined) return { files, gone: true };
    if (module === undefined) return { files, errors: [withoutNorms(spec)] };
    // Bundlers take a missing file for one that was deleted.
    const there = files.filter((one) => existsSync(one));
    if (spec.kind !== "forward" || main === undefined) return { files: there, module, warnings: [] };
    return { files: there, module, warnings: [...diagnostics, ...(await types(await output, settings))] };
  };
}

/** Returns why types could not be written. */
async function typesOf(
  { main }: SpecOutput,
  { types, typesFolder }: Settings,
): Promise<readonly Diagnostic[]> {
  if (main === undefined || !types || isOfPackage(main.source.path)) return [];
  const place = { folder: typesFolder, project: projectOf(main.source.path) };
  try {
    writeTypes(await specTypes(main.source, main.module, place));
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics;
  }
}

/** A package brings the types of its specs, and normc those of the library. */
function isOfPackage(path: string): boolean {
  return /[/\\]node_modules[/\\]/.test(path) || isInside(realLibrary(), path);
}

function notATarget(spec: SpecId, { targets }: Settings): Diagnostic | undefined {
  if (targets.includes(spec.target)) return undefined;
  const runtime = { wgsl: "WebGPU", glsl: "gpu.js", wasm: "processors" }[spec.target];
  const note = `\`name.norm\` is imported for WebGPU ("wgsl"), \`name.gpujs.norm\` for gpu.js ("glsl"), \`name.wasm.norm\` for processors ("wasm")`;
  const message = `this spec is imported for ${runtime}, and \`targets\` has no "${spec.target}"`;
  return diagnostic("N611", message, fileSpan(spec), { note });
}

function withoutNorms(spec: SpecId): Diagnostic {
  const note = "specs can import its functions; for JavaScript, declare a norm in it";
  return diagnostic("N612", "this spec declares no norm", fileSpan(spec), { note });
}

function fileSpan({ path }: SpecId): Diagnostic["span"] {
  return { source: { path, text: "" }, start: 0, end: 0 };
}
