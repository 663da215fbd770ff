import { dirname, resolve } from "node:path";
import { compileSpec } from "../../../compile/build/build-spec.ts";
import type { BuildTarget } from "../../../compile/build/file-names.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { type Diagnostic, hasErrors } from "../../../language/diagnostics/diagnostic.ts";
import { renderJson } from "../../../language/diagnostics/render.ts";
import { specTypes } from "../../types/spec-types.ts";
import { writeTypes } from "../../types/write-types.ts";
import { readLayout } from "../arguments/layout-choice.ts";
import { fromHere, type IsGiven, readConfig, specFiles } from "../arguments/project.ts";
import { standardInput } from "../files/host.ts";
import { loadFiles } from "../files/load.ts";
import { libraryFolder } from "../files/package.ts";
import { projectOf } from "../files/project.ts";
import { CommandError, type ExitCode } from "../terminal/failure.ts";
import { print, printJson, showDiagnostics } from "../terminal/output.ts";

export interface TypesOptions {
  readonly out?: string;
  readonly target: readonly BuildTarget[];
  readonly backward: boolean;
  readonly save: Save;
  readonly inline?: boolean;
  readonly layout: readonly string[];
  readonly json?: boolean;
}

/** Writes the types of `.norm` imports. Nothing is written if a file has an error; only what changed is written. */
export async function types(
  words: readonly string[],
  own: TypesOptions,
  isGiven: IsGiven,
): Promise<ExitCode> {
  if (words.includes(standardInput)) {
    throw new CommandError(2, "types: standard input (-) has no name for its types: give a file");
  }
  const loaded = await readConfig();
  const { targets, gradients = {}, inline = false, layouts, types: place } = loaded.config;
  const chosen = <T>(option: string, word: T, setting: T | undefined): T =>
    isGiven(option) ? word : (setting ?? word);
  const backward = isGiven("save") || chosen("backward", own.backward, gradients.backward);
  const options = {
    targets: chosen("target", own.target, targets),
    backward,
    save: backward ? chosen("save", own.save, gradients.save) : "none",
    inline: chosen("inline", own.inline ?? false, inline),
    layouts: chosen("layout", own.layout, layouts).map(readLayout),
  };
  const folder = own.out ?? (typeof place === "string" ? fromHere(resolve(loaded.root, place)) : undefined);
  const paths = await specFiles(words, "types", loaded);
  // Shipped norms have theirs, and the folder of the package is nobody's to write into.
  const { files, diagnostics } = loadFiles(paths.filter((path) => dirname(path) !== libraryFolder));
  const found: Diagnostic[] = [...diagnostics];
  const texts = new Map<string, string>();
  for (const spec of files) {
    if (hasErrors(found)) break;
    const { modules, diagnostics: more } = await compileSpec(spec, options);
    found.push(...more);
    const project = projectOf(resolve(spec.source.path));
    for (const module of modules.filter((one) => one.kind === "forward")) {
      for (const one of await specTypes(spec.source, module, { folder, project })) texts.set(...one);
    }
  }
  const written = hasErrors(found) ? [] : writeTypes(texts);
  const unchanged = hasErrors(found) ? 0 : texts.size - written.length;
  if (own.json) printJson({ written, unchanged, diagnostics: renderJson(found) });
  else {
    for (const path of written) print(path);
    showDiagnostics(found, false);
  }
  return hasErrors(found) ? 1 : 0;
}
