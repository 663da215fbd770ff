/** The folder of this package. The code is in `src` in a checkout, in `dist/src` when installed. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The shipped specs. */
export const libraryFolder: string = join(packageRoot, "library");

/** A folder that belongs to this user: we would run code that another user put there. */
export function compileCacheFolder(): string {
  const modules = join(packageRoot, "node_modules");
  if (existsSync(modules)) return join(modules, ".cache", "normc", "compiled");
  const base = process.env.XDG_CACHE_HOME ?? process.env.LOCALAPPDATA ?? join(homedir(), ".cache");
  return join(base, "normc", "compiled");
}

function findRoot(from: string): string {
  let folder = from;
  while (!existsSync(join(folder, "package.json"))) {
    if (dirname(folder) === folder) throw new Error("the package.json of normc is missing");
    folder = dirname(folder);
  }
  return folder;
}
