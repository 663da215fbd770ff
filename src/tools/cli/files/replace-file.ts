/** Replaces a file as a whole: writes it beside its place and then renames it. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fstatSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { CommandError } from "../terminal/failure.ts";
import { reasonOf } from "./host.ts";

/** Throws a CommandError 1 if the file cannot be written. The old file then stays untouched. */
export function replaceFile(path: string, write: (file: number) => void): void {
  try {
    const old = statSync(path, { throwIfNoEntry: false });
    // A pipe or a device, such as /dev/stdout, is written into, not replaced.
    if (old !== undefined && !old.isFile() && !old.isDirectory()) {
      writeInto(openSync(path, "w"), write);
      return;
    }
    const name = basename(path).slice(0, 100);
    const unfinished = join(dirname(path), `.${name}.${randomBytes(6).toString("hex")}.tmp`);
    // "wx" never writes through a link that somebody put there.
    const file = openSync(unfinished, "wx");
    try {
      if (old !== undefined && old.mode !== fstatSync(file).mode) fchmodSync(file, old.mode & 0o777);
      writeInto(file, write);
      renameSync(unfinished, path);
    } catch (error) {
      unlinkSync(unfinished);
      throw error;
    }
  } catch (error) {
    throw new CommandError(1, `cannot write ${path}: ${reasonOf(error)}`);
  }
}

export function replaceText(path: string, text: string): void {
  replaceFile(path, (file) => writeSync(file, text));
}

function writeInto(file: number, write: (file: number) => void): void {
  try {
    write(file);
  } finally {
    closeSync(file);
  }
}
