/** Quick fixes: those of the diagnostics, and the import of a shipped norm that is called. */
import { type CodeAction, CodeActionKind, type Range, type TextEdit } from "vscode-languageserver";
import type { Diagnostic, Fix } from "../../../language/diagnostics/diagnostic.ts";
import { importEdit, shippedNorms } from "../completion/imports.ts";
import type { KnownFile, Project } from "../project/project.ts";
import { offsetAt, rangeOf, textOf } from "../text/ranges.ts";

export const fixAllKind: CodeActionKind = `${CodeActionKind.SourceFixAll}.normc`;

export function codeActions(
  project: Project,
  file: KnownFile,
  range: Range,
  only: readonly CodeActionKind[] | undefined,
): CodeAction[] {
  const wanted = (kind: CodeActionKind): boolean =>
    only === undefined ? kind !== fixAllKind : only.some((one) => kind === one || kind.startsWith(`${one}.`));
  const own = file.found.filter((one) => one.span.source === file.source);
  const start = offsetAt(file.source, range.start);
  const end = offsetAt(file.source, range.end);
  const here = own.filter(({ span }) => span.start <= end && start <= span.end);
  return [
    ...(wanted(CodeActionKind.QuickFix) ? here.flatMap((one) => quickFixes(project, file, one)) : []),
    ...(wanted(fixAllKind) ? fixAll(project, file, own) : []),
  ];
}

function quickFixes(project: Project, file: KnownFile, one: Diagnostic): CodeAction[] {
  const { fix } = one;
  const own = fix === undefined ? [] : [action(project, file, fix.title, [editOf(fix)])];
  return [...own, ...importsFor(project, file, one)].map((made, i) => ({
    ...made,
    kind: CodeActionKind.QuickFix,
    diagnostics: [{ range: rangeOf(one.span), message: one.message, code: one.code, source: "normc" }],
    ...(i === 0 ? { isPreferred: true } : {}),
  }));
}

function importsFor(project: Project, file: KnownFile, { code, span }: Diagnostic): CodeAction[] {
  if (code !== "N201") return [];
  return shippedNorms(project)
    .filter(({ symbol }) => symbol.name === textOf(span))
    .map(({ symbol, specifier }) =>
      action(project, file, `import \`${symbol.name}\` from "${specifier}"`, [
        importEdit(file, symbol.name, specifier),
      ]),
    );
}

/** All fixes at once, without those that would change what another one changes. */
function fixAll(project: Project, file: KnownFile, own: readonly Diagnostic[]): CodeAction[] {
  const edits: Fix[] = [];
  for (const { fix } of own.toSorted((a, b) => a.span.start - b.span.start)) {
    const before = edits.at(-1);
    if (fix !== undefined && (before === undefined || before.span.end < fix.span.start)) edits.push(fix);
  }
  if (edits.length === 0) return [];
  return [
    { ...action(project, file, "fix all mistakes that have a fix", edits.map(editOf)), kind: fixAllKind },
  ];
}

function editOf({ span, replacement }: Fix): TextEdit {
  return { range: rangeOf(span), newText: replacement };
}

function action({ host }: Project, { source }: KnownFile, title: string, edits: TextEdit[]): CodeAction {
  return { title, edit: { changes: { [host.uriOf(source.path)]: edits } } };
}
