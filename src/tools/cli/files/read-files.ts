import type { Diagnostic, Source } from "../../../language/diagnostics/diagnostic.ts";
import { InputError } from "../terminal/failure.ts";
import type { Host } from "./host.ts";

/** Reads the files without checking them, each once. */
export function readFiles(
  paths: readonly string[],
  host: Host,
): { readonly sources: readonly Source[]; readonly diagnostics: readonly Diagnostic[] } {
  const sources = new Set<Source>();
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    try {
      sources.add(host.read(path));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      diagnostics.push(...error.diagnostics);
    }
  }
  return { sources: [...sources], diagnostics };
}
