/** What every bundler needs of the plugin: the module of an id, and the files to watch. It writes the types on the way. */
import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../language/diagnostics/diagnostic.ts";
import { projectOf } from "../cli/files/project.ts";
import { InputError } from "../cli/terminal/failure.ts";
import { specTypes } from "../types/spec-types.ts";
import { writeTypes } from "../types/write-types.ts";
import { type BundledModule, createCompiler, type SpecOutput } from "./compile-spec.ts";
import type { NormcOptions } from "./options.ts";
import { queryOf, readSpecId, type SpecId } from "./spec-id.ts";

export type LoadedModule =
  | {
      readonly module: BundledModule;
      /** Told with the module that users import, and not again with those that it loads. */
      readonly warnings: readonly Diagnostic[];
    }
  /** The spec has these errors. */
  | { readonly errors: readonly Diagnostic[] };

export interface SpecModules {
  /**
   * Undefined for an id that is no spec.
   * @param watch receives the files that the module is made of, before anything can fail.
   */
  load(id: string, watch: (file: string) => void): Promise<LoadedModule | undefined>;
}

export function specModules(options: NormcOptions): SpecModules {
  const compile = createCompiler(options);
  const written = new WeakMap<SpecOutput, Promise<readonly Diagnostic[]>>();

  function types(output: SpecOutput): Promise<readonly Diagnostic[]> {
    const started = written.get(output) ?? typesOf(output, options);
    written.set(output, started);
    return started;
  }

  return {
    async load(id, watch) {
      const spec = readSpecId(id);
      if (spec === undefined) return undefined;
      const refused = notATarget(spec, options);
      if (refused !== undefined) return { errors: [refused] };
      const { files, output } = compile(spec.path, spec.target);
      for (const file of files) watch(file);
      const made = await output;
      const errors = made.diagnostics.filter((one) => one.severity === "error");
      if (errors.length > 0) return { errors };
      const module = made.modules.get(queryOf(spec));
      if (module === undefined) throw new Error(`the spec has no module ${id}`);
      if (spec.kind !== "forward") return { module, warnings: [] };
      return { module, warnings: [...made.diagnostics, ...(await types(made))] };
    },
  };
}

/** Returns why types could not be written. */
async function typesOf({ main }: SpecOutput, { types = true }: NormcOptions): Promise<readonly Diagnostic[]> {
  if (main === undefined || types === false) return [];
  const project = projectOf(main.source.path);
  // The specs of a package have its types beside them.
  if (main.source.path.includes("/node_modules/")) return [];
  const folder = typeof types === "string" ? resolve(types) : undefined;
  try {
    writeTypes(await specTypes(main.source, main.module, { folder, project }));
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics;
  }
}

function notATarget({ path, target }: SpecId, { targets = ["wgsl"] }: NormcOptions): Diagnostic | undefined {
  if (targets.includes(target)) return undefined;
  const runtime = { wgsl: "WebGPU", glsl: "gpu.js" }[target];
  const message = `this spec is imported for ${runtime}, and \`targets\` has no "${target}"`;
  const note = `\`name.norm\` is imported for WebGPU ("wgsl"), \`name.gpujs.norm\` for gpu.js ("glsl")`;
  return diagnostic("N611", message, { source: { path, text: "" }, start: 0, end: 0 }, { note });
}
