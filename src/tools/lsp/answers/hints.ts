/** The axes of each equation, shown behind its name. */
import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver";
import type { KnownFile } from "../project/project.ts";
import { offsetAt, placeAt } from "../text/ranges.ts";

export function inlayHints({ source, symbols }: KnownFile, range: Range): InlayHint[] {
  const start = offsetAt(source, range.start);
  const end = offsetAt(source, range.end);
  return symbols.symbols
    .flatMap((one) => (one.kind === "norm" ? one.equations : []))
    .flatMap(({ axes, nameSpan }) => {
      if (axes === undefined || nameSpan.start > end || nameSpan.end < start) return [];
      return [
        { position: placeAt(source, nameSpan.end), label: `[${axes.join(", ")}]`, kind: InlayHintKind.Type },
      ];
    });
}
