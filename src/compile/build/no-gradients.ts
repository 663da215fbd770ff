/** N519: gradients of a norm that has none, since all its outputs or all that it could differentiate by are integers. */
import { differentiable } from "../../graph/autodiff/gradient-names.ts";
import type { CheckedNorm } from "../../language/check/check.ts";
import { type Diagnostic, diagnostic, type Source } from "../../language/diagnostics/diagnostic.ts";

/** Undefined if the norm has gradients. */
export function noGradients(source: Source, { name, graphs }: CheckedNorm): Diagnostic | undefined {
  if (graphs.some((one) => differentiable(one).length > 0)) return undefined;
  const start = Math.max(0, source.text.search(new RegExp(`(?<=\\bnorm\\s+)${name}\\b`)));
  const span = { source, start, end: start + name.length };
  return diagnostic("N519", `${name} has no gradients`, span, {
    note: "no gradient flows to an input of integers, nor from an output of integers",
  });
}
