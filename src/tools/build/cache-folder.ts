/** Where the cache of builds lies. */
import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/**
 * `node_modules/.cache/normc/built` of the project that a folder belongs to, as other tools have it; without a project or
 * its node_modules, a folder of the user.
 */
export function cacheFolder(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && isWritable(join(folder, "node_modules"))) {
      return join(folder, "node_modules", ".cache", "normc", "built");
    }
    if (dirname(folder) === folder) break;
  }
  const base = process.env.XDG_CACHE_HOME ?? process.env.LOCALAPPDATA ?? join(homedir(), ".cache");
  return join(base, "normc", "built");
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
