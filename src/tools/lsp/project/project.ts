/** The files that the server knows, each checked once for each state of it and of what it imports. */
import { recordPlaces, type ValuePlaces } from "../../../compile/precision/loss-warnings.ts";
import {
  importedSources,
  type OutsideProject,
  type ReadImport,
} from "../../../language/check/modules/modules.ts";
import { type InspectedFile, inspectFile } from "../../../language/check/symbols/inspect.ts";
import type { Diagnostic, Source } from "../../../language/diagnostics/diagnostic.ts";
import type { Host } from "./host.ts";

/** All that the answers about a file are made of. */
export interface KnownFile extends InspectedFile {
  readonly source: Source;
  /** Of this file and of those that it imports, without the warnings that need trials. */
  readonly found: readonly Diagnostic[];
  readonly places: ValuePlaces;
  /** The paths of the files that it imports, directly or through others. */
  readonly imported: readonly string[];
}

export interface Project {
  readonly host: Host;
  readonly open: (path: string, text: string) => void;
  readonly close: (path: string) => void;
  readonly openPaths: () => readonly string[];
  /** Undefined if the file can be read nowhere. */
  readonly source: (path: string) => Source | undefined;
  /** The file, checked. It is checked again only if it or a file that it imports has changed. */
  readonly file: (path: string) => KnownFile | undefined;
  /** The file that an import means, whether it can be read or not. */
  readonly importPath: (specifier: string, from: Source) => string | undefined;
}

type Imported = Source | OutsideProject | undefined;

interface Answer {
  readonly specifier: string;
  readonly from: Source;
  readonly answer: Imported;
}

interface Remembered {
  readonly file: KnownFile;
  readonly imports: readonly Answer[];
}

export function createProject(host: Host): Project {
  const open = new Map<string, Source>();
  const known = new Map<string, Remembered>();
  const source = (path: string): Source | undefined => open.get(path) ?? host.read(path);

  const readImport: ReadImport = (specifier, from) => {
    const path = host.resolve(specifier, from.path);
    return typeof path === "string" ? source(path) : path;
  };
  const isSame = (a: Imported, b: Imported): boolean =>
    a === b ||
    (a !== undefined && b !== undefined && "project" in a && "project" in b && a.project === b.project);

  function check(own: Source): Remembered {
    const imports: Answer[] = [];
    const found: Diagnostic[] = [];
    const places = recordPlaces();
    const inspected = inspectFile(
      own,
      (specifier, from) => {
        const answer = readImport(specifier, from);
        imports.push({ specifier, from, answer });
        return answer;
      },
      (one) => found.push(one),
      places.record,
    );
    const imported = importedSources(inspected.checked.module).map((one) => one.path);
    return { file: { ...inspected, source: own, found, places, imported }, imports };
  }

  return {
    host,
    source,
    open: (path, text) => {
      if (open.get(path)?.text !== text) open.set(path, { path, text });
    },
    close: (path) => {
      open.delete(path);
      known.delete(path);
    },
    openPaths: () => [...open.keys()],
    file: (path) => {
      const own = source(path);
      if (own === undefined) return undefined;
      const before = known.get(path);
      const holds =
        before?.file.source === own &&
        before.imports.every(({ specifier, from, answer }) => isSame(readImport(specifier, from), answer));
      if (holds) return before.file;
      const now = check(own);
      known.set(path, now);
      return now.file;
    },
    importPath: (specifier, from) => {
      const path = host.resolve(specifier, from.path);
      return typeof path === "string" ? path : undefined;
    },
  };
}
