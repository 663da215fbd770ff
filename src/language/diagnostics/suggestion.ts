/** Suggests a replacement for a wrong name. */
import type { Span } from "./diagnostic.ts";
import { nearest } from "./suggest.ts";

interface Suggestion {
  readonly note?: string;
  readonly fix?: { readonly title: string; readonly span: Span; readonly replacement: string };
}

const maxCandidates = 500;

/** The nearest right name as a fix. If none is near, a note with a short list of all names. */
export function suggestion(word: string, candidates: readonly string[], span: Span): Suggestion {
  // Each candidate is compared letter by letter, so a generated file with thousands of names gets no suggestion.
  const best = candidates.length > maxCandidates ? undefined : nearest(word, candidates);
  if (best !== undefined) return { fix: { title: `did you mean \`${best}\`?`, span, replacement: best } };
  if (candidates.length === 0 || candidates.length > 12) return {};
  return { note: `there ${candidates.length === 1 ? "is" : "are"} ${quoted(candidates)}` };
}

/** `a`, `b` and `c`, as in a message. */
export function quoted(names: readonly string[]): string {
  const all = names.map((one) => `\`${one}\``);
  return all.length < 2 ? (all[0] ?? "none") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
