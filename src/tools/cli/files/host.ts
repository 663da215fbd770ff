/** The only place that reads sources: it reads texts from the file system and resolves imports. */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats } from "node:fs";
import { dirname, isAbsolute, join, normalize, relative } from "node:path";
import type { OutsideProject, ReadImport } from "../../../language/check/modules/modules.ts";
import type { Code } from "../../../language/diagnostics/codes.ts";
import { type Diagnostic, diagnostic, type Source } from "../../../language/diagnostics/diagnostic.ts";
import { CommandError, fileError, InputError } from "../terminal/failure.ts";
import { libraryFolder } from "./package.ts";
import { isInside, projectOf, realLibrary } from "./project.ts";

/** The parser takes 1 MiB of UTF-16. Text of that length has at most this many bytes. */
const maxSourceBytes = 3 * 1024 * 1024;

export interface Host {
  /** Reads a file that the user named. Throws an InputError if it cannot. */
  readonly read: (path: string) => Source;
  readonly readImport: ReadImport;
  /** Takes a file that another host read, in another thread. */
  readonly adopt: (source: Source) => void;
  /** Mistakes within imported files. Failed imports are reported at the import. */
  readonly found: readonly Diagnostic[];
}

/** A host remembers its sources, so that a file with two paths is one source with one name. */
export function createHost(): Host {
  const known = new Map<string, Source>();
  const found: Diagnostic[] = [];
  const projects = new Map<Source, string>();

  function read(path: string, real: string, readAllBytes = readBytes): Source {
    const seen = known.get(real);
    if (seen !== undefined) return seen;
    const source = decode(path, readAllBytes(path, maxSourceBytes));
    known.set(real, source);
    return source;
  }

  function readStandardInput(): Source {
    const source =
      known.get(standardInput) ?? decode(standardInputName, readBytes(standardInput, maxSourceBytes));
    known.set(standardInput, source);
    // Its imports are looked for as if it lay in the working folder.
    projects.set(source, projectOf(join(realPath("."), standardInputName)));
    return source;
  }

  return {
    read(path) {
      if (path === standardInput) return readStandardInput();
      const real = realPath(path);
      const source = read(normalize(path), real);
      projects.set(source, projectOf(real));
      return source;
    },
    adopt(source) {
      known.set(realPath(source.path), source);
    },
    readImport(path, from): Source | OutsideProject | undefined {
      try {
        const wanted = path.startsWith(libraryPrefix)
          ? join(libraryFolder, path.slice(libraryPrefix.length))
          : normalize(isAbsolute(path) ? path : join(dirname(from.path), path));
        const real = realPath(wanted);
        // What a file imports belongs to the project of that file, in whatever package inside it the file lies.
        const project = projects.get(from) ?? projectOf(realPath(from.path));
        if (!isInside(project, real) && !isInside(realLibrary(), real)) {
          return { project: relative(process.cwd(), project) || "." };
        }
        const source = read(wanted, real, readPlainFile);
        if (!projects.has(source)) projects.set(source, project);
        return source;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        // A missing file is reported at the import, a mistake within a file in that file.
        found.push(...error.diagnostics.filter((one) => one.code !== "N001"));
        return undefined;
      }
    },
    found,
  };
}

/** An import of a shipped spec, whatever folder it is read from: `normc/library/batch_norm.norm`. */
export const libraryPrefix = "normc/library/";

/** The path that means standard input. A file of that name is `./-`. */
export const standardInput = "-";
/** How diagnostics call it. */
export const standardInputName = "<stdin>";

/** The bytes of a file, a pipe or standard input. Throws an InputError N001 or N003. */
export function readBytes(path: string, limit: number): Buffer {
  if (path === standardInput) return readStandardBytes(limit);
  return readOpened(path, limit, constants.O_RDONLY, (file) =>
    file.isDirectory() ? "it is a folder" : undefined,
  );
}

