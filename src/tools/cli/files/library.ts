/** The shipped specs: their files, and which norms each declares. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { libraryFolder } from "./package.ts";

export interface ShippedFile {
  /** Without `.norm`. */
  readonly name: string;
  readonly path: string;
  readonly norms: readonly string[];
}

export function shippedFiles(): readonly ShippedFile[] {
  return readdirSync(libraryFolder)
    .filter((file) => file.endsWith(".norm"))
    .sort()
    .map((file) => {
      const path = join(libraryFolder, file);
      // These files are in canonical form, so there is no need to parse them all to find one.
      const norms = [...readFileSync(path, "utf8").matchAll(/^norm (\w+)/gm)].map((one) => one[1] ?? "");
      return { name: file.slice(0, -".norm".length), path, norms };
    });
}
