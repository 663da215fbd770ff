/** The place of a field in the text of a config. The text is a program, so this is a search, not a parse. */
import type { Source, Span } from "../../language/diagnostics/diagnostic.ts";

/**
 * @param path the field from outside in: `["gradients", "save"]`.
 * @param value a text that stands there, to be pointed at instead of the name.
 * @returns a place in an empty text if the field is not found: it may come from another file.
 */
export function placeOf(source: Source, path: readonly string[], value?: string): Span {
  let at = 0;
  let name: { readonly start: number; readonly end: number } | undefined;
  for (const key of path) {
    const found = fieldAfter(source.text, key, at);
    if (found === undefined) return { source: { ...source, text: "" }, start: 0, end: 0 };
    name = found;
    at = found.end;
  }
  const literal = value === undefined ? undefined : literalAfter(source.text, value, at);
  return { source, ...(literal ?? name ?? { start: 0, end: 0 }) };
}

function fieldAfter(text: string, key: string, from: number): { start: number; end: number } | undefined {
  // `key:`, `"key":`, and `key,` or `key }`, where a variable has the name.
  const escaped = key.replaceAll(/[^\w\s]/g, "\\$&");
  const pattern = new RegExp(`(?<![\\w$.])(["']?)${escaped}\\1(?=\\s*[:,}])`, "g");
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const start = found.index + (found[1] ?? "").length;
  return { start, end: start + key.length };
}

/** The inside of the quotes. */
function literalAfter(text: string, value: string, from: number): { start: number; end: number } | undefined {
  const places = ['"', "'", "`"].map((quote) => text.indexOf(`${quote}${value}${quote}`, from));
  const found = places.filter((one) => one >= 0);
  if (found.length === 0) return undefined;
  const start = Math.min(...found) + 1;
  return { start, end: start + value.length };
}
