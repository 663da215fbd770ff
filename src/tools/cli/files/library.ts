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

export interface Shipped {
  readonly path: string;
  /** Undefined if the name is that of a file with several norms, none of which has it. */
  readonly norm: string | undefined;
}

/** The shipped norm or file of a name: `GroupNorm`, `group_norm` or `vector_norm`. */
export function shippedSpec(name: string): Shipped | undefined {
  const shipped = shippedFiles();
  for (const { path, norms } of shipped) {
    const norm = norms.find((one) => one === name || isNamedAfter(name, one));
    if (norm !== undefined) return { path, norm };
  }
  const file = shipped.find((one) => one.name === name);
  return file === undefined ? undefined : { path: file.path, norm: undefined };
}

/** `group_norm` is `GroupNorm`, `rms_norm` is `RMSNorm`. */
export function isNamedAfter(snake: string, norm: string): boolean {
  return snake === snake.toLowerCase() && snake.replaceAll("_", "") === norm.toLowerCase();
}

/** Whether a word on the command line can only be a path. */
export function looksLikePath(spec: string): boolean {
  return /[/\\]/.test(spec) || spec.endsWith(".norm");
}

export function shippedNames(): readonly string[] {
  return shippedFiles().flatMap((one) => [...one.norms, one.name]);
}
