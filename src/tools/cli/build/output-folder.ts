/** The output folder of `normc build`. The build touches nothing outside it, and inside it only normc's own files. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { lockName } from "../../../compile/build/lock.ts";
import { manifestName } from "../../../compile/build/manifest.ts";
import { marker } from "../../../compile/build/origin.ts";
import { reasonOf } from "../files/host.ts";
import { replaceText } from "../files/replace-file.ts";
import { deleteUnfinished } from "../files/unfinished.ts";
import { CommandError, fileError } from "../terminal/failure.ts";

export interface Written {
  readonly written: readonly string[];
  readonly deleted: readonly string[];
  readonly unchanged: number;
}

/** The folders of the readable shaders. */
const innerFolders = ["wgsl", "glsl"];
const ownPath = /^(?:(?:wgsl|glsl)\/)?[^/\\\0]+\.(?:ts|js|wgsl|glsl)$/;

/**
 * Deletes what a killed build left unfinished. Writes the files that changed, the manifest last. Deletes files of an
 * earlier build that this one does not make.
 * @param files contents by path in the folder. The last is the manifest.
 */
export function writeBuild(out: string, files: ReadonlyMap<string, string>): Written {
  const folder = openFolder(out);
  deleteUnfinished(folder, isOwnPath);
  for (const inner of innerFolders) {
    const place = join(folder, inner);
    if (existsSync(place)) deleteUnfinished(place, (name) => isOwnPath(`${inner}/${name}`));
  }
  const stale = staleFiles(folder, files);
  const changed = [...files].filter(([path, text]) => needsWriting(folder, path, text));
  const write = ([path, text]: readonly [string, string]): void => {
    makeFolder(dirname(join(folder, path)));
    replaceText(join(folder, path), text);
  };
  changed.filter(([path]) => path !== manifestName).forEach(write);
  // Before the manifest: one that cannot be deleted stays listed, and the next build tries again.
  for (const path of stale) deleteFile(join(folder, path));
  changed.filter(([path]) => path === manifestName).forEach(write);
  for (const inner of innerFolders) {
    if (stale.some((path) => path.startsWith(`${inner}/`))) removeIfEmpty(join(folder, inner));
  }
  return { written: changed.map(([path]) => path), deleted: stale, unchanged: files.size - changed.length };
}

function openFolder(out: string): string {
  makeFolder(out);
  // The path can be a broken link or a file.
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CommandError(1, `${out} is a file or a link to nothing where normc needs a folder`);
  }
  const folder = realpathSync(out);
  for (const inner of innerFolders) {
    const found = lstatSync(join(folder, inner), { throwIfNoEntry: false });
    // Through a link, the build would write and delete files outside the folder.
    if (found === undefined || found.isDirectory()) continue;
    throw new CommandError(1, `${join(out, inner)} is a link or a file where normc needs a folder`);
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

/** Makes one parent after the other: Node's own `recursive` never returns below a folder such as /proc. */
function makeFolder(path: string): void {
  const full = resolve(path);
  if (lstatSync(full, { throwIfNoEntry: false }) !== undefined) return;
  if (dirname(full) !== full) makeFolder(dirname(full));
  try {
    mkdirSync(full);
  } catch (error) {
    throw fileError("N005", path, `cannot make the folder \`${path}\`: ${reasonOf(error, "write")}`);
  }
}

/** Whether the file is missing or differs. Throws a CommandError if a file is there that normc did not write. */
function needsWriting(folder: string, path: string, text: string): boolean {
  const full = join(folder, path);
  const found = lstatSync(full, { throwIfNoEntry: false });
  if (found === undefined) return true;
  if (!found.isFile()) throw new CommandError(1, `${full} is a link or a folder: normc does not replace it`);
  const old = readFileSync(full, "utf8");
  if (old === text) return false;
  if (!isOwn(path, old)) {
    throw new CommandError(1, `${full} was not made by normc: move it away or choose another --out`);
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

/** The files listed in the manifest of an earlier build that this build no longer makes and normc may delete. */
function staleFiles(folder: string, files: ReadonlyMap<string, string>): string[] {
  const path = join(folder, manifestName);
  if (!isPlainFile(path)) return [];
  const listed = manifestFiles(readFileSync(path, "utf8")) ?? [];
  return listed.filter((one) => {
    // Anybody can have edited the manifest, so it alone does not decide what is deleted.
    if (!isOwnPath(one) || one === manifestName || files.has(one)) return false;
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
