/** Modules between the compiler and ts-morph. */
import type { Declaration } from "../bindings/declarations.ts";

/** A module that is printed but for its declarations, as plain data: threads can hand it to the one that writes them. */
export interface UnfinishedModule {
  readonly before: string;
  readonly declarations: readonly Declaration[];
  /** Whether methods have no bodies, as in a declaration file. */
  readonly declared: boolean;
  readonly after: string;
}

/** Writes the declarations of a module with ts-morph, which is large: the first call loads it. */
export async function finishModule({
  before,
  declarations,
  declared,
  after,
}: UnfinishedModule): Promise<string> {
  if (declarations.length === 0) return before + after;
  const { writeDeclarations, writeTypescript } = await import("./write-typescript.ts");
  return before + (declared ? writeDeclarations(declarations) : writeTypescript(declarations)) + after;
}

/** A module, or the text of another file. */
export type UnfinishedFile = string | UnfinishedModule;

export async function finishFiles(
  files: ReadonlyMap<string, UnfinishedFile>,
): Promise<ReadonlyMap<string, string>> {
  const finished = new Map<string, string>();
  for (const [path, one] of files) {
    finished.set(path, typeof one === "string" ? one : await finishModule(one));
  }
  return finished;
}
