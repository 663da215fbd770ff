/** Mistakes in words that name specs. Apart from what reads specs: a build in which nothing changed loads no compiler. */
import { diagnostic } from "../../../language/diagnostics/diagnostic.ts";
import { nearest } from "../../../language/diagnostics/suggest.ts";
import { shippedNames } from "../files/library.ts";
import { InputError } from "../terminal/failure.ts";

/** A word that is neither a path nor the name of a shipped norm. */
export function unknownSpec(spec: string): InputError {
  const note = offer(spec, shippedNames());
  return mistake("N201", `there is no shipped norm and no file \`${spec}\``, spec, note);
}

/** The library has more than seventy names, which would hide the message. */
const mostOffered = 12;

export function offer(word: string, candidates: readonly string[]): string {
  const best = nearest(word, candidates);
  if (best !== undefined) return `did you mean \`${best}\`?`;
  const some = candidates.slice(0, mostOffered).map((one) => `\`${one}\``);
  const others = candidates.length - some.length;
  return `there is ${some.join(", ")}${others > 0 ? ` and ${others} more` : ""}`;
}

export function mistake(code: "N004" | "N201", message: string, spec: string, note?: string): InputError {
  const source = { path: "<command line>", text: spec };
  const span = { source, start: 0, end: spec.length };
  return new InputError([diagnostic(code, message, span, note === undefined ? {} : { note })]);
}
