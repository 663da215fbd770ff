/** The package as npm packs it. It is packed once for all test files of a run. */
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inject } from "vitest";
import { ended, root } from "../cli/normc.ts";

/** Returns the path of the tarball. */
export async function tarball(): Promise<string> {
  const folder = inject("packFolder");
  const file = join(folder, "normc.tgz");
  try {
    mkdirSync(join(folder, "taken"));
  } catch {
    // Another test file packs, in another process: two would build `dist` at the same time.
    for (let waited = 0; !existsSync(file); waited++) {
      if (existsSync(join(folder, "failed")) || waited > 1200) throw new Error("the package was not packed");
      await setTimeout(100);
    }
    return file;
  }
  const { code, err } = await ended("npm", ["pack", "--pack-destination", folder, "--silent"], root);
  const packed = readdirSync(folder).find((one) => one.endsWith(".tgz"));
  if (code !== 0 || packed === undefined) {
    mkdirSync(join(folder, "failed"));
    throw new Error(`npm pack failed: ${err}`);
  }
  renameSync(join(folder, packed), file);
  return file;
}

/**
 * Lays the package where npm would install it, with links to packages of this checkout beside it, and returns its folder.
 * @param others names of those packages. All if omitted.
 */
export async function layOut(
  folder: string,
  others = readdirSync(join(root, "node_modules")).filter((name) => !name.startsWith(".")),
): Promise<string> {
  const modules = join(folder, "node_modules");
  mkdirSync(modules, { recursive: true });
  const { code, err } = await ended("tar", ["-xzf", await tarball(), "-C", modules], folder);
  if (code !== 0) throw new Error(`the tarball was not unpacked: ${err}`);
  renameSync(join(modules, "package"), join(modules, "normc"));
  mkdirSync(join(modules, ".bin"));
  symlinkSync("../normc/dist/src/tools/cli/main.js", join(modules, ".bin/normc"));
  linkPackages(folder, others);
  return join(modules, "normc");
}

/** Links packages of this checkout into the `node_modules` of a folder. */
export function linkPackages(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
}
