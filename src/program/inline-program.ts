import type { Program, ProgramInterface, Shader } from "./program.ts";

/**
 * What lets somebody else's kernel compute outputs of a norm, element by element: a program for the statistics, and WGSL
 * functions that read them. Plain data, as a program is.
 */
export interface InlineProgram extends Pick<ProgramInterface, "format" | "norm" | "mode"> {
  /** Writes the statistics that the functions read, and the states that the norm updates. Null if there are none. */
  readonly statistics: Program | null;
  /** The functions. Every name that the module declares begins with a `$`, in place of which the runtime puts a prefix. */
  readonly shader: Pick<Shader, "wgsl" | "bindings" | "constants">;
  readonly outputs: readonly InlineOutput[];
}

/** An output that the functions compute: `$y(at)` and, if there are rows, `$y_row(row)` and `$y_in(row, i)`. */
export interface InlineOutput {
  readonly name: string;
  /** What `$` stands before in the names of its functions: the name of the output, as WGSL allows it. */
  readonly wgsl: string;
  /** The factors along which rows differ, slowest first. Empty if elements share nothing. */
  readonly grid: readonly string[];
  /** The other factors of the output: those of a row. */
  readonly row: readonly string[];
}
