/**
 * The first step of checking, and the only asynchronous one: it loads all files that a file imports. The loaded modules
 * are then read synchronously, so checking itself needs no `await`.
 */
import type { Source } from "../../diagnostics/diagnostic.ts";
import type { ReadImport } from "./modules.ts";
import { parseOnce } from "./parse-once.ts";

/** Like `ReadImport`, but may be asynchronous: the text can come from a bundler, an editor or the network. */
export type ReadImportLater = (
  path: string,
  from: Source,
) => Source | undefined | Promise<Source | undefined>;

/** All files that a file imports, directly or through other files. */
export interface LoadedModules {
  readonly entry: Source;
  /** Returns what `read` returned for the import. */
  readonly readImport: ReadImport;
  /** The imported files, each once, in the order in which they were found. */
  readonly imported: readonly Source[];
}

/**
 * Loads all imports of a file. Two imports of one file count as one source if `read` gives both the same path. Rejects
 * if `read` does.
 */
export async function loadModules(entry: Source, read: ReadImportLater): Promise<LoadedModules> {
  const answers = new Map<Source, Map<string, Source | undefined>>();
  const known = new Map<string, Source>([[entry.path, entry]]);
  let waiting: readonly Source[] = [entry];
  while (waiting.length > 0) {
    // Loads all imports at one distance in parallel.
    const found = await Promise.all(
      waiting.flatMap((from) =>
        importedPaths(from).map(async (path) => [from, path, await read(path, from)] as const),
      ),
    );
    for (const from of waiting) answers.set(from, new Map());
    const next: Source[] = [];
    for (const [from, path, source] of found) {
      if (source !== undefined && !known.has(source.path)) {
        known.set(source.path, source);
        next.push(source);
      }
      answers.get(from)?.set(path, source && known.get(source.path));
    }
    waiting = next;
  }
  const imported = [...known.values()].filter((one) => one !== entry);
  return { entry, imported, readImport: (path, from) => answers.get(from)?.get(path) };
}

function importedPaths(source: Source): string[] {
  const { items } = parseOnce(source).file;
  return [
    ...new Set(
      items.flatMap((item) => (item.kind === "import" && item.from !== undefined ? [item.from.path] : [])),
    ),
  ];
}
