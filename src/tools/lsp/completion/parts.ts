/** Completions that are no values: axes, settings of a call, outputs, initial values. */
import { CompletionItemKind } from "vscode-languageserver";
import { knownSettings } from "../../../language/check/expressions/reduction-settings.ts";
import { forms, reductionNames } from "../../../language/check/scope/reduction-names.ts";
import type { AxisSymbol, FactorSymbol, SpecSymbol } from "../../../language/check/symbols/symbol.ts";
import type { KnownFile, Project } from "../project/project.ts";
import type { Enclosing } from "../text/read-tokens.ts";
import { settingWord } from "../words/built-in.ts";
import { declarationOf, describe } from "../words/describe.ts";
import { symbolsAround } from "./names.ts";
import type { Offer } from "./offer.ts";

type Axis = AxisSymbol | FactorSymbol;

/** The axes in scope. Those of the operand come first, if it is a name. */
export function axisOffers(file: KnownFile, offset: number, enclosing: Enclosing | undefined): Offer[] {
  const symbols = symbolsAround(file, offset);
  const operand = enclosing?.bracket === "place" ? enclosing.name : enclosing?.onlyName;
  const own = new Set(symbols.filter((one) => one.name === operand).flatMap(axesOf));
  const isPlace = enclosing?.bracket === "place";
  return symbols
    .filter((one): one is Axis => one.kind === "axis" || one.kind === "factor")
    .map((one) => {
      const label = axisLabel(one);
      return {
        label,
        kind: CompletionItemKind.TypeParameter,
        detail: declarationOf(one),
        documentation: describe(one, file.symbols),
        rank: own.has(label) ? 0 : 1,
        ...(isPlace ? { snippet: `${label} = $1` } : {}),
      };
    });
}

function axisLabel(axis: Axis): string {
  return axis.kind === "axis" && axis.variadic ? `...${axis.name}` : axis.name;
}

function axesOf(symbol: SpecSymbol): readonly string[] {
  if (symbol.kind === "tensor") return symbol.dims ?? [];
  return symbol.kind === "equation" ? (symbol.axes ?? []) : [];
}

/** What can stand behind the semicolon of a call and is not there yet. */
export function settingOffers(project: Project, file: KnownFile, { name = "", given }: Enclosing): Offer[] {
  const offered = (label: string, rest: Partial<Offer>): Offer => ({
    label,
    kind: CompletionItemKind.Property,
    snippet: `${label} = $1`,
    ...rest,
  });
  const norm = file.symbols.callable.find((one) => one.name === name && one.symbol.kind === "norm")?.symbol;
  if (norm?.kind === "norm") {
    const declaring = project.file(norm.nameSpan.source.path)?.symbols ?? file.symbols;
    return [...norm.tensors.filter((one) => one.role !== "input"), ...norm.params]
      .filter((one) => !given.includes(one.name))
      .map((one) =>
        offered(one.name, { detail: declarationOf(one), documentation: describe(one, declaring) }),
      );
  }
  if (!reductionNames.includes(name) && !forms.includes(name)) return [];
  return knownSettings(name)
    .filter((one) => !given.includes(one))
    .map((one) => offered(one, { documentation: settingWord(one)?.meaning }));
}

/** Equations that are no output yet. */
export function outputOffers(file: KnownFile, offset: number): Offer[] {
  const names = new Map(
    symbolsAround(file, offset).flatMap((one) =>
      one.kind === "equation" && !one.isOutput && one.mode !== "backward" ? [[one.name, one] as const] : [],
    ),
  );
  return [...names.values()].map((one) => ({
    label: one.name,
    kind: CompletionItemKind.Variable,
    detail: declarationOf(one),
  }));
}

/** An affine or a state begins with numbers, params and sizes. */
export function initialOffers(file: KnownFile, offset: number): Offer[] {
  const params = symbolsAround(file, offset).filter((one) => one.kind === "param");
  return [
    ...params.map((one) => ({
      label: one.name,
      kind: CompletionItemKind.Constant,
      detail: declarationOf(one),
      documentation: one.doc,
    })),
    { label: "size", kind: CompletionItemKind.Function, detail: "size(N, ...S)", snippet: "size($1)" },
  ];
}
