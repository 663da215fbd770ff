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

export interface BackwardShell extends ShellHead {
  readonly type: string;
  readonly norm: string;
  readonly programs: readonly ProgramShell[];
  /** The forward programs that keep what these read. */
  readonly saving: readonly ProgramShell[];
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
