/** The declarations of a file as a tree, and the parts of it that can be folded. */
import { type DocumentSymbol, type FoldingRange, FoldingRangeKind, SymbolKind } from "vscode-languageserver";
import { inside } from "../../../language/check/symbols/queries.ts";
import type { SpecSymbol } from "../../../language/check/symbols/symbol.ts";
import type { Comment } from "../../../language/syntax/ast.ts";
import type { KnownFile } from "../project/project.ts";
import { placeAt, rangeOf } from "../text/ranges.ts";
import { axesText } from "../words/describe.ts";

export function documentSymbols({ symbols }: KnownFile): DocumentSymbol[] {
  return symbols.symbols.map((one) => ({
    ...outlined(one),
    // Factors stand in the span of their axis, so they are not listed apart.
    children: inside(one)
      .filter((each) => each.kind !== "factor")
      .map(outlined)
      .sort(
        (a, b) =>
          a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
      ),
  }));
}

function outlined(symbol: SpecSymbol): DocumentSymbol {
  const detail = detailOf(symbol);
  return {
    name: symbol.name,
    kind: kinds[symbol.kind],
    range: rangeOf(symbol.span),
    selectionRange: rangeOf(symbol.nameSpan),
    ...(detail === "" ? {} : { detail }),
  };
}

const kinds: Readonly<Record<SpecSymbol["kind"], SymbolKind>> = {
  norm: SymbolKind.Class,
  function: SymbolKind.Function,
  parameter: SymbolKind.Variable,
  axis: SymbolKind.TypeParameter,
  factor: SymbolKind.TypeParameter,
  param: SymbolKind.Constant,
  tensor: SymbolKind.Field,
  equation: SymbolKind.Variable,
};

function detailOf(symbol: SpecSymbol): string {
  switch (symbol.kind) {
    case "tensor":
      return `${symbol.role} ${axesText(symbol.dims)}`.trim();
    case "equation":
      return `${axesText(symbol.axes)}${symbol.mode === null ? "" : ` on ${symbol.mode}`}`.trim();
    case "param":
      return symbol.defaultText ?? "";
    case "norm":
    case "function":
    case "parameter":
    case "axis":
    case "factor":
      return "";
  }
}

/** Norms, `on` blocks, lists and equations of several lines, comments above each other, imports one after the other. */
export function foldingRanges({ checked, source }: KnownFile): FoldingRange[] {
  const { items, comments } = checked.module.file;
  const line = (offset: number): number => placeAt(source, offset).line;
  const ranges: FoldingRange[] = [];
  const fold = (start: number, end: number, kind?: FoldingRangeKind): void => {
    if (end > start) ranges.push({ startLine: start, endLine: end, ...(kind === undefined ? {} : { kind }) });
  };
  for (const item of items) {
    if (item.kind === "import") continue;
    const parts = item.kind === "norm" ? [item, ...item.items] : [item];
    for (const one of parts) {
      const isBlock = source.text[one.span.end - 1] === "}";
      // The closing brace stays in sight.
      fold(line(one.span.start), line(one.span.end) - (isBlock ? 1 : 0));
    }
  }
  const imports = items.filter((one) => one.kind === "import");
  const [first] = imports;
  if (first !== undefined)
    fold(line(first.span.start), line(imports.at(-1)!.span.end), FoldingRangeKind.Imports);
  for (const [start, end] of commentBlocks(comments, line)) fold(start, end, FoldingRangeKind.Comment);
  return ranges;
}

/** The first and last lines of comments that stand directly above each other. */
function commentBlocks(
  comments: readonly Comment[],
  line: (offset: number) => number,
): (readonly [number, number])[] {
  const blocks: [number, number][] = [];
  for (const { span } of comments) {
    const at = line(span.start);
    const before = blocks.at(-1);
    if (before !== undefined && before[1] === at - 1) before[1] = at;
    else blocks.push([at, at]);
  }
  return blocks;
}
