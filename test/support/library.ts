/** The shipped library, read from disk and checked. */
import { readdirSync, readFileSync } from "node:fs";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { type CheckedNorm, checkFile } from "../../src/language/check/check.ts";
import type { Diagnostic, Source } from "../../src/language/diagnostics/diagnostic.ts";

const folder = new URL("../../library/", import.meta.url);

export function librarySource(file: string): Source {
  return { path: file, text: readFileSync(new URL(file, folder), "utf8") };
}

export function libraryFiles(): string[] {
  return readdirSync(folder).filter((file) => file.endsWith(".norm"));
}

let checked: readonly CheckedNorm[] | undefined;

/** Every norm of the library, checked once. @throws Error if one has a diagnostic: the library must have none. */
export function libraryNorms(): readonly CheckedNorm[] {
  checked ??= libraryFiles().flatMap((file) => checkText(librarySource(file)));
  return checked;
}

/** Checks a text that should have no mistakes. */
export function checkText(source: Source): readonly CheckedNorm[] {
  const found: Diagnostic[] = [];
  const { norms } = checkFile(
    source,
    (path) => librarySource(path.replace("./", "")),
    (one) => found.push(one),
  );
  if (found.length > 0)
    throw new Error(`${source.path}: ${found.map((one) => `${one.code} ${one.message}`).join("; ")}`);
  return norms;
}

export function graphOf(norm: string, mode: "train" | "infer" | null = null): Graph {
  const graph = libraryNorms()
    .find((one) => one.name === norm)
    ?.graphs.find((one) => one.mode === mode);
  if (graph === undefined) throw new Error(`the library has no ${norm} ${mode}`);
  return graph;
}
