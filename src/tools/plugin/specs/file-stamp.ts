import { statSync } from "node:fs";

/** How some files stand, to find out later whether one was written, replaced, deleted or made again. */
export interface Stamps {
  /** Remembers how a file stands now. To see each change, call it before the file is read. */
  note(file: string): void;
  /** Whether all files stand as they did. */
  hold(): boolean;
  readonly files: ReadonlySet<string>;
}

export function fileStamps(): Stamps {
  const stamps = new Map<string, string>();
  return {
    note(file) {
      if (!stamps.has(file)) stamps.set(file, stampOf(file));
    },
    hold: () => [...stamps].every(([file, stamp]) => stampOf(file) === stamp),
    get files() {
      return new Set(stamps.keys());
    },
  };
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? "missing" : `${found.ino} ${found.mtimeMs} ${found.size}`;
}
