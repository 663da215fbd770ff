/** A new name for a symbol, in all files that name it. */
import { type Range, ResponseError, type TextEdit, type WorkspaceEdit } from "vscode-languageserver";
import { keywords } from "../../../../grammar/tokens.ts";
import { gradientName } from "../../../graph/tensor/gradient-name.ts";
import { reservedMeaning } from "../../../language/check/declarations/definitions.ts";
import { isBuiltIn } from "../../../language/check/scope/unknown.ts";
import { allSymbols, inside, nameAt } from "../../../language/check/symbols/queries.ts";
import type { SpecSymbol } from "../../../language/check/symbols/symbol.ts";
import { isShipped } from "../project/host.ts";
import type { KnownFile, Project } from "../project/project.ts";
import { rangeOf, textOf } from "../text/ranges.ts";
import { everyPlace, isInFile } from "./references.ts";

/** What the protocol answers if a request cannot be fulfilled. */
const requestFailed = -32803;

function refuse(message: string): never {
  throw new ResponseError(requestFailed, message);
}

/** The name at the cursor, if it can be changed. */
export function prepareRename(
  project: Project,
  file: KnownFile,
  offset: number,
): { range: Range; placeholder: string } {
  const { span } = renamable(project, file, offset);
  return { range: rangeOf(span), placeholder: textOf(span) };
}

function renamable(
  project: Project,
  file: KnownFile,
  offset: number,
): NonNullable<ReturnType<typeof nameAt>> {
  const named = nameAt(file.symbols, offset);
  const [symbol] = named?.definitions ?? [];
  if (named === undefined || symbol === undefined)
    return refuse("there is no name here that has a declaration");
  if (!named.definitions.every(isInFile)) refuse(`\`${symbol.name}\` is a function of the language`);
  if (isShipped(project.host, symbol.nameSpan.source.path)) refuse(`\`${symbol.name}\` ships with normc`);
  return named;
}

/** @throws ResponseError if the symbol cannot be renamed, or if the name cannot be its name. */
export function rename(project: Project, file: KnownFile, offset: number, newName: string): WorkspaceEdit {
  const named = renamable(project, file, offset);
  const [symbol] = named.definitions as readonly [SpecSymbol, ...SpecSymbol[]];
  // The cursor is on another name of it: the alias of an import, or a cotangent.
  if (textOf(named.span) !== symbol.name) refuse(`this is another name of \`${symbol.name}\``);
  const declaring = project.file(symbol.nameSpan.source.path) ?? file;
  refuseName(declaring, symbol, newName);
  const changes: Record<string, TextEdit[]> = {};
  const change = (symbols: readonly SpecSymbol[], from: string, to: string): void => {
    for (const { span } of everyPlace(project, symbols)) {
      const text = textOf(span);
      const replaced = text === from ? to : text === gradientName(from) ? gradientName(to) : undefined;
      if (replaced === undefined) continue;
      const uri = project.host.uriOf(span.source.path);
      changes[uri] = [...(changes[uri] ?? []), { range: rangeOf(span), newText: replaced }];
    }
  };
  change(named.definitions, symbol.name, newName);
  // `d_x = …` in an `on backward` block is the gradient of x.
  const gradients = neighbours(declaring, symbol).filter(
    (one) => one.kind === "equation" && one.mode === "backward" && one.name === gradientName(symbol.name),
  );
  if (symbol.kind === "tensor") change(gradients, gradientName(symbol.name), gradientName(newName));
  return { changes };
}

function refuseName(declaring: KnownFile, symbol: SpecSymbol, newName: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(newName))
    refuse("a name is made of the letters A-Z and a-z, digits and `_`, and does not begin with a digit");
  if (keywords.some((one) => one.PATTERN === newName)) refuse(`\`${newName}\` is a keyword`);
  const meaning = isAxis(symbol) ? undefined : reservedMeaning(newName);
  if (meaning !== undefined) refuse(`\`${newName}\` is reserved: it is ${meaning}`);
  if (symbol.kind === "norm" && isBuiltIn(newName)) refuse(`\`${newName}\` is a function of the language`);
  const clash = neighbours(declaring, symbol).find(
    (one) => one.name === newName && isAxis(one) === isAxis(symbol),
  );
  if (clash !== undefined && newName !== symbol.name) refuse(`there is a \`${newName}\` already`);
}

/** The symbols that have names beside this one: of its norm or function, or of its file. */
function neighbours({ symbols }: KnownFile, symbol: SpecSymbol): readonly SpecSymbol[] {
  const isSame = (one: SpecSymbol): boolean => one.nameSpan.start === symbol.nameSpan.start;
  const around = symbols.symbols.find((one) => inside(one).some(isSame));
  if (around !== undefined) return inside(around);
  return allSymbols(symbols).some(isSame)
    ? symbols.callable.map(({ symbol: one }) => one).filter(isInFile)
    : [];
}

function isAxis({ kind }: SpecSymbol): boolean {
  return kind === "axis" || kind === "factor";
}
