import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Unpacks some files of the development dependency `@sparticuz/chromium` once into a cache folder.
 * @param wanted the files that a complete folder has.
 * @param read reads the contents by name from the archives in a folder; it may return more files.
 * @returns the folder. Throws an error with the reason if it cannot.
 */
export async function unpackOnce(
  name: string,
  wanted: readonly string[],
  read: (archives: string) => Promise<ReadonlyMap<string, Uint8Array>>,
): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`${name} comes for linux-x64, this is ${process.platform}-${process.arch}`);
  }
  const { version, archives, cache } = findPackage(name);
  const reasons: string[] = [];
  for (const parent of [cache, join(tmpdir(), `normc-${process.getuid?.()}`)]) {
    const folder = join(parent, `${name.toLowerCase()}-${version}`);
    const isComplete = (): boolean => wanted.every((file) => existsSync(join(folder, file)));
    try {
      await refuseForeign(parent);
      if (!isComplete()) await unpackInto(parent, folder, wanted, isComplete, await read(archives));
      return folder;
    } catch (error) {
      reasons.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`${name} cannot be unpacked: ${reasons.join("; ")}`);
}

function findPackage(name: string): { version: string; archives: string; cache: string } {
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve("@sparticuz/chromium");
  } catch (cause) {
    throw new Error(`the package @sparticuz/chromium, which brings ${name}, is not installed`, { cause });
  }
  let root = dirname(entry);
  while (!existsSync(join(root, "bin", "swiftshader.tar.br"))) {
    if (dirname(root) === root)
      throw new Error("the package @sparticuz/chromium brings no swiftshader.tar.br");
    root = dirname(root);
  }
  const { version } = require(join(root, "package.json")) as { version: string };
  return { version, archives: join(root, "bin"), cache: join(root, "..", "..", ".cache", "normc") };
}

/** In a shared folder such as /tmp, another user could have put a library there for us to load. */
async function refuseForeign(parent: string): Promise<void> {
  if (!parent.startsWith(tmpdir())) return;
  await mkdir(parent, { recursive: true, mode: 0o700 });
  if ((await stat(parent)).uid !== process.getuid?.()) throw new Error("it belongs to another user");
}

/** A rename makes the folder appear, so that another process never sees half of it. */
async function unpackInto(
  parent: string,
  folder: string,
  wanted: readonly string[],
  isComplete: () => boolean,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const missing = wanted.filter((name) => !files.has(name));
  if (missing.length > 0) throw new Error(`the archives hold no ${missing.join(", ")}`);
  await mkdir(parent, { recursive: true });
  const unfinished = await mkdtemp(join(parent, "unpacking-"));
  try {
    for (const [name, data] of files) {
      await mkdir(dirname(join(unfinished, name)), { recursive: true });
      await writeFile(join(unfinished, name), data, { mode: 0o755 });
    }
    // Other users of an installation may not read a folder made by mkdtemp.
    await chmod(unfinished, 0o755);
    await rename(unfinished, folder).catch((error: unknown) => {
      // Another process was first.
      if (!isComplete()) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
