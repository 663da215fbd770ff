/** Writes the types of specs. */
import { lstatSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { marker } from "../../compile/build/manifest.ts";
import { makeFolder } from "../cli/files/make-folder.ts";
import { replaceText } from "../cli/files/replace-file.ts";
import { fileError } from "../cli/terminal/failure.ts";

/**
 * Writes those that are missing or differ: who watches the folder hears of nothing else.
 * @returns the paths that were written.
 * @throws InputError N610 if a file that normc did not write is in the way, N005 if one cannot be written.
 */
export function writeTypes(files: ReadonlyMap<string, string>): string[] {
  const changed = [...files].filter(([path, text]) => needsWriting(path, text));
  for (const [path, text] of changed) {
    makeFolder(dirname(path));
    replaceText(path, text);
  }
  return changed.map(([path]) => path);
}

function needsWriting(path: string, text: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return true;
  const old = found.isFile() ? readFileSync(path, "utf8") : undefined;
  // A map has no marker. It lies beside a declaration file, and that one was looked at first.
  if (old !== undefined && (path.endsWith(".map") || old.startsWith(`// ${marker}`))) return old !== text;
  throw fileError("N610", path, `\`${path}\` was not written by normc: it is left as it is`);
}
