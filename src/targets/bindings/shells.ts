/** The shells of generated modules: what each template of `templates/` is filled with. */
import { fill } from "../../../templates/fill.ts";

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
  return fill("tuned", shell);
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
  return fill("backward", shell);
}

/** Fills `templates/further.hbs`. */
export function renderFurther(shell: FurtherShell): string {
  return fill("further", shell);
}

/** Fills `templates/module.hbs`. */
export function renderModule(shell: ModuleShell): string {
  return fill("module", shell);
}
