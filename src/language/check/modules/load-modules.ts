/**
 * The first step of checking, and the only one that may take time: the texts of everything that a file imports. What
 * comes of it answers at once, so that checking itself needs no `await`.
 */
import type { Source } from "../../diagnostics/diagnostic.ts";
import type { ReadImport } from "./modules.ts";
import { parseOnce } from "./parse-once.ts";

/** Reads an imported file as `ReadImport` does, at once or later: from a bundler, from an editor, over the network. */
export type ReadImportLater = (
  path: string,
  from: Source,
) => Source | undefined | Promise<Source | undefined>;

/** What was read for a file: all that it imports, however far away. */
export interface LoadedModules {
  readonly entry: Source;
  /** What `readImport` said, for each import that there is. */
  readonly readImport: ReadImport;
  /** The imported files, each once, in the order in which they were met. */
  readonly imported: readonly Source[];
}

/** Two imports of one file are to be one source: `read` says so by giving the same path. Rejects as `read` does. */
export async function loadModules(entry: Source, read: ReadImportLater): Promise<LoadedModules> {
  const answers = new Map<Source, Map<string, Source | undefined>>();
  const known = new Map<string, Source>([[entry.path, entry]]);
  let waiting: readonly Source[] = [entry];
  while (waiting.length > 0) {
    // The imports of all files of one distance are asked for at once.
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
