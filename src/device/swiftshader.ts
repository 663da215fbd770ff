import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { readTar } from "./tar.ts";

/** The software Vulkan driver that comes with the development dependency `@sparticuz/chromium`, unpacked. */
export interface SwiftShader {
  /** The driver's manifest, for `VK_ICD_FILENAMES`. */
  readonly manifest: string;
  /** A Vulkan loader, for a machine that has none. */
  readonly loader: string;
}

const wanted = ["libvk_swiftshader.so", "libvulkan.so.1", "vk_swiftshader_icd.json"] as const;

/** Unpacks SwiftShader once into a cache folder. Throws an error that says why it cannot be had. */
export async function unpackSwiftShader(): Promise<SwiftShader> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`SwiftShader comes for linux-x64, this is ${process.platform}-${process.arch}`);
  }
  const { version, archive, cache } = findPackage();
  const reasons: string[] = [];
  for (const parent of [cache, join(tmpdir(), `normc-${process.getuid?.()}`)]) {
    const folder = join(parent, `swiftshader-${version}`);
    try {
      await refuseForeign(parent);
      if (!isComplete(folder)) await unpackInto(parent, folder, archive);
      return { manifest: join(folder, "vk_swiftshader_icd.json"), loader: join(folder, "libvulkan.so.1") };
    } catch (error) {
      reasons.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`SwiftShader cannot be unpacked: ${reasons.join("; ")}`);
}

function findPackage(): { version: string; archive: string; cache: string } {
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve("@sparticuz/chromium");
  } catch (cause) {
    throw new Error("the package @sparticuz/chromium, which brings SwiftShader, is not installed", { cause });
  }
  let root = dirname(entry);
  while (!existsSync(join(root, "bin", "swiftshader.tar.br"))) {
    if (dirname(root) === root)
      throw new Error("the package @sparticuz/chromium brings no swiftshader.tar.br");
    root = dirname(root);
  }
  const { version } = require(join(root, "package.json")) as { version: string };
  return {
    version,
    archive: join(root, "bin", "swiftshader.tar.br"),
    cache: join(root, "..", "..", ".cache", "normc"),
  };
}

function isComplete(folder: string): boolean {
  return wanted.every((name) => existsSync(join(folder, name)));
}

/** In a shared folder such as /tmp somebody else could have put a library there for us to load. */
async function refuseForeign(parent: string): Promise<void> {
  if (!parent.startsWith(tmpdir())) return;
  await mkdir(parent, { recursive: true, mode: 0o700 });
  if ((await stat(parent)).uid !== process.getuid?.()) throw new Error("it belongs to another user");
}

/** The folder appears by a rename, so that a process beside this one never sees half of it. */
async function unpackInto(parent: string, folder: string, archive: string): Promise<void> {
  await mkdir(parent, { recursive: true });
  const files = readTar(await promisify(brotliDecompress)(await readFile(archive)));
  const unfinished = await mkdtemp(join(parent, "unpacking-"));
  try {
    for (const name of wanted) {
      const data = files.get(name);
      if (data === undefined) throw new Error(`${archive} holds no ${name}`);
      await writeFile(join(unfinished, name), data, { mode: 0o755 });
    }
    // A folder made by mkdtemp is closed to the other users of an installation.
    await chmod(unfinished, 0o755);
    await rename(unfinished, folder).catch((error: unknown) => {
      // Another process was first.
      if (!isComplete(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
