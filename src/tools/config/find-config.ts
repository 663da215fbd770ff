/** Finds the config of a folder. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** If a folder has several, the first one counts. */
export const configNames = ["ts", "mts", "js", "mjs", "json"].map((ending) => `norm.config.${ending}`);

/**
 * The nearest config in the folder or above it, at most up to the root of the project: a config is a program, and one
 * from outside may be somebody else's.
 */
export function findConfig(from: string): string | undefined {
  const start = resolve(from);
  const root = projectRoot(start);
  for (let folder = start; ; folder = dirname(folder)) {
    const found = configNames.map((name) => join(folder, name)).find(isFile);
    if (found !== undefined || folder === root) return found;
  }
}

/** The nearest folder with a .git, else the nearest with a package.json, else the folder itself. */
export function projectRoot(folder: string): string {
  return nearestWith(folder, ".git") ?? nearestWith(folder, "package.json") ?? folder;
}

function nearestWith(start: string, name: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** As people name it: relative to the working folder. */
export function shownPath(path: string): string {
  return relative(process.cwd(), path);
}
