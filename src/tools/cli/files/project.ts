/** The folder that the imports of a spec stay in. A spec of somebody else could otherwise show any file of this machine. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { libraryFolder } from "./package.ts";

/** The nearest folder above a file with a package.json or a .git; without one, the folder of the file. */
export function projectOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (["package.json", ".git"].some((one) => existsSync(join(folder, one)))) return folder;
    if (dirname(folder) === folder) return dirname(file);
  }
}

/** Both are real paths: a link would lead out again. */
export function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  // On Windows, a path to another drive is absolute and starts with neither.
  return path !== ".." && !path.startsWith(`..${sep}`) && join(folder, path) === file;
}

/** The shipped specs: an installed package may be a link. */
export function realLibrary(): string {
  return realpathSync(libraryFolder);
}
