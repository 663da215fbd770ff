/** The output folder of `normc build`. The build touches nothing outside it, and inside it only normc's own files. */
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Kept } from "../../../compile/build/assemble.ts";
import { lockName } from "../../../compile/build/lock.ts";
import { type Manifest, manifestName, marker, printManifest } from "../../../compile/build/manifest.ts";
import { type Store, sha256 } from "../../build/store.ts";
import { reasonOf } from "../files/host.ts";
import { makeFolder } from "../files/make-folder.ts";
import { replaceText } from "../files/replace-file.ts";
import { deleteUnfinished } from "../files/unfinished.ts";
import { fileError } from "../terminal/failure.ts";
import { runtimeFolder } from "./copied-runtime.ts";
import { whileLocked } from "./folder-lock.ts";
import { noOtherBuilds, otherBuilds } from "./other-builds.ts";
import { isPassing, replaceModules } from "./replace-modules.ts";
import { openStamps, type Stamps } from "./stamps.ts";

export interface Written {
  readonly written: readonly string[];
  readonly deleted: readonly string[];
  readonly unchanged: number;
  /** Sources of other builds, by their names in the manifest: those whose files stayed, and those whose specs are gone. */
  readonly kept: readonly string[];
  readonly gone: readonly string[];
}

/** The folders of the readable shaders, and that of the copied runtime. */
const innerFolders = ["wgsl", "glsl", "wat", runtimeFolder];
const ownPath = /^(?:(?:wgsl|glsl|wat|runtime)\/)?[^/\\\0]+\.(?:ts|js|wgsl|glsl|wat)$/;

/** A spec whose files a build writes. */
export interface OutputSpec {
  readonly files: readonly { readonly path: string; readonly hash: string }[];
  /** Their texts by path. Called only if one of them changed. */
  readonly texts: () => Promise<ReadonlyMap<string, string>>;
}

export interface FolderContents {
  readonly specs: readonly OutputSpec[];
  /** The names of their sources in the manifest. Undefined: what other builds put into the folder goes. */
  readonly sources: readonly string[] | undefined;
  /** The copied runtime, the lock file and the manifest, beside what other builds put there. */
  readonly others: (kept: Kept) => ReadonlyMap<string, string>;
}

/**
 * Writes the files that changed, the manifest last, and deletes files of an earlier build of the same sources that this one
 * does not make, and those of sources that are gone.
 * Deletes what a killed build left unfinished. If nothing changed, nothing is touched. Whenever it is killed, each spec has
 * its old modules or its new ones (`replaceModules`).
 * @param store remembers how the files stood.
 */
export async function writeBuild(
  out: string,
  { specs, sources, others: othersBeside }: FolderContents,
  store: Store,
): Promise<Written> {
  const folder = openFolder(out);
  const stamps = openStamps(store, folder, (path) => join(folder, path));
  const mine = sources === undefined ? undefined : new Set(sources);
  const isThere = (path: string): boolean => isOwnPath(path) && isPlainFile(join(folder, path));
  const work = (): Work => {
    const { kept, gone } = mine === undefined ? noOtherBuilds : otherBuilds(folder, mine, isThere);
    const others = othersBeside(kept);
    const wanted = new Map([
      ...specs.flatMap((one) => one.files.map(({ path, hash }) => [path, hash] as const)),
      ...[...others].map(([path, text]) => [path, sha256(text)] as const),
    ]);
    const stay = new Set([...wanted.keys(), ...kept.files, ...kept.sources.flatMap((one) => one.files)]);
    return {
      others,
      wanted,
      changed: new Set(
        [...wanted].filter(([path, hash]) => needsWriting(folder, path, hash, stamps)).map(([path]) => path),
      ),
      stale: staleFiles(folder, stay),
      passing: passingFiles(folder),
      sources: { kept: kept.sources.map((one) => one.path), gone },
    };
  };
  const first = work();
  if (first.changed.size + first.stale.length + first.passing.length === 0) {
    deleteAllUnfinished(folder);
    stamps.save([...first.wanted.keys()]);
    return { written: [], deleted: [], unchanged: first.wanted.size, ...first.sources };
  }
  return whileLocked(folder, async (beat) => {
    deleteAllUnfinished(folder);
    // Another build may have written since.
    const { others, wanted, changed, stale, passing, sources } = work();
    const write = (path: string, text: string): void => {
      beat();
      const full = join(folder, path);
      makeFolder(dirname(full));
      replaceText(full, text);
      if (wanted.has(path)) stamps.set(path, full, sha256(text));
    };
    const files = {
      exists: (path: string) => existsSync(join(folder, path)),
      write,
      remove: (path: string) => deleteFile(join(folder, path)),
    };
    if (changed.size > 0) listAll(folder, [...changed], write);
    const early = [...others].filter(([path]) => path !== lockName && path !== manifestName);
    // The copied runtime comes first: a newer one takes older modules.
    for (const [path, text] of early) if (changed.has(path)) write(path, text);
    for (const spec of specs) {
      const own = new Set(spec.files.map(({ path }) => path).filter((path) => changed.has(path)));
      if (own.size > 0) replaceModules(files, await spec.texts(), own);
    }
    const lock = others.get(lockName);
    if (lock !== undefined && changed.has(lockName)) write(lockName, lock);
    // Before the manifest: one that cannot be deleted stays listed, and the next build tries again.
    for (const path of [...stale, ...passing]) deleteFile(join(folder, path));
    const manifest = others.get(manifestName);
    if (manifest !== undefined && needsWriting(folder, manifestName, sha256(manifest), stamps)) {
      write(manifestName, manifest);
    }
    for (const inner of innerFolders) {
      if (stale.some((path) => path.startsWith(`${inner}/`))) removeIfEmpty(join(folder, inner));
    }
    stamps.save([...wanted.keys()]);
    return { written: [...changed], deleted: stale, unchanged: wanted.size - changed.size, ...sources };
  });
}

