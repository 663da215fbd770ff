/** Definitions and references, across files and imports. */
import type { DocumentHighlight, Location } from "vscode-languageserver";
import { nameAt, placesOf, sameName } from "../../../language/check/symbols/queries.ts";
import type { SpecSymbol } from "../../../language/check/symbols/symbol.ts";
import type { Span } from "../../../language/diagnostics/diagnostic.ts";
import type { KnownFile, Project } from "../project/project.ts";
import { locationOf, rangeOf } from "../text/ranges.ts";

export function definition(project: Project, file: KnownFile, offset: number): Location[] {
  const meant = nameAt(file.symbols, offset)?.definitions.filter(isInFile) ?? [];
  if (meant.length > 0) return meant.map((one) => locationOf(project.host, one.nameSpan));
  const path = importAt(project, file, offset);
  if (path === undefined) return [];
  const start = { line: 0, character: 0 };
  return [{ uri: project.host.uriOf(path), range: { start, end: start } }];
}

/** The file of the path that the cursor is on. */
function importAt(project: Project, { checked, source }: KnownFile, offset: number): string | undefined {
  for (const item of checked.module.file.items) {
    if (item.kind !== "import" || item.from === undefined) continue;
    const { path, span } = item.from;
    if (span.start <= offset && offset <= span.end) return project.importPath(path, source);
  }
  return undefined;
}

/** The functions of the language are text in no file. */
export function isInFile(symbol: SpecSymbol): boolean {
  return symbol.kind !== "function" || !symbol.builtIn;
}

export function references(
  project: Project,
  file: KnownFile,
  offset: number,
  withDeclaration: boolean,
): Location[] {
  const meant = nameAt(file.symbols, offset)?.definitions.filter(isInFile) ?? [];
  return everyPlace(project, meant)
    .filter(({ isDeclaration }) => withDeclaration || !isDeclaration)
    .map(({ span }) => locationOf(project.host, span));
}

export function highlights(file: KnownFile, offset: number): DocumentHighlight[] {
  const [symbol] = nameAt(file.symbols, offset)?.definitions ?? [];
  if (symbol === undefined) return [];
  return placesOf(file.symbols, symbol).map((span) => ({ range: rangeOf(span) }));
}

export interface Place {
  readonly span: Span;
  readonly isDeclaration: boolean;
}

/** Every place of the workspace that names one of the symbols, each once. */
export function everyPlace(project: Project, symbols: readonly SpecSymbol[]): Place[] {
  const places = new Map<string, Place>();
  for (const symbol of symbols) {
    const declaring = project.file(symbol.nameSpan.source.path);
    const group = declaring === undefined ? [symbol] : sameName(declaring.symbols, symbol);
    const isDeclaration = ({ source, start }: Span): boolean =>
      group.some((one) => one.nameSpan.source.path === source.path && one.nameSpan.start === start);
    for (const path of filesNaming(project, symbol)) {
      for (const span of placesOf(project.file(path)!.symbols, symbol, group)) {
        places.set(`${path}:${span.start}`, { span, isDeclaration: isDeclaration(span) });
      }
    }
  }
  return [...places.values()];
}

/** Only names of norms, functions, and what can be given to a call are seen from other files. */
const seenOutside: ReadonlySet<SpecSymbol["kind"]> = new Set(["norm", "function", "param", "tensor"]);

function filesNaming(project: Project, { kind, name, nameSpan }: SpecSymbol): string[] {
  const own = nameSpan.source.path;
  const others = seenOutside.has(kind) ? [...project.openPaths(), ...project.host.specs()] : [];
  return [...new Set([own, ...others])].filter(
    (path) =>
      project.source(path)?.text.includes(name) === true && (path === own || imports(project, path, own)),
  );
}

/** Whether a file imports another one, directly or through others. */
function imports(project: Project, path: string, target: string): boolean {
  const source = project.source(path);
  if (source === undefined || !/\bimport\b/.test(source.text)) return false;
  return project.file(path)?.imported.includes(target) ?? false;
}
