/** Imports: names that a file can bring in, and the edit that does so. */
import { CompletionItemKind, type TextEdit } from "vscode-languageserver";
import { parseOnce } from "../../../language/check/modules/parse-once.ts";
import { normSymbol } from "../../../language/check/symbols/declared-symbols.ts";
import { createFacts } from "../../../language/check/symbols/facts.ts";
import type { FunctionSymbol, NormSymbol } from "../../../language/check/symbols/symbol.ts";
import type { Source } from "../../../language/diagnostics/diagnostic.ts";
import type { Import } from "../../../language/syntax/ast.ts";
import type { KnownFile, Project } from "../project/project.ts";
import { rangeOf } from "../text/ranges.ts";
import { describe } from "../words/describe.ts";
import type { Offer } from "./offer.ts";

/** A norm that ships with normc, and how it is imported. */
export interface ShippedNorm {
  readonly specifier: string;
  readonly symbol: NormSymbol;
}

const declared = new WeakMap<Source, readonly NormSymbol[]>();

export function shippedNorms(project: Project): ShippedNorm[] {
  return project.host.library().flatMap(({ specifier, path }) => {
    const source = project.source(path);
    if (source === undefined) return [];
    const norms = declared.get(source) ?? declaredNorms(source);
    declared.set(source, norms);
    return norms.map((symbol) => ({ specifier, symbol }));
  });
}

/** Without checking: the files of the library are right, and all of them take too long for a key. */
function declaredNorms(source: Source): NormSymbol[] {
  const facts = createFacts(source);
  const { items } = parseOnce(source).file;
  return items.flatMap((one) => (one.kind === "norm" ? [normSymbol(one, undefined, facts)] : []));
}

/** Norms of the library that the file does not import: choosing one imports it. */
export function libraryOffers(project: Project, file: KnownFile): Offer[] {
  const taken = new Set(file.symbols.callable.map((one) => one.name));
  return shippedNorms(project)
    .filter(({ symbol }) => !taken.has(symbol.name) && symbol.nameSpan.source.path !== file.source.path)
    .map(({ specifier, symbol }) => ({
      label: symbol.name,
      kind: CompletionItemKind.Class,
      detail: `import from "${specifier}"`,
      documentation: describe(symbol, file.symbols),
      snippet: `${symbol.name}($1)`,
      rank: 3,
      edits: [importEdit(file, symbol.name, specifier)],
    }));
}

/** Adds a name to the import of a file, or an import behind those that are there. */
export function importEdit({ source, checked }: KnownFile, name: string, specifier: string): TextEdit {
  const imports = checked.module.file.items.filter((one): one is Import => one.kind === "import");
  const last = imports.find((one) => one.from?.path === specifier)?.names.at(-1);
  if (last !== undefined) {
    const { end } = (last.alias ?? last.name).span;
    return { range: rangeOf({ source, start: end, end }), newText: `, ${name}` };
  }
  const text = `import { ${name} } from "${specifier}"`;
  const behind = imports.at(-1)?.span.end;
  if (behind !== undefined)
    return { range: rangeOf({ source, start: behind, end: behind }), newText: `\n${text}` };
  const start = { line: 0, character: 0 };
  return { range: { start, end: start }, newText: `${text}\n\n` };
}

/** What the file of an import declares, without what is imported from it already. */
export function importNameOffers(project: Project, file: KnownFile, specifier: string | undefined): Offer[] {
  const path = specifier === undefined ? undefined : project.importPath(specifier, file.source);
  const taken = new Set(
    file.checked.module.file.items.flatMap((one) =>
      one.kind === "import" && one.from?.path === specifier ? one.names.map(({ name }) => name.text) : [],
    ),
  );
  const found: readonly { readonly symbol: NormSymbol | FunctionSymbol; readonly specifier?: string }[] =
    path === undefined
      ? shippedNorms(project)
      : (project.file(path)?.symbols.symbols ?? []).map((symbol) => ({ symbol }));
  return found
    .filter(({ symbol }) => !taken.has(symbol.name))
    .map(({ symbol, specifier: from }) => ({
      label: symbol.name,
      kind: symbol.kind === "norm" ? CompletionItemKind.Class : CompletionItemKind.Function,
      detail: from ?? symbol.signature,
      documentation: describe(symbol, file.symbols),
    }));
}

/** The files that an import can name. */
export function importPathOffers({ host }: Project, { source }: KnownFile): Offer[] {
  const own = host
    .specs()
    .filter((one) => one !== source.path)
    .map((one) => host.specifier(one, source.path));
  const library = host.library().filter((one) => one.path !== source.path);
  return [...own, ...library.map((one) => one.specifier)].map((label, i) => ({
    label,
    kind: CompletionItemKind.File,
    rank: i < own.length ? 0 : 1,
  }));
}
