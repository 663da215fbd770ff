/** Replaces a file as a whole: writes it beside its place and then renames it. */
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileError, InputError } from "../terminal/failure.ts";
import { reasonOf } from "./host.ts";
import { unfinishedName } from "./unfinished.ts";

/**
 * Writes the pieces one after the other, as UTF-8. Whenever the process is killed, the file has its old or its new text.
 * @throws InputError N005 if the file cannot be written. The old file then stays untouched.
 */
export function replaceFile(path: string, pieces: Iterable<string>): void {
  try {
    const old = statSync(path, { throwIfNoEntry: false });
    // A pipe or a device, such as /dev/stdout, is written into, not replaced.
    if (old !== undefined && !old.isFile() && !old.isDirectory()) {
      withFile(openSync(path, "w"), (file) => writeWhole(file, pieces));
      return;
    }
    const unfinished = join(dirname(path), unfinishedName(path));
    // "wx" never writes through a link that somebody put there.
    const opened = openSync(unfinished, "wx");
    try {
      withFile(opened, (file) => {
        if (old !== undefined && old.mode !== fstatSync(file).mode) fchmodSync(file, old.mode & 0o777);
        writeWhole(file, pieces);
        // Some file systems find out only now that they are full, and after a power failure a renamed file that was not
        // flushed may be empty. A new file replaces nothing, and a build of many does not wait 2 to 6 ms for each.
        if (old !== undefined) fsyncSync(file);
      });
      renameSync(unfinished, path);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw fileError("N005", path, `cannot write \`${path}\`: ${reasonOf(error, "write")}`);
  }
}

export function replaceText(path: string, text: string): void {
  replaceFile(path, [text]);
}

/**
 * On a nearly full disk one call writes the bytes that still fit, and only the next one fails.
 * @param write returns the number of bytes that it wrote.
 */
export function writeWhole(
  file: number,
  pieces: Iterable<string>,
  write: (file: number, bytes: Uint8Array, at: number) => number = writeSync,
): void {
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, "utf8");
    for (let at = 0; at < bytes.length; ) {
      const count = write(file, bytes, at);
      if (count === 0) throw new Error("the disk takes no more bytes");
      at += count;
    }
  }
}

function withFile(file: number, use: (file: number) => void): void {
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}
