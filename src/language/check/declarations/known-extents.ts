/** Every extent must follow from the tensors, a param or a number. */

import type { GraphAxis } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import { quoted } from "../../diagnostics/suggestion.ts";
import type { NormDecl } from "../../syntax/ast.ts";

/** @param given the axes in the brackets of tensors. */
export function checkExtents(
  decl: NormDecl,
  axes: readonly GraphAxis[],
  given: ReadonlySet<string>,
  report: Report,
): void {
  const spans = new Map<string, Span>();
  for (const item of decl.items) {
    if (item.kind !== "axes") continue;
    for (const one of item.axes) {
      for (const name of [one.axis.name, ...(one.factors ?? [])]) {
        if (!spans.has(name.text)) spans.set(name.text, name.span);
      }
    }
  }
  for (const axis of axes) {
    const open = axis.factors.filter((one) => one.extent === null && !given.has(one.name));
    if (open.length === 0 || (open.length === 1 && given.has(axis.name))) continue;
    const [first] = open;
    const span = spans.get(first.name) ?? decl.name.span;
    if (given.has(axis.name)) {
      const names = quoted(open.map((one) => one.name));
      report(
        diagnostic("N308", `the extents of ${names} do not follow from that of \`${axis.name}\``, span, {
          note: `give all but one of them by a param: \`param ${first.name} = 32\``,
        }),
      );
    } else {
      report(
        diagnostic("N308", `no tensor has the axis \`${first.name}\`, so nothing gives its extent`, span, {
          note: `an extent comes from a tensor, from a param (\`param ${first.name} = 32\`), or is fixed (\`axes ${first.name} = 3\`)`,
        }),
      );
    }
  }
}
