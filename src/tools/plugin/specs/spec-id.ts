/**
 * What a bundler calls the modules of a spec. The module that users import has the path of the spec: a bundler then
 * watches the file, and finds the module when it changes. What is loaded on demand has a query behind it:
 * `group_norm.norm?normc=backward`. So have the modules for gpu.js and for processors, which users import as
 * `group_norm.gpujs.norm` and `group_norm.wasm.norm`.
 */
import type { ModuleId } from "../../../compile/build/build-spec.ts";
import { type BuildTarget, buildTargets, targetParts } from "../../../compile/build/file-names.ts";
import type { ModuleKind } from "../../../targets/modules/module-content.ts";

export interface SpecId extends ModuleId {
  /** The path of the spec. */
  readonly path: string;
}

const kinds: readonly ModuleKind[] = ["forward", "backward", "variants", "backward.variants", "inline"];
/** The module of each query. That of the empty query is the one that users import. */
const modules = new Map<string, ModuleId>(
  buildTargets.flatMap((target) =>
    kinds.map((kind) => [queryOf({ target, kind }), { target, kind }] as const),
  ),
);

/** Ids of this plugin. A query of somebody else, such as Vite's `?raw`, is left to them. */
export const specId = /\.norm(?:\?normc=[\w.]+)?$/;

/** An import of a module for another target than WebGPU. */
export const targetImport = /\.(gpujs|wasm)\.norm$/;

/** `group_norm.gpujs.norm` -> `group_norm.norm?normc=gpujs` */
export function targetSpecifier(specifier: string): string {
  return specifier.replace(
    targetImport,
    (_, word: string) => `.norm${queryOf({ target: targetOf(word), kind: "forward" })}`,
  );
}

function targetOf(word: string): BuildTarget {
  return buildTargets.find((one) => targetParts[one].includes(word))!;
}

/** Undefined for an id of somebody else. */
export function readSpecId(id: string): SpecId | undefined {
  const [, path, query = ""] = /^(.*\.norm)(\?normc=[\w.]+)?$/s.exec(id) ?? [];
  const module = modules.get(query);
  return path === undefined || module === undefined ? undefined : { path, ...module };
}

/** The query behind the name of a spec. Empty for the module that users import. */
export function queryOf({ target, kind }: ModuleId): string {
  const parts = [...targetParts[target], ...(kind === "forward" ? [] : [kind])];
  return parts.length === 0 ? "" : `?normc=${parts.join(".")}`;
}
