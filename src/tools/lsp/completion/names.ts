/** Names that an expression can use: values, functions, norms of this file, of its imports and of the library. */
import { CompletionItemKind } from "vscode-languageserver";
import { gradientName } from "../../../graph/tensor/gradient-name.ts";
import { type Block, blockOf } from "../../../language/check/declarations/definitions.ts";
import { forms, reductionNames } from "../../../language/check/scope/reduction-names.ts";
import { namesInScope } from "../../../language/check/symbols/queries.ts";
import type { FunctionSymbol, NormSymbol, SpecSymbol } from "../../../language/check/symbols/symbol.ts";
import type { KnownFile, Project } from "../project/project.ts";
import type { Context } from "../text/context.ts";
import { constantNames, constantWord, functionNames, functionWord } from "../words/built-in.ts";
import { axesText, declarationOf, describe } from "../words/describe.ts";
import { libraryOffers } from "./imports.ts";
import type { Offer } from "./offer.ts";

const values: ReadonlySet<SpecSymbol["kind"]> = new Set(["param", "tensor", "equation"]);

/** @param which `states`: those that `<-` can update. */
export function valueOffers(
  file: KnownFile,
  offset: number,
  { target }: Context,
  which: "values" | "states",
): Offer[] {
  const block = blockAt(file, offset);
  const named = new Map(
    symbolsAround(file, offset)
      .filter((one) => values.has(one.kind) && isSeen(one, block) && one.name !== target)
      .map((one) => [one.name, one] as const),
  );
  const symbols = [...named.values()];
  if (which === "states")
    return symbols
      .filter((one) => one.kind === "tensor" && one.role === "state")
      .map((one) => offerOf(one, file));
  return [
    ...symbols.map((one) => offerOf(one, file)),
    ...(block === "backward" ? cotangents(symbols) : []),
    ...constantNames.map((name) => ({
      label: name,
      kind: CompletionItemKind.Constant,
      documentation: constantWord(name)?.meaning,
      rank: 2,
    })),
  ];
}

export function symbolsAround(file: KnownFile, offset: number): SpecSymbol[] {
  return namesInScope(file.symbols, offset)
    .map((one) => one.symbol)
    .filter((one) => one.kind !== "norm" && one.kind !== "function");
}

/** The parameters of the function around the cursor. Undefined outside of functions. */
export function parameterOffers(file: KnownFile, offset: number): Offer[] | undefined {
  const around = file.symbols.symbols.findLast((one) => one.span.start <= offset);
  if (around?.kind !== "function") return undefined;
  return around.parameters.map((one) => ({ label: one.name, kind: CompletionItemKind.Variable }));
}

function isSeen(symbol: SpecSymbol, block: Block | null): boolean {
  if (symbol.kind !== "equation" || symbol.mode === null || block === null) return true;
  return symbol.mode === block || (block === "backward" && symbol.mode === "train");
}

/** The `on` block around an offset. */
function blockAt(file: KnownFile, offset: number): Block | null {
  const items = file.checked.module.file.items.flatMap((one) => (one.kind === "norm" ? one.items : []));
  const around = items.findLast((one) => one.span.start <= offset);
  const isInside = around?.kind === "mode" && (offset < around.span.end || !endsWithBrace(around.span));
  return isInside ? (blockOf(around.mode) ?? null) : null;
}

function endsWithBrace({ source, end }: SpecSymbol["span"]): boolean {
  return source.text[end - 1] === "}";
}

function cotangents(symbols: readonly SpecSymbol[]): Offer[] {
  return symbols.flatMap((one) =>
    one.kind === "equation" && one.isOutput
      ? [
          {
            label: gradientName(one.name),
            kind: CompletionItemKind.Variable,
            detail: `the cotangent of ${one.name}${axesText(one.axes)}`,
          },
        ]
      : [],
  );
}

function offerOf(symbol: SpecSymbol, file: KnownFile): Offer {
  return {
    label: symbol.name,
    kind: symbol.kind === "param" ? CompletionItemKind.Constant : CompletionItemKind.Variable,
    detail: declarationOf(symbol),
    documentation: describe(symbol, file.symbols),
  };
}

export type Callables = "all" | "functions";

/** Norms and reductions cannot be called in a function. */
export function callableOffers(project: Project, file: KnownFile, which: Callables): Offer[] {
  const named = file.symbols.callable.filter((one) => which === "all" || one.symbol.kind === "function");
  const own = named.map(({ name, symbol }) => callableOffer(name, symbol, file));
  const hidden = new Set(named.map((one) => one.name));
  const operators = functionNames.filter(
    (one) => !hidden.has(one) && !(which === "all" && isCalledWithAxes(one)),
  );
  if (which === "functions") return [...own, ...operators.map((name) => wordOffer(name, false))];
  const reductions = [...reductionNames, ...forms].map((name) => wordOffer(name, true));
  return [
    ...own,
    ...reductions,
    ...operators.map((name) => wordOffer(name, false)),
    ...libraryOffers(project, file),
  ];
}

/** Whether the language calls it with axes. */
export function isCalledWithAxes(name: string): boolean {
  return reductionNames.includes(name) || forms.includes(name);
}

export function callableOffer(name: string, symbol: NormSymbol | FunctionSymbol, file: KnownFile): Offer {
  const isFunction = symbol.kind === "function";
  return {
    label: name,
    kind: isFunction ? CompletionItemKind.Function : CompletionItemKind.Class,
    detail: symbol.signature,
    documentation: describe(symbol, file.symbols),
    snippet: `${name}(${placesOf(symbol)})`,
    rank: isFunction && symbol.builtIn ? 2 : 1,
  };
}

function placesOf(symbol: NormSymbol | FunctionSymbol): string {
  const operands =
    symbol.kind === "function" ? symbol.parameters : symbol.tensors.filter((one) => one.role === "input");
  return operands.map((one, i) => `\${${i + 1}:${one.name}}`).join(", ");
}

const reductionPlaces: Readonly<Record<string, string>> = {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: places of a snippet
  standardize: "${1:x} over ${2:A}; ${3:eps}",
  size: "${1:A}",
  index: "${1:A}",
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: places of a snippet
};

function wordOffer(name: string, isReduction: boolean): Offer {
  const word = functionWord(name, isReduction);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: places of a snippet
  const places = isReduction ? (reductionPlaces[name] ?? "${1:x} over ${2:A}") : "$1";
  return {
    label: name,
    kind: CompletionItemKind.Function,
    detail: word?.usage,
    documentation: word?.meaning,
    snippet: `${name}(${places})`,
    rank: 2,
  };
}
