/**
 * A store of texts by key, on disk. Several processes may share it. Whoever is killed in the middle, and whatever happens
 * to its files: a text is there as it was written, or it is not there.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

export interface Store {
  /** Undefined if there is no such text, or if it is damaged. */
  read(key: string): string | undefined;
  /** Fails silently: whatever is stored can be made again. */
  write(key: string, text: string): void;
  /** Deletes the texts that were not read for the longest time, until the others fit into the limit. */
  trim(): void;
}

/** A build of 100 specs stores about 25 MB. */
const mostBytes = 300 * 1024 * 1024;

/** How old the time of the last reading may become before it is written again: a read should write nothing. */
const readTimeMs = 24 * 60 * 60 * 1000;

/** No text is larger: what somebody else put there is not read. */
const mostTextBytes = 256 * 1024 * 1024;

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Undefined if the folder cannot be made or written into. */
export function openStore(folder: string): Store | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return diskStore(folder);
  } catch {
    return undefined;
  }
}

export function diskStore(folder: string, limit = mostBytes): Store {
  const pathOf = (key: string): string => join(folder, key.slice(0, 2), key.slice(2));
  return {
    read(key) {
      const path = pathOf(key);
      try {
        const { mtimeMs, size } = statSync(path);
        if (size > mostTextBytes) return undefined;
        const whole = readFileSync(path, "utf8");
        const end = whole.indexOf("\n");
        const text = whole.slice(end + 1);
        if (end < 0 || whole.slice(0, end) !== sha256(text)) return undefined;
        if (Date.now() - mtimeMs > readTimeMs) utimesSync(path, new Date(), new Date());
        return text;
      } catch {
        return undefined;
      }
    },
    write(key, text) {
      const path = pathOf(key);
      const unfinished = `${path}.${randomBytes(6).toString("hex")}${unfinishedEnd}`;
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(unfinished, `${sha256(text)}\n${text}`, { flag: "wx" });
        renameSync(unfinished, path);
      } catch {
        rmSync(unfinished, { force: true });
      }
    },
    trim() {
      const files = filesIn(folder);
      let bytes = files.reduce((sum, one) => sum + one.size, 0);
      for (const { path, size, time } of files.sort((a, b) => a.time - b.time)) {
        const left = path.endsWith(unfinishedEnd) && Date.now() - time > abandonedMs;
        if (bytes <= limit && !left) continue;
        rmSync(path, { force: true });
        bytes -= size;
      }
    },
  };
}

const unfinishedEnd = ".tmp";

/** Nobody writes one text for so long. */
const abandonedMs = 60 * 60 * 1000;

function filesIn(folder: string): { path: string; size: number; time: number }[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .flatMap((one) => {
        const path = join(one.parentPath, one.name);
        const found = statSync(path, { throwIfNoEntry: false });
        return found === undefined ? [] : [{ path, size: found.size, time: found.mtimeMs }];
      });
  } catch {
    return [];
  }
}

/** What a process without a disk keeps, in characters. */
const mostRemembered = 256 * 1024 * 1024;

/** A store that remembers what this process read and wrote. Without another store behind it, it remembers everything. */
export function rememberingStore(store: Store | undefined, isRemembered: (key: string) => boolean): Store {
  const known = new Map<string, string>();
  let length = 0;
  const remember = (key: string, text: string): void => {
    forget(key);
    known.set(key, text);
    length += text.length;
    for (const oldest of known.keys()) {
      if (length <= mostRemembered) break;
      forget(oldest);
    }
  };
  const forget = (key: string): void => {
    length -= known.get(key)?.length ?? 0;
    known.delete(key);
  };
  return {
    read(key) {
      const text = known.get(key) ?? store?.read(key);
      if (text !== undefined && isRemembered(key)) remember(key, text);
      return text;
    },
    write(key, text) {
      if (store === undefined || isRemembered(key)) remember(key, text);
      store?.write(key, text);
    },
    trim: () => store?.trim(),
  };
}
