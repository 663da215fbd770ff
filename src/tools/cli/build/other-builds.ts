/** What other builds put into an output folder. Their specs are not named in this build, and their files stay. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Kept } from "../../../compile/build/assemble.ts";
import { type Lock, type LockedKernel, lockName } from "../../../compile/build/lock.ts";
import { type ManifestSource, manifestName } from "../../../compile/build/manifest.ts";
import { version } from "../../../program/compiler-version.ts";
import { libraryPrefix } from "../files/host.ts";
import { libraryFolder } from "../files/package.ts";
import { runtimeFolder } from "./copied-runtime.ts";

export interface OtherBuilds {
  readonly kept: Kept;
  /** The sources that the manifest lists and that are not there any more: their files go. */
  readonly gone: readonly string[];
}

export const noOtherBuilds: OtherBuilds = { kept: { sources: [], locks: [], files: [] }, gone: [] };

/**
 * Reads the manifest and the lock file of a folder. Anybody can have edited them: what does not have their form counts as
 * not there.
 * @param mine the names of the sources of this build.
 * @param isThere whether a path in the folder is a file that normc made.
 */
export function otherBuilds(
  folder: string,
  mine: ReadonlySet<string>,
  isThere: (path: string) => boolean,
): OtherBuilds {
  const manifest = readJson(join(folder, manifestName));
  const listed = isRecord(manifest) && Array.isArray(manifest.sources) ? manifest.sources : [];
  const others = listed.filter(isSource).filter((one) => !mine.has(one.path));
  const [there, gone] = [true, false].map((wish) =>
    others.filter((one) => specExists(folder, one.path) === wish),
  );
  if (there!.length === 0) return { ...noOtherBuilds, gone: gone!.map((one) => one.path) };
  const compiler = isRecord(manifest) && typeof manifest.compiler === "string" ? manifest.compiler : version;
  const sources = there!.map((one): ManifestSource => {
    const by = one.compiler ?? compiler;
    const { path, hash, imports, files } = one;
    const made = { path, hash, imports, files: files.filter(isThere) };
    return by === version ? made : { ...made, compiler: by };
  });
  const files = isRecord(manifest) ? textsIn(manifest.files) : [];
  const runtime = files.filter((one) => one.startsWith(`${runtimeFolder}/`) && isThere(one));
  return {
    kept: { sources, locks: locksOf(folder, sources), files: runtime },
    gone: gone!.map((one) => one.path),
  };
}

function specExists(folder: string, name: string): boolean {
  if (!name.startsWith(libraryPrefix)) return existsSync(resolve(folder, name));
  return existsSync(join(libraryFolder, name.slice(libraryPrefix.length)));
}

function locksOf(
  folder: string,
  sources: readonly ManifestSource[],
): readonly { readonly path: string; readonly kernels: Lock }[] {
  const lock = readJson(join(folder, lockName));
  const kernels = isRecord(lock) && isRecord(lock.kernels) ? lock.kernels : {};
  return sources.flatMap((one) => {
    const path = one.path.split("/").at(-1) ?? one.path;
    const own = Object.hasOwn(kernels, path) ? kernels[path] : undefined;
    if (!isRecord(own)) return [];
    const locked = Object.entries(own).filter((entry): entry is [string, LockedKernel] => isRecord(entry[1]));
    return [{ path, kernels: new Map(locked) }];
  });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function isSource(value: unknown): value is ManifestSource {
  if (!isRecord(value) || typeof value.path !== "string" || typeof value.hash !== "string") return false;
  const { imports, files, compiler } = value;
  if (!Array.isArray(imports) || !Array.isArray(files)) return false;
  if (compiler !== undefined && typeof compiler !== "string") return false;
  const isImport = (one: unknown): boolean =>
    isRecord(one) && typeof one.path === "string" && typeof one.hash === "string";
  return files.every((one) => typeof one === "string") && imports.every(isImport);
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
