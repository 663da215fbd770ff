/**
 * How the files of a folder stood when a build last knew their texts: a build that finds a file as it was need not read
 * it. The time of the last change of a file cannot be set, as that of its last writing can.
 */
import { lstatSync } from "node:fs";
import { type Store, sha256 } from "../../build/store.ts";

export interface Stamps {
  /** The SHA-256 of the text of a file, if it is as it was. */
  readonly hashOf: (path: string) => string | undefined;
  readonly set: (path: string, full: string, hash: string) => void;
  /** Only if something was set. */
  readonly save: (paths: readonly string[]) => void;
}

type Known = Record<string, readonly [stamp: string, hash: string]>;

/** @param fullOf the place of a file, by its path in the folder. */
export function openStamps(store: Store, folder: string, fullOf: (path: string) => string): Stamps {
  const key = `${sha256(`stamps ${folder}`)}-stamps`;
  const known = new Map(Object.entries(readKnown(store.read(key))));
  let isNew = false;
  return {
    hashOf(path) {
      const one = known.get(path);
      return one !== undefined && one[0] === stampOf(fullOf(path)) ? one[1] : undefined;
    },
    set(path, full, hash) {
      const stamp = stampOf(full);
      if (stamp === undefined) return;
      known.set(path, [stamp, hash]);
      isNew = true;
    },
    save(paths) {
      if (!isNew) return;
      const kept = paths.flatMap((path) => {
        const one = known.get(path);
        return one === undefined ? [] : [[path, one] as const];
      });
      store.write(key, JSON.stringify(Object.fromEntries(kept)));
    },
  };
}

function readKnown(text: string | undefined): Known {
  try {
    return text === undefined ? {} : (JSON.parse(text) as Known);
  } catch {
    return {};
  }
}

function stampOf(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined || !found.isFile()) return undefined;
  return `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}