/** Reads a plain file, whatever else is known of it. Throws an InputError if it cannot. */
export function readSource(path: string): Source {
  return decode(path, readPlainFile(path, maxSourceBytes));
}

/** The user named no pipe or device here: one could keep us waiting for ever. */
function readPlainFile(path: string, limit: number): Buffer {
  // Without this flag, opening a pipe already waits for somebody who writes into it. Windows has neither.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  return readOpened(path, limit, flags, (file) => (file.isFile() ? undefined : "it is not a plain file"));
}

/** @param refuse says why a file of that kind is not read. */
function readOpened(
  path: string,
  limit: number,
  flags: number,
  refuse: (file: Stats) => string | undefined,
): Buffer {
  try {
    const file = openSync(path, flags);
    try {
      const reason = refuse(fstatSync(file));
      if (reason !== undefined) throw failure("N001", path, reason);
      return readAll(file, path, limit);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw error instanceof InputError ? error : failure("N001", path, reasonOf(error));
  }
}

let standardInputRead = false;

function readStandardBytes(limit: number): Buffer {
  // It can be read once: a second reader would find it empty.
  if (standardInputRead)
    throw new CommandError(2, "standard input (-) is named twice, and can be read only once");
  standardInputRead = true;
  try {
    return readAll(0, standardInputName, limit);
  } catch (error) {
    throw error instanceof InputError ? error : failure("N001", standardInputName, reasonOf(error));
  }
}

/** Reads piece by piece: a device or a pipe does not say how long it is. */
function readAll(file: number, path: string, limit: number): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(
      Math.max(64 * 1024, Math.min(fstatSync(file).size - length + 1, 2 ** 30)),
    );
    const count = readSome(file, piece);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, count));
    length += count;
    if (length > limit) throw failure("N003", path, `it is larger than ${limit / 2 ** 20} MiB`);
  }
}

/** A terminal or a pipe that is set not to wait says EAGAIN until somebody writes. */
function readSome(file: number, piece: Buffer): number {
  for (;;) {
    try {
      return readSync(file, piece, 0, piece.length, null);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      // Windows says EOF where others return 0.
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/** The byte order mark in UTF-8. It is no part of the text. */
const mark = Buffer.from([0xef, 0xbb, 0xbf]);
const marked = new WeakSet<Source>();

export function hasMark(source: Source): boolean {
  return marked.has(source);
}

/** Throws an InputError N002 at the first byte that is not UTF-8. */
export function decode(path: string, bytes: Buffer): Source {
  try {
    const source = { path, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
    if (bytes.subarray(0, 3).equals(mark)) marked.add(source);
    return source;
  } catch {
    const text = bytes.toString("utf8");
    const again = Buffer.from(text, "utf8");
    const at = again.findIndex((byte, i) => byte !== bytes[i]);
    const start =
      at < 0
        ? 0
        : again
            .subarray(0, at)
            .toString("utf8")
            .replace(/\uFFFD$/u, "").length;
    const span = { source: { path, text }, start, end: Math.min(start + 1, text.length) };
    throw new InputError([diagnostic("N002", "this file is not UTF-8 text", span)]);
  }
}

function failure(code: Code, path: string, reason: string): InputError {
  return fileError(code, path, `cannot read \`${path}\`: ${reason}`);
}

/** The reason of a file error, without the name of a system call. `wish` is what was tried. */
export function reasonOf(error: unknown, wish: "read" | "write" | "delete" = "read"): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: `you may not ${wish} it`,
    EPERM: `you may not ${wish} it`,
    ENOSPC: "the disk is full",
    EDQUOT: "you may store no more on this disk",
    EROFS: "the disk can only be read",
    EISDIR: "it is a folder",
    EBADF: "it is closed",
    ENOTDIR: "a part of the path is not a folder",
    ENAMETOOLONG: "the path is too long",
    ELOOP: "its links lead in a circle",
    ERR_INVALID_ARG_VALUE: "this is not a path",
  };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw failure("N001", path, reasonOf(error));
  }
}
