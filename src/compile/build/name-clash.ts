/** A norm with a tensor or param that has the name of a gradient: N515. It runs, but has no backward pass. */
import { nameClash } from "../../graph/autodiff/gradient-names.ts";
import type { CheckedNorm } from "../../language/check/check.ts";
import {
  type Diagnostic,
  diagnostic,
  type Source,
  type Span,
} from "../../language/diagnostics/diagnostic.ts";
import type { NormItem } from "../../language/syntax/ast.ts";
import { parse } from "../../language/syntax/parse.ts";

/** Undefined where the norm has no such name. An error: for those who need gradients. */
export function gradientNameClash(source: Source, norm: CheckedNorm): Diagnostic | undefined {
  const clash = norm.graphs.map(nameClash).find((one) => one !== undefined);
  if (clash === undefined) return undefined;
  const { name, of } = clash;
  const start = source.text.indexOf(norm.name);
  const span = declarationOf(source, norm.name, name) ?? { source, start, end: start + norm.name.length };
  return diagnostic("N515", `\`${name}\` is the name of the gradient of \`${of}\``, span, {
    note: "the name of a gradient is `d_` and the name of its tensor: choose another name",
  });
}

/** The same for a build, which makes everything else. */
export function withoutBackward(source: Source, norm: CheckedNorm): Diagnostic | undefined {
  const clash = gradientNameClash(source, norm);
  if (clash === undefined) return undefined;
  const note = `${norm.name} is built without a backward pass: rename it to have one, or build with --no-backward`;
  return { ...clash, severity: "warning", note };
}

/** Undefined if another file declares it, as with the states of a called norm. */
function declarationOf(source: Source, norm: string, name: string): Span | undefined {
  const declared = parse(source, () => undefined).items.find(
    (one) => one.kind === "norm" && one.name.text === norm,
  );
  const items = declared?.kind === "norm" ? declared.items : [];
  return items.flatMap(declarations).find((one) => one.name.text === name)?.name.span;
}

function declarations(
  item: NormItem,
): readonly { readonly name: { readonly text: string; readonly span: Span } }[] {
  switch (item.kind) {
    case "param":
      return item.params;
    case "tensors":
      return item.tensors;
    case "output":
      return item.outputs;
    default:
      return [];
  }
}
