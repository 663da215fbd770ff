/** The types of a `.norm` import: `group_norm.d.norm.ts`, and a map that leads an editor into the spec. */
import { basename, dirname, join, relative, sep } from "node:path";
import type { CompiledModule } from "../../compile/build/build-spec.ts";
import { targetParts } from "../../compile/build/file-names.ts";
import { marker } from "../../compile/build/manifest.ts";
import type { Source } from "../../language/diagnostics/diagnostic.ts";
import { printDeclarations } from "../../targets/modules/print-module.ts";
import { declarationMap } from "./declaration-map.ts";

export interface TypesPlace {
  /** A folder that mirrors the project, for the `rootDirs` of a tsconfig. Undefined: beside the spec. */
  readonly folder?: string | undefined;
  /** The folder that it mirrors. */
  readonly project: string;
}

/**
 * Returns the declaration file of a module and its map, by path. The same declarations give the same text, whatever else
 * changed in the spec.
 * @param module a module that users import.
 */
export async function specTypes(
  source: Source,
  { target, content }: CompiledModule,
  { folder, project }: TypesPlace,
): Promise<Map<string, string>> {
  const name = basename(source.path);
  const at = dirname(source.path);
  const stem = [name.replace(/\.norm$/, ""), ...targetParts[target]].join(".");
  const path = join(folder === undefined ? at : join(folder, relative(project, at)), `${stem}.d.norm.ts`);
  const head = `// ${marker}from ${content.banner.source}. Do not edit.\n`;
  const text = `${head}${withoutBanner(await printDeclarations(content))}//# sourceMappingURL=${basename(path)}.map\n`;
  const spec = relative(dirname(path), source.path).split(sep).join("/");
  const map = { file: basename(path), ...declarationMap(text, source, spec), sourcesContent: undefined };
  return new Map([
    [path, text],
    [`${path}.map`, `${JSON.stringify(map)}\n`],
  ]);
}

/** Without the comment at its beginning, which has the hash of the spec. */
export function withoutBanner(module: string): string {
  return module.replace(/^\/\*.*?\*\/\n/s, "");
}
