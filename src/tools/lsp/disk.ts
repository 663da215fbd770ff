/** The files of this machine, for the server in Node. */
import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { globSync } from "tinyglobby";
import type { InitializeParams } from "vscode-languageserver";
import type { Source } from "../../language/diagnostics/diagnostic.ts";
import { libraryPrefix, readSource } from "../cli/files/host.ts";
import { shippedFiles } from "../cli/files/library.ts";
import { libraryFolder } from "../cli/files/package.ts";
import { isInside, projectOf, realLibrary } from "../cli/files/project.ts";
import { InputError } from "../cli/terminal/failure.ts";
import type { Host, LibraryFile } from "./project/host.ts";

interface Known {
  readonly source: Source | undefined;
  /** What differs when the file was written. */
  readonly stamp: string;
}

export function diskHost({ workspaceFolders, rootUri }: InitializeParams): Host {
  const roots = (workspaceFolders?.map((one) => one.uri) ?? [rootUri ?? ""]).filter(isFile).map(realFile);
  const known = new Map<string, Known>();
  let library: readonly LibraryFile[] | undefined;

  return {
    pathOf: (uri) => (isFile(uri) ? realFile(uri) : uri),
    uriOf: (path) => (isAbsolute(path) ? pathToFileURL(path).href : path),
    resolve: (specifier, from) => {
      const folder = isAbsolute(from) ? dirname(from) : (roots[0] ?? process.cwd());
      const wanted = specifier.startsWith(libraryPrefix)
        ? join(libraryFolder, specifier.slice(libraryPrefix.length))
        : resolve(folder, specifier);
      const path = realPath(wanted);
      const project = projectOf(isAbsolute(from) ? from : join(folder, "untitled.norm"));
      if (isInside(project, path) || isInside(realLibrary(), path)) return path;
      return { project: relative(process.cwd(), project) || "." };
    },
    read: (path) => {
      const stamp = stampOf(path);
      const before = known.get(path);
      if (before?.stamp === stamp) return before.source;
      const source = stamp === "" ? undefined : readOrNothing(path);
      known.set(path, { source, stamp });
      return source;
    },
    specs: () =>
      roots.flatMap((root) =>
        globSync("**/*.norm", { cwd: root, absolute: true, ignore: ["**/node_modules/**"] }).map(realPath),
      ),
    specifier: (path, from) => {
      const way = relative(dirname(from), path).split(sep).join("/");
      return way.startsWith(".") ? way : `./${way}`;
    },
    library: () => {
      library ??= shippedFiles().map(({ name, path }) => ({
        specifier: `${libraryPrefix}${name}.norm`,
        path: realPath(path),
      }));
      return library;
    },
  };
}

function isFile(uri: string): boolean {
  return uri.startsWith("file:");
}

function realFile(uri: string): string {
  return realPath(fileURLToPath(uri));
}

/** As it is for a file that is not there yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Empty if there is no such file. */
function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? "" : `${found.mtimeMs} ${found.size} ${found.ino}`;
}

function readOrNothing(path: string): Source | undefined {
  try {
    return readSource(path);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
