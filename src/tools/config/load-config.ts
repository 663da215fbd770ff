/** Loads the config of a project, for the command line and the plugin. It writes nothing to the terminal. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Diagnostic, diagnostic, type Source } from "../../language/diagnostics/diagnostic.ts";
import type { NormConfig } from "../../norm-config.ts";
import { compileCacheFolder } from "../cli/files/package.ts";
import { checkConfig } from "./check-config.ts";
import { configNames, findConfig, shownPath } from "./find-config.ts";

export interface LoadedConfig {
  /** As it is written, with every field checked. Empty if there is no config or it has a mistake. */
  readonly config: NormConfig;
  /** The absolute path of the config. Undefined if there is none. */
  readonly path: string | undefined;
  /** The absolute path of the folder that paths in the config are relative to. */
  readonly root: string;
  /** The absolute paths of the files to watch: the config and what it imports, or the places where a config could be. */
  readonly files: readonly string[];
  /** Mistakes: N001, N620, N621 or N622. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Loads the nearest config in a folder or above it, inside the project. Each call runs it again.
 * @param from the folder to begin in.
 */
export async function loadConfig(from: string): Promise<LoadedConfig> {
  const path = findConfig(from);
  const none = { config: {}, path, diagnostics: [] };
  if (path === undefined) {
    const root = resolve(from);
    return { ...none, root, files: configNames.map((name) => join(root, name)) };
  }
  const root = dirname(path);
  const source = readSource(path);
  if ("code" in source) return { ...none, root, files: [path], diagnostics: [source] };
  // Most commands need no loader, since most folders have no config.
  const { evaluate } = await import("./evaluate.ts");
  const { value, imported, failure } = await evaluate(
    path,
    source,
    join(dirname(compileCacheFolder()), "config"),
  );
  const files = [path, ...imported];
  if (failure !== undefined) return { ...none, root, files, diagnostics: [failure] };
  const checked = checkConfig(value, source);
  if ("diagnostics" in checked) return { ...none, root, files, diagnostics: checked.diagnostics };
  const { config } = checked;
  return { config, path, root: resolve(root, config.root ?? "."), files, diagnostics: [] };
}

function readSource(path: string): Source | Diagnostic {
  try {
    return { path: shownPath(path), text: readFileSync(path, "utf8") };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const span = { source: { path: shownPath(path), text: "" }, start: 0, end: 0 };
    return diagnostic("N001", `cannot read \`${shownPath(path)}\`: ${message}`, span);
  }
}
