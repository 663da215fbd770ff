/** Diagnostics of the checker as those of the protocol. */
import { DiagnosticSeverity, DiagnosticTag, type Diagnostic as Shown } from "vscode-languageserver";
import type { Module } from "../../../language/check/modules/modules.ts";
import { importedSources } from "../../../language/check/modules/modules.ts";
import type { Diagnostic, Source } from "../../../language/diagnostics/diagnostic.ts";
import type { Import } from "../../../language/syntax/ast.ts";
import type { Host } from "../project/host.ts";
import type { KnownFile } from "../project/project.ts";
import { locationOf, rangeOf } from "../text/ranges.ts";

const pages = "https://github.com/normc/normc/blob/main/docs/diagnostics";

/** @param warnings of trials, which are run when nobody types. */
export function shownDiagnostics(host: Host, file: KnownFile, warnings: readonly Diagnostic[]): Shown[] {
  const own = [...file.found, ...warnings].filter((one) => one.span.source === file.source);
  return [...own.map((one) => shown(host, one)), ...brokenImports(host, file)];
}

function shown(host: Host, one: Diagnostic): Shown {
  const advice = one.note === undefined ? "" : `\n${one.note}`;
  return {
    range: rangeOf(one.span),
    severity: one.severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code: one.code,
    codeDescription: { href: `${pages}/${one.code}.md` },
    source: "normc",
    message: `${one.message}${advice}`,
    ...(one.code === "N209" ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    ...(one.labels.length === 0
      ? {}
      : {
          relatedInformation: one.labels.map(({ span, text }) => ({
            location: locationOf(host, span),
            message: text,
          })),
        }),
  };
}

/** An import of a file with errors is marked: what is built of this file has them. */
function brokenImports(host: Host, { checked: { module }, found }: KnownFile): Shown[] {
  const errors = found.filter((one) => one.severity === "error" && one.span.source !== module.file.source);
  if (errors.length === 0) return [];
  const imports = module.file.items.filter((one): one is Import => one.kind === "import");
  return imports.flatMap(({ from, names }) => {
    const reached =
      from === undefined ? undefined : reachedBy(module, names[0]?.alias?.text ?? names[0]?.name.text);
    const first = errors.find((one) => reached?.includes(one.span.source));
    if (from === undefined || first === undefined) return [];
    return [
      {
        range: rangeOf(from.span),
        severity: DiagnosticSeverity.Error,
        code: first.code,
        source: "normc",
        message: `\`${from.path}\`, or a file that it imports, has a mistake: ${first.message}`,
        relatedInformation: [{ location: locationOf(host, first.span), message: first.message }],
      },
    ];
  });
}

/** The files behind an imported name. */
function reachedBy(module: Module, name: string | undefined): readonly Source[] {
  const declared = name === undefined ? undefined : (module.norms.get(name) ?? module.functions.get(name));
  const reached = module.imports.filter((one) => declared === undefined || one === declared.module);
  return reached.flatMap((one) => [one.file.source, ...importedSources(one)]);
}
