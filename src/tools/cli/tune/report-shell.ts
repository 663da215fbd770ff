/** The data of `templates/report.html.hbs`. */
import { escapeHtml, fill } from "../../../../templates/fill.ts";

/** A plot of `templates/report.html.hbs`: horizontal bars, in pixels of its own box. */
export interface ReportPlot {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly bottom: number;
  /** The place of the default's time. */
  readonly reference: number;
  readonly ticks: readonly { readonly x: number; readonly y: number; readonly text: string }[];
  readonly bars: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly color: string;
    readonly label: string;
    readonly labelX: number;
    readonly labelY: number;
    readonly value: string;
    readonly valueX: number;
    readonly hint: string;
  }[];
  readonly notes: readonly string[];
}

export interface ReportShell {
  readonly adapter: string;
  readonly compiler: string;
  readonly rows: readonly Readonly<
    Record<"title" | "initial" | "best" | "factor" | "copy" | "measured" | "variant", string>
  >[];
  readonly legend: readonly { readonly name: string; readonly color: string }[];
  readonly plots: readonly ReportPlot[];
}

/** Fills `templates/report.html.hbs`. It escapes itself, since the templates are compiled for source texts. */
export function renderReport(shell: ReportShell): string {
  return fill("report.html", escapedDeep(shell) as ReportShell);
}

function escapedDeep(value: unknown): unknown {
  if (typeof value === "string") return escapeHtml(value);
  if (Array.isArray(value)) return value.map(escapedDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escapedDeep(one)]));
}