interface Work {
  readonly others: ReadonlyMap<string, string>;
  /** The hashes of all files of this build, by path. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly sources: Pick<Written, "kept" | "gone">;
  /** Paths of files that are missing or differ. */
  readonly changed: ReadonlySet<string>;
  readonly stale: readonly string[];
  /** What a killed build left of modules that it was replacing. */
  readonly passing: readonly string[];
}

/**
 * While a build writes, the manifest of the one before lists its new files too: if it is killed, the next one knows what to
 * delete.
 */
function listAll(
  folder: string,
  paths: readonly string[],
  write: (path: string, text: string) => void,
): void {
  const path = join(folder, manifestName);
  if (!isPlainFile(path)) return;
  const text = readFileSync(path, "utf8");
  const listed = manifestFiles(text);
  const added = paths.filter((one) => one !== manifestName && listed?.includes(one) === false);
  if (listed === undefined || added.length === 0) return;
  const old = JSON.parse(text) as Manifest;
  write(manifestName, printManifest({ ...old, files: [...listed, ...added].sort() }));
}

/** Files with the marker that are there only while modules are replaced. */
function passingFiles(folder: string): string[] {
  return readdirSync(folder).filter((one) => {
    if (!isPassing(one) || !isOwnPath(one)) return false;
    const full = join(folder, one);
    return isPlainFile(full) && isOwn(one, readFileSync(full, "utf8"));
  });
}

function deleteAllUnfinished(folder: string): void {
  deleteUnfinished(folder, isOwnPath);
  for (const inner of innerFolders) {
    const place = join(folder, inner);
    if (existsSync(place)) deleteUnfinished(place, (name) => isOwnPath(`${inner}/${name}`));
  }
}

function openFolder(out: string): string {
  makeFolder(out);
  // The path can be a broken link or a file.
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw fileError("N005", out, `\`${out}\` is a file or a link to nothing where normc needs a folder`);
  }
  const folder = realpathSync(out);
  for (const inner of innerFolders) {
    const found = lstatSync(join(folder, inner), { throwIfNoEntry: false });
    // Through a link, the build would write and delete files outside the folder.
    if (found === undefined || found.isDirectory()) continue;
    const path = join(out, inner);
    throw fileError("N005", path, `\`${path}\` is a link or a file where normc needs a folder`);
  }
  return folder;
}

/** Another build may have deleted it already. */
function deleteFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw fileError("N005", path, `cannot delete \`${path}\`: ${reasonOf(error, "delete")}`);
  }
}

/** Whether the file is missing or differs. Throws an InputError N005 if a file is there that normc did not write. */
function needsWriting(folder: string, path: string, hash: string, stamps: Stamps): boolean {
  if (stamps.hashOf(path) === hash) return false;
  const full = join(folder, path);
  const found = lstatSync(full, { throwIfNoEntry: false });
  if (found === undefined) return true;
  if (!found.isFile()) {
    throw fileError("N005", full, `\`${full}\` is a link or a folder: normc does not replace it`);
  }
  const old = readFileSync(full, "utf8");
  if (sha256(old) === hash) {
    stamps.set(path, full, hash);
    return false;
  }
  if (!isOwn(path, old)) {
    const message = `\`${full}\` was not made by normc: move it away or choose another --out`;
    throw fileError("N005", full, message);
  }
  return true;
}

/** Whether a build writes files of that path. */
function isOwnPath(path: string): boolean {
  return ownPath.test(path) || path === lockName || path === manifestName;
}

function isOwn(path: string, text: string): boolean {
  return path === manifestName ? manifestFiles(text) !== undefined : text.slice(0, 200).includes(marker);
}

/** The files listed in the manifest of an earlier build that nobody makes any more and normc may delete. */
function staleFiles(folder: string, wanted: ReadonlySet<string>): string[] {
  const path = join(folder, manifestName);
  if (!isPlainFile(path)) return [];
  const listed = manifestFiles(readFileSync(path, "utf8")) ?? [];
  return listed.filter((one) => {
    // Anybody can have edited the manifest, so it alone does not decide what is deleted.
    if (!isOwnPath(one) || one === manifestName || wanted.has(one)) return false;
    const full = join(folder, one);
    return isPlainFile(full) && isOwn(one, readFileSync(full, "utf8"));
  });
}

function manifestFiles(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("compiler" in value) || !("files" in value)) return;
    if (!Array.isArray(value.files)) return;
    return [...new Set(value.files.filter((one): one is string => typeof one === "string"))];
  } catch {
    return undefined;
  }
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // The folder still holds files, ours or not.
  }
}
