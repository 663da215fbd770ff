/** Apart from the storage of pages, whose bundles have no file system. */
import type { TuningStorage } from "../../runtime/options/norm-types.ts";

/** A tuning file on disk, the same that `normc tune` writes and reads. For Node, Deno and Bun. */
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
      const { rename, writeFile } = await import("node:fs/promises");
      // Whoever reads it meanwhile reads the old one.
      await writeFile(`${path}.tmp`, text);
      await rename(`${path}.tmp`, path);
    },
  };
}
