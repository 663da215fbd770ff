/** An editor's questions about a place in a file. Offsets are UTF-16 units from the beginning of the text. */

import type { Span } from "../../diagnostics/diagnostic.ts";
import type { ExpressionFact, FileSymbols, NormSymbol, SpecSymbol } from "./symbol.ts";

/** The name under the cursor, its place and its meaning. A cursor directly after a name counts as on it. */
export function nameAt(
  file: FileSymbols,
  offset: number,
): { span: Span; definitions: readonly SpecSymbol[] } | undefined {
  const reference = file.references.find((one) => holds(one.span, offset));
  if (reference !== undefined) return reference;
  const declared = allSymbols(file).find((one) => holds(one.nameSpan, offset));
  return declared && { span: declared.nameSpan, definitions: [declared] };
}

/** The facts about the innermost expression around an offset. There are two if the modes differ. */
export function factsAt(file: FileSymbols, offset: number): readonly ExpressionFact[] {
  const around = file.facts.filter((one) => holds(one.span, offset));
  const length = Math.min(...around.map(({ span }) => span.end - span.start));
  return around.filter(({ span }) => span.end - span.start === length);
}

/**
 * The places where this file names a symbol, including its declaration. A param that is the extent of an axis has one
 * name with that axis, and so do equations of both modes with the same name: renaming one renames all. If the text at a
 * place is another name, it is an alias or a cotangent.
 * @param group if the symbol is declared in another file, what it has one name with there (`sameName`).
 */
export function placesOf(file: FileSymbols, symbol: SpecSymbol, group = sameName(file, symbol)): Span[] {
  const isMeant = (one: SpecSymbol): boolean => group.some((each) => isSameSymbol(each, one));
  const declared = allSymbols(file)
    .filter(isMeant)
    .map((one) => one.nameSpan);
  const referring = file.references.filter((one) => one.definitions.some(isMeant)).map((one) => one.span);
  return [...declared, ...referring].sort((a, b) => a.start - b.start);
}

export function isSameSymbol(a: SpecSymbol, b: SpecSymbol): boolean {
  return a.nameSpan.source.path === b.nameSpan.source.path && a.nameSpan.start === b.nameSpan.start;
}

/**
 * The names that can be used at an offset, for completion: the declarations of the norm or function around it, and
 * everything that it can call. Keywords and other words of the language are not included.
 */
export function namesInScope(
  file: FileSymbols,
  offset: number,
): readonly { readonly name: string; readonly symbol: SpecSymbol }[] {
  const around = file.symbols.findLast((one) => one.span.start <= offset);
  const isInside = around !== undefined && (offset < around.span.end || !isClosed(around));
  const inner = isInside ? inside(around).map((symbol) => ({ name: symbol.name, symbol })) : [];
  return [...inner, ...file.callable];
}

/** A norm without its closing brace extends to the next item. So does a function that is still being written. */
function isClosed({ kind, span }: FileSymbols["symbols"][number]): boolean {
  return kind === "norm" && span.source.text[span.end - 1] === "}";
}

/** Every symbol that the file declares. */
export function allSymbols(file: FileSymbols): readonly SpecSymbol[] {
  return file.symbols.flatMap((one) => [one, ...inside(one)]);
}

/** The declarations inside a norm or function. */
export function inside(symbol: FileSymbols["symbols"][number]): readonly SpecSymbol[] {
  if (symbol.kind === "function") return symbol.parameters;
  return [...axesAndFactors(symbol), ...symbol.params, ...symbol.tensors, ...symbol.equations];
}

function axesAndFactors(norm: NormSymbol): readonly SpecSymbol[] {
  return norm.axes.flatMap((one) => [one, ...one.factors]);
}

/** The symbols of its file that a symbol has one name with, and itself. */
export function sameName(file: FileSymbols, symbol: SpecSymbol): readonly SpecSymbol[] {
  const norm = file.symbols.find((one) => inside(one).some((each) => isSameSymbol(each, symbol)));
  if (norm === undefined || norm.kind === "function") return [symbol];
  const alike = inside(norm).filter((one) => one.name === symbol.name);
  const isExtent = alike.some((one) => one.kind === "param" && one.extentOf !== undefined);
  return isExtent ? alike : alike.filter((one) => isAxis(one) === isAxis(symbol));
}

function isAxis(symbol: SpecSymbol): boolean {
  return symbol.kind === "axis" || symbol.kind === "factor";
}

function holds({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
