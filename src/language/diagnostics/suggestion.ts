/** What a message offers in place of a wrong name. */
import type { Span } from "./diagnostic.ts";
import { nearest } from "./suggest.ts";

interface Suggestion {
  readonly note?: string;
  readonly fix?: { readonly title: string; readonly span: Span; readonly replacement: string };
}

const maxCandidates = 500;

/** The nearest right name as a fix; where none is near, a short list of all as a note. */
export function suggestion(word: string, candidates: readonly string[], span: Span): Suggestion {
  // Each candidate is compared letter by letter: a generated file with thousands of names gets no offers.
  const best = candidates.length > maxCandidates ? undefined : nearest(word, candidates);
  if (best !== undefined) return { fix: { title: `did you mean \`${best}\`?`, span, replacement: best } };
  if (candidates.length === 0 || candidates.length > 12) return {};
  return { note: `there ${candidates.length === 1 ? "is" : "are"} ${quoted(candidates)}` };
}

/** `a`, `b` and `c`, as a message says it. */
export function quoted(names: readonly string[]): string {
  const all = names.map((one) => `\`${one}\``);
  return all.length < 2 ? (all[0] ?? "none") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
