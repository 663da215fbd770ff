import { resolve } from "node:path";
import { type BuildTarget, compileSpec } from "../../../compile/build/build-spec.ts";
import { parseLayout } from "../../../compile/build/layouts.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { type Diagnostic, hasErrors } from "../../../language/diagnostics/diagnostic.ts";
import { renderJson } from "../../../language/diagnostics/render.ts";
import { loadConfig } from "../../config/load-config.ts";
import { specTypes } from "../../types/spec-types.ts";
import { writeTypes } from "../../types/write-types.ts";
import { readLayout } from "../arguments/layout-choice.ts";
import { loadFiles } from "../files/load.ts";
import { projectOf } from "../files/project.ts";
import { type ExitCode, InputError } from "../terminal/failure.ts";
import { print, printJson, showDiagnostics } from "../terminal/output.ts";

/** What is left out comes from the config. */
export interface TypesOptions {
  readonly out?: string;
  readonly target?: readonly BuildTarget[];
  readonly backward?: false;
  readonly save?: Save;
  readonly layout: readonly string[];
  readonly json?: boolean;
}

/** Writes the types of `.norm` imports. Nothing is written if a file has an error; only what changed is written. */
export async function types(paths: readonly string[], options: TypesOptions): Promise<ExitCode> {
  const { config, root, diagnostics: wrong } = await loadConfig(process.cwd());
  if (hasErrors(wrong)) throw new InputError(wrong);
  const { gradients = {}, types: place } = config;
  const backward = options.backward ?? gradients.backward ?? true;
  const layouts = [
    ...(config.layouts ?? []).flatMap((one) => parseLayout(one) ?? []),
    ...options.layout.map(readLayout),
  ];
  const folder = options.out ?? (typeof place === "string" ? resolve(root, place) : undefined);
  const { files, diagnostics } = loadFiles(paths);
  const found: Diagnostic[] = [...diagnostics];
  const texts = new Map<string, string>();
  for (const spec of files) {
    if (hasErrors(found)) break;
    const { modules, diagnostics: own } = await compileSpec(spec, {
      targets: options.target ?? config.targets ?? ["wgsl"],
      backward,
      save: backward ? (options.save ?? gradients.save ?? "none") : "none",
      layouts,
    });
    found.push(...own);
    const project = projectOf(resolve(spec.source.path));
    for (const module of modules.filter((one) => one.kind === "forward")) {
      for (const [path, text] of await specTypes(spec.source, module, { folder, project })) texts.set(path, text);
    }
  }
  const written = hasErrors(found) ? [] : writeTypes(texts);
  const unchanged = hasErrors(found) ? 0 : texts.size - written.length;
  if (options.json) printJson({ written, unchanged, diagnostics: renderJson(found) });
  else {
    for (const path of written) print(path);
    showDiagnostics(found, false);
  }
  return hasErrors(found) ? 1 : 0;
}
