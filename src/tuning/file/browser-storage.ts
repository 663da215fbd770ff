/** Storages in a page for the results of tuning in the background. */
import type { TuningStorage } from "../../runtime/options/norm-types.ts";
import { emptyTuning, parseTuning, printTuning, type TuningFile } from "./tuning-file.ts";

/**
 * Keeps the results in the browser's IndexedDB. The user can clear them like any data of the site.
 * @param name the name of the database. @default "normc-tuning"
 */
export function indexedDbStorage(name = "normc-tuning"): TuningStorage {
  const run = async (
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest,
  ): Promise<unknown> => {
    const database = await answer(opening(name));
    try {
      return await answer(ask((database as IDBDatabase).transaction(table, mode).objectStore(table)));
    } finally {
      (database as IDBDatabase).close();
    }
  };
  return {
    async read() {
      const text = await run("readonly", (store) => store.get(key));
      return typeof text === "string" ? text : undefined;
    },
    async write(text) {
      await run("readwrite", (store) => store.put(text, key));
    },
  };
}

const table = "tuning";
const key = "file";

function opening(name: string): IDBOpenDBRequest {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(table);
  return request;
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Keeps the results while the page lives. */
export function memoryStorage(): TuningStorage {
  let kept: string | undefined;
  return {
    read: async () => kept,
    write: async (text) => {
      kept = text;
    },
  };
}

/** The stored results. If the storage cannot be read or holds no tuning file, none: tuning then measures again. */
export async function readStorage(storage: TuningStorage): Promise<TuningFile> {
  try {
    const text = await storage.read();
    return text === undefined ? emptyTuning : parseTuning(text);
  } catch {
    return emptyTuning;
  }
}

/** The page writes one result after the other. Each write reads the file first, so that no result is lost. */
let writing: Promise<void> = Promise.resolve();

export function updateStorage(
  storage: TuningStorage,
  change: (file: TuningFile) => TuningFile,
): Promise<void> {
  const next = writing.then(async () => storage.write(printTuning(change(await readStorage(storage)))));
  writing = next.catch(() => undefined);
  return next;
}
