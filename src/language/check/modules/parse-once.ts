import type { Diagnostic, Source } from "../../diagnostics/diagnostic.ts";
import type { File } from "../../syntax/ast.ts";
import { parse } from "../../syntax/parse.ts";

export interface ParsedFile {
  readonly file: File;
  readonly found: readonly Diagnostic[];
}

const parsed = new WeakMap<Source, ParsedFile>();

/**
 * A source is parsed to find its imports and again to check it. An editor parses it whenever a file that imports it
 * changes.
 */
export function parseOnce(source: Source): ParsedFile {
  const known = parsed.get(source);
  if (known !== undefined) return known;
  const found: Diagnostic[] = [];
  const made = { file: parse(source, (one) => found.push(one)), found };
  parsed.set(source, made);
  return made;
}
