/** Replaces a file as a whole: writes it beside its place and then renames it. */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileError, InputError } from "../terminal/failure.ts";
import { reasonOf } from "./host.ts";
import { unfinishedName } from "./unfinished.ts";

/**
 * Writes the pieces one after the other, as UTF-8. Whenever the process is killed, the file has its old or its new text.
 * @throws InputError N005 if the file cannot be written. The old file then stays untouched.
 */
export function replaceFile(path: string, pieces: Iterable<string>): void {
  try {
    const opened = openedAs(path);
    if (opened !== undefined) {
      writeWhole(opened, pieces);
      return;
    }
    const old = statSync(path, { throwIfNoEntry: false });
    // A pipe or a device, such as /dev/stdout, is written into, not replaced.
    if (old !== undefined && !old.isFile() && !old.isDirectory()) {
      withFile(openSync(path, "w"), (file) => writeWhole(file, pieces));
      return;
    }
    // A rename asks only the folder. A file that may not be written stays as it is.
    if (old !== undefined) accessSync(path, constants.W_OK);
    const unfinished = join(dirname(path), unfinishedName(path));
    // "wx" never writes through a link that somebody put there.
    const made = openSync(unfinished, "wx");
    try {
      withFile(made, (file) => {
        if (old !== undefined) takeOver(file, old);
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

/**
 * The number of an open file, for `/dev/stdout` and the like. Behind it may be a file that the shell appends to, which would be
 * cut or replaced if it were opened by this name.
 */
function openedAs(path: string): number | undefined {
  if (process.platform === "win32") return undefined;
  const [, name, number] = /^\/dev\/(?:(stdout|stderr)|fd\/(\d+))$/.exec(resolve(path)) ?? [];
  if (number !== undefined) return Number(number);
  return name === undefined ? undefined : name === "stdout" ? 1 : 2;
}

/** The new file has the owner and the permissions of the old one. */
function takeOver(file: number, old: Stats): void {
  const own = fstatSync(file);
  if (own.uid !== old.uid || own.gid !== old.gid) {
    try {
      fchownSync(file, old.uid, old.gid);
    } catch {
      // Only the superuser gives files away. Whoever may write a file of somebody else then owns its new text.
    }
  }
  if (own.mode !== old.mode) fchmodSync(file, old.mode & 0o777);
}

/**
 * Where a path that the user named leads: of a link, the file that it stands for, so that the link stays and the file is
 * replaced. A build does not ask: what it writes stays in its folder.
 * @throws InputError N005 for links that lead in a circle.
 */
export function throughLinks(path: string): string {
  try {
    if (openedAs(path) !== undefined) return path;
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
    // A link to nothing is a file to be made.
    const exists = statSync(path, { throwIfNoEntry: false }) !== undefined;
    return exists ? realpathSync(path) : throughLinks(resolve(dirname(path), readlinkSync(path)));
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
