/** A norm that is built for other kernels and cannot stand in one: N533, a warning. It is built without `createInline`. */
import type { CheckedNorm } from "../language/check/check.ts";
import { type Diagnostic, diagnostic, type Source } from "../language/diagnostics/diagnostic.ts";
import { compileInline } from "./compile-inline.ts";

/** Undefined if one of its modes can. */
export function withoutInline(source: Source, { name, graphs }: CheckedNorm): Diagnostic | undefined {
  const reasons = graphs.flatMap((graph) => {
    const made = compileInline(graph);
    return "reason" in made ? [made.reason] : [];
  });
  if (reasons.length < graphs.length) return undefined;
  const start = source.text.indexOf(name);
  const message = `${name} cannot stand in another kernel: ${reasons[0]}`;
  const span = { source, start, end: start + name.length };
  return {
    ...diagnostic("N533", message, span, { note: "it is built without `createInline`" }),
    severity: "warning",
  };
}
