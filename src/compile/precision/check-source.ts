/** Checks a text as `checkFile` does, and warns where its differences and gradients lose digits far from zero (N440). */
import { type CheckedFile, checkFile } from "../../language/check/check.ts";
import type { ReadImport } from "../../language/check/modules/modules.ts";
import type { Diagnostic, Report, Source } from "../../language/diagnostics/diagnostic.ts";
import { reportOnce } from "../../language/diagnostics/reports.ts";
import { findLosses, lossWarnings, recordPlaces } from "./loss-warnings.ts";

/** Reports the diagnostics of `checkFile`, and after them the warnings, each in the order of the text. */
export function checkSource(source: Source, readImport: ReadImport, report: Report): CheckedFile {
  const places = recordPlaces();
  const checked = checkFile(source, readImport, report, places.record);
  const found: Diagnostic[] = [];
  const once = reportOnce((one) => found.push(one));
  for (const graph of checked.norms.flatMap((one) => one.graphs)) {
    for (const one of lossWarnings(graph, findLosses(graph), places)) once(one);
  }
  for (const one of found.toSorted((a, b) => a.span.start - b.span.start)) report(one);
  return checked;
}
