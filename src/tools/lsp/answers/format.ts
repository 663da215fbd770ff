/** The canonical form, as `normc fmt` writes it, in one edit of what differs. */
import type { TextEdit } from "vscode-languageserver";
import { parseOnce } from "../../../language/check/modules/parse-once.ts";
import { hasErrors } from "../../../language/diagnostics/diagnostic.ts";
import { format } from "../../../language/format/format.ts";
import type { KnownFile } from "../project/project.ts";
import { rangeOf } from "../text/ranges.ts";

/** No edits for a text with syntax errors. */
export function formatted({ source }: KnownFile): TextEdit[] {
  const { file, found } = parseOnce(source);
  if (hasErrors(found)) return [];
  const old = source.text;
  const lineEnd = /\r?\n/.exec(old)?.[0] ?? "\n";
  const text = format(file).replaceAll("\n", lineEnd);
  if (text === old) return [];
  const least = Math.min(text.length, old.length);
  let start = 0;
  while (start < least && text[start] === old[start]) start++;
  let same = 0;
  while (same < least - start && text[text.length - 1 - same] === old[old.length - 1 - same]) same++;
  // A line break of two characters is taken whole.
  if (start > 0 && old[start - 1] === "\r") start--;
  if (same > 0 && old[old.length - same - 1] === "\r") same--;
  const range = rangeOf({ source, start, end: old.length - same });
  return [{ range, newText: text.slice(start, text.length - same) }];
}
