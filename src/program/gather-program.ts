/**
 * A program for gpu.js: one norm in one mode as draws in which an invocation writes one texel and nobody waits for
 * anybody. Plain data, as `program.ts` is; shapes stay open.
 */
import type { ProgramInterface } from "./program.ts";

export interface GatherProgram extends ProgramInterface {
  /** In the order in which they run. */
  readonly draws: readonly WholeOrSplitDraw[];
}

/** What is made in one draw, or in two where rows are long and few. */
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
  /** What it makes: an output or the new value of a state, or what later draws read under that name. */
  readonly name: string;
  /** Its factors, slowest first: a texel for each coordinate. `partsFactor` is the number of parts of a row. */
  readonly factors: readonly string[];
  /** Numbers in a texel, one to four. */
  readonly slots: number;
  readonly reads: readonly GatherRead[];
  readonly constants: readonly GatherConstant[];
  /**
   * GLSL ES 3.00: what `main` calls, and the function itself, `float` (of four numbers `vec4`) `pass_value(int group)`. The
   * constants, and the accessors `float NAME(int index)`, stand before it: the runtime knows where textures lie.
   */
  readonly glsl: string;
  /**
   * The JavaScript that gpu.js translates: a function of what is read. Of several numbers it makes one plane each, and
   * an invocation the one that its `thread.y` says; the planes of what it reads are `name[slot][index]`.
   */
  readonly js: string;
  /** Functions that it calls, in the same JavaScript. */
  readonly jsFunctions: readonly string[];
}

export interface GatherRead {
  /** A tensor that is fed, or what an earlier draw made. */
  readonly from: string;
  /** The parameter of the JavaScript function. */
  readonly name: string;
  /** The accessors that the GLSL calls, by the number of the texel that they take. */
  readonly accessors: Readonly<Record<number, string>>;
}

export type GatherConstant =
  | { readonly name: string; readonly kind: "extent"; readonly factor: string }
  | { readonly name: string; readonly kind: "param"; readonly param: string };
