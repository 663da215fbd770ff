/** Separate from the storages of pages, because their bundles have no file system. */
import type { TuningStorage } from "../../runtime/options/norm-types.ts";

/** Keeps the results in a tuning file, which `normc tune` also writes and reads. For Node, Deno and Bun. */
export function fileStorage(path: string): TuningStorage {
  return {
    async read() {
      const { readFile } = await import("node:fs/promises");
      return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
    },
    async write(text) {
      const { rename, rm, writeFile } = await import("node:fs/promises");
      // Until the rename, readers see the old file. Two processes may write at the same time.
      const unfinished = `${path}.${crypto.randomUUID()}.tmp`;
      try {
        await writeFile(unfinished, text, { flush: true });
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
  };
}
