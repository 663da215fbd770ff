/** What can be written at the cursor. */
import { type CompletionItem, CompletionItemKind, InsertTextFormat } from "vscode-languageserver";
import { keywords as keywordTokens } from "../../../../grammar/tokens.ts";
import type { KnownFile, Project } from "../project/project.ts";
import { type Context, contextAt, type Expected } from "../text/context.ts";
import { rangeOf } from "../text/ranges.ts";
import { elementTypeNames, elementTypeWord, keywordWord, modeNames, modeWord } from "../words/built-in.ts";
import { importNameOffers, importPathOffers } from "./imports.ts";
import { type Callables, callableOffers, parameterOffers, valueOffers } from "./names.ts";
import type { Offer } from "./offer.ts";
import { axisOffers, initialOffers, outputOffers, settingOffers } from "./parts.ts";

export interface CompletionOptions {
  /** Whether the editor can fill in places of a text. */
  readonly snippets: boolean;
}

export function complete(
  project: Project,
  file: KnownFile,
  offset: number,
  { snippets }: CompletionOptions,
): CompletionItem[] {
  const { source } = file;
  const context = contextAt(source, offset);
  const range = rangeOf({ source, start: context.start, end: offset });
  const isCalled = source.text[offset] === "(";
  return offersFor(project, file, offset, context).map((one) => {
    const text = snippets && !isCalled ? (one.snippet ?? one.label) : one.label;
    return {
      label: one.label,
      kind: one.kind,
      sortText: `${one.rank ?? 0}${one.label}`,
      textEdit: { range, newText: text },
      ...(text === one.label ? {} : { insertTextFormat: InsertTextFormat.Snippet }),
      ...(one.detail === undefined ? {} : { detail: one.detail }),
      ...(one.documentation === undefined
        ? {}
        : { documentation: { kind: "markdown" as const, value: one.documentation } }),
      ...(one.edits === undefined ? {} : { additionalTextEdits: [...one.edits] }),
    };
  });
}

function offersFor(project: Project, file: KnownFile, offset: number, context: Context): readonly Offer[] {
  const { expected } = context;
  switch (expected.kind) {
    case "nothing":
      return [];
    case "fileItem":
      return keywordOffers("norm", "fn", "import");
    case "from":
      return keywordOffers("from");
    case "importName":
      return importNameOffers(project, file, expected.path);
    case "importPath":
      return importPathOffers(project, file);
    case "normItem":
      return expected.inBlock ? valueOffers(file, offset, context, "states") : keywordOffers(...itemKeywords);
    case "mode":
      return modeNames.map((name) => offer(name, CompletionItemKind.EnumMember, modeWord(name)?.meaning));
    case "elementType":
      return elementTypeNames.map((name) =>
        offer(name, CompletionItemKind.TypeParameter, elementTypeWord(name)?.meaning),
      );
    case "output":
      return outputOffers(file, offset);
    case "axis":
      return axisOffers(file, offset, expected.enclosing);
    case "initialValue":
      return initialOffers(file, offset);
    case "setting":
      return [
        ...settingOffers(project, file, expected.enclosing),
        ...(expected.enclosing.name === "standardize"
          ? expressionOffers(project, file, offset, context)
          : []),
      ];
    case "expression":
      return expressionOffers(project, file, offset, context);
    case "afterOperand":
      return overMayFollow(expected) ? keywordOffers("over") : [];
  }
}

const itemKeywords = ["axes", "param", "input", "affine", "state", "output", "on"];

function overMayFollow({ enclosing }: Extract<Expected, { kind: "afterOperand" }>): boolean {
  return enclosing?.bracket === "call" && enclosing.part === "operands";
}

/** In a norm: values and everything that can be called. In a function: its parameters and functions. */
function expressionOffers(
  project: Project,
  file: KnownFile,
  offset: number,
  context: Context,
): readonly Offer[] {
  const parameters = parameterOffers(file, offset);
  const callables: Callables = parameters === undefined ? "all" : "functions";
  return [
    ...(parameters ?? valueOffers(file, offset, context, "values")),
    ...callableOffers(project, file, callables),
  ];
}

const known = new Set(keywordTokens.map((one) => String(one.PATTERN)));

function keywordOffers(...words: readonly string[]): Offer[] {
  return words
    .filter((one) => known.has(one))
    .map((one) => offer(one, CompletionItemKind.Keyword, keywordWord(one)?.meaning, keywordWord(one)?.usage));
}

function offer(
  label: string,
  kind: CompletionItemKind,
  documentation: string | undefined,
  detail?: string,
): Offer {
  return { label, kind, documentation, detail };
}
