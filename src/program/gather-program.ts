/**
 * A program for gpu.js: one norm in one mode as a list of draws. In a draw each invocation writes one texel and waits
 * for no other. It is plain data, like `program.ts`; shapes stay open.
 */
import type { ProgramInterface } from "./program.ts";

export interface GatherProgram extends ProgramInterface {
  /** In the order in which they run. */
  readonly draws: readonly WholeOrSplitDraw[];
}

/** What one draw makes, or two draws if rows are long and few. */
export interface WholeOrSplitDraw {
  readonly whole: GatherDraw;
  readonly split: {
    /** A texel for each part of each row, and the draw that merges them. */
    readonly part: GatherDraw;
    readonly merge: GatherDraw;
    /** The factors that a row runs over. */
    readonly row: readonly string[];
  } | null;
}

export interface GatherDraw {
  /** The name of its result: an output, the new value of a state, or a value that later draws read. */
  readonly name: string;
  /**
   * The factors of its result, slowest first: one texel for each coordinate. `partsFactor` stands for the parts of a
   * row.
   */
  readonly factors: readonly string[];
  /** How many numbers a texel holds: one to four. */
  readonly slots: number;
  readonly reads: readonly GatherRead[];
  readonly constants: readonly GatherConstant[];
  /**
   * GLSL ES 3.00: the function `pass_value(int group)` and the functions it calls. It returns `float`, or `vec4` for
   * several numbers, and `main` calls it. The runtime, which knows where textures lie, writes the constants and the
   * accessors `float NAME(int index)` in front of it.
   */
  readonly glsl: string;
  /**
   * The JavaScript that gpu.js translates: a function whose parameters are the values it reads. If a texel holds
   * several numbers, each one has a plane, and an invocation computes the plane that its `thread.y` gives. It reads
   * planes as `name[slot][index]`.
   */
  readonly js: string;
  /** The functions that `js` calls, in the same JavaScript. */
  readonly jsFunctions: readonly string[];
}

export interface GatherRead {
  /** A tensor that the caller feeds, or the result of an earlier draw. */
  readonly from: string;
  /** The parameter of the JavaScript function. */
  readonly name: string;
  /** The accessors that the GLSL calls, by the slot of the texel that they read. */
  readonly accessors: Readonly<Record<number, string>>;
}

export type GatherConstant =
  | { readonly name: string; readonly kind: "extent"; readonly factor: string }
  | { readonly name: string; readonly kind: "param"; readonly param: string };
