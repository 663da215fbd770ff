/** The spec files that a config names. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../language/diagnostics/diagnostic.ts";
import { nearest } from "../../language/diagnostics/suggest.ts";
import { shippedNames, shippedSpec } from "../cli/files/library.ts";
import { shownPath } from "./find-config.ts";
import type { LoadedConfig } from "./load-config.ts";
import { placeOf } from "./place.ts";

export interface FoundSpecs {
  /** Absolute, each once, sorted within each entry of `specs`. */
  readonly paths: readonly string[];
  /** Absolute: the folders where a new file can fit a pattern. */
  readonly folders: readonly string[];
  /** N623: an entry without a file. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Build outputs may hold copies of specs. */
const ignore = ["**/node_modules/**", "**/dist/**"];

/** Finds the files of `specs`. A config that names none has none. */
export async function findSpecs({ config, path, root }: LoadedConfig): Promise<FoundSpecs> {
  const { globSync, isDynamicPattern } = await import("tinyglobby");
  const specs = config.specs ?? [];
  const without = specs.filter((one) => one.startsWith("!")).map((one) => one.slice(1));
  const paths = new Set<string>();
  const folders = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const one of specs) {
    if (one.startsWith("!")) continue;
    const isPattern = isDynamicPattern(one);
    const options = { cwd: root, absolute: true, ignore: [...ignore, ...without] };
    const found = isPattern ? globSync(one, options).sort() : fileOf(one, root);
    if (isPattern) {
      // The part of a pattern without wildcards. A folder may be there before its first spec is.
      const base = /^(?:[^/*?[{(!@+]*\/)*/.exec(one)?.[0] ?? "";
      const below = one.slice(base.length).includes("/");
      const inside = below ? globSync(`${base}**`, { ...options, onlyDirectories: true }) : [];
      for (const folder of [resolve(root, base), ...inside]) folders.add(folder);
    }
    if (found.length === 0) diagnostics.push(missing(one, path, root));
    for (const file of found) paths.add(file);
  }
  return { paths: [...paths], folders: [...folders], diagnostics };
}

function fileOf(name: string, root: string): readonly string[] {
  const file = resolve(root, name);
  if (existsSync(file)) return [file];
  const shipped = shippedSpec(name);
  return shipped === undefined ? [] : [shipped.path];
}

function missing(entry: string, path: string | undefined, root: string): Diagnostic {
  const text = path !== undefined && existsSync(path) ? readFileSync(path, "utf8") : "";
  const span = placeOf({ path: shownPath(path ?? root), text }, ["specs"], entry);
  const meant = /[/\\*]|\.norm$/.test(entry) ? undefined : nearest(entry, shippedNames());
  const lost = existsSync(root) ? undefined : `\`root\` is a folder that does not exist: ${shownPath(root)}`;
  const note = lost ?? (meant === undefined ? undefined : `did you mean \`${meant}\`?`);
  return diagnostic(
    "N623",
    `\`specs\`: there is no file for \`${entry}\``,
    span,
    note === undefined ? {} : { note },
  );
}
