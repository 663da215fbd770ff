import type * as HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import { templates } from "../../templates/compiled.ts";
import type { WgslModule } from "./wgsl.ts";

// The declarations that come with handlebars/runtime.js leave its default export out.
const handlebars = runtime as unknown as typeof HandlebarsModule;

/** What every shell of a module is filled with; everything is TypeScript text already. */
export interface ShellHead {
  readonly source: string;
  readonly hash: string;
  readonly compiler: string;
  readonly runtime: string;
}

/** A program, and where its further texts lie. */
export interface ProgramShell {
  readonly literal: string;
  readonly further: string | null;
  /** And where its tuning lies. */
  readonly tuned: string | null;
}

export interface ModuleShell extends ShellHead {
  /** What it imports from the runtime. */
  readonly imports: string;
  /** The type of its programs. */
  readonly type: string;
  readonly api: string;
  readonly programs: readonly { readonly name: string; readonly programs: readonly ProgramShell[] }[];
}

export interface FurtherShell extends ShellHead {
  readonly literal: string;
}

export interface TunedShell extends Omit<ShellHead, "runtime"> {
  readonly literal: string;
}

/** Fills `templates/tuned.hbs`. */
export function renderTuned(shell: TunedShell): string {
  return handlebars.template<TunedShell>(templates.tuned)(shell);
}

export interface BackwardShell extends ShellHead {
  readonly type: string;
  readonly norm: string;
  readonly programs: readonly ProgramShell[];
  /** The forward programs that keep what these read. */
  readonly saving: readonly ProgramShell[];
}

/** A plot of `templates/report.html.hbs`: horizontal bars, in pixels of its own box. */
export interface ReportPlot {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly bottom: number;
  /** Where the default's time is. */
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

/** Fills `templates/report.html.hbs`. The templates are compiled for source texts, where nothing is escaped. */
export function renderReport(shell: ReportShell): string {
  return handlebars.template<ReportShell>(templates["report.html"])(escapedDeep(shell) as ReportShell);
}

function escapedDeep(value: unknown): unknown {
  if (typeof value === "string") return handlebars.escapeExpression(value);
  if (Array.isArray(value)) return value.map(escapedDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escapedDeep(one)]));
}

/** Fills `templates/backward.hbs`. */
export function renderBackward(shell: BackwardShell): string {
  return handlebars.template<BackwardShell>(templates.backward)(shell);
}

/** Fills `templates/further.hbs`. */
export function renderFurther(shell: FurtherShell): string {
  return handlebars.template<FurtherShell>(templates.further)(shell);
}

/** Fills `templates/module.hbs`. */
export function renderModule(shell: ModuleShell): string {
  return handlebars.template<ModuleShell>(templates.module)(shell);
}

/** Fills `templates/kernel.wgsl.hbs`. */
export function renderWgsl(module: WgslModule): string {
  return handlebars.template<WgslModule>(templates["kernel.wgsl"])(module);
}
