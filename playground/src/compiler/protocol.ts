/** What the page asks the compiler's worker, and what it answers: plain data. */
import type { Mode } from "../../../src/program/program.ts";

/** One pass of one norm of a spec. */
export interface Chosen {
  readonly text: string;
  /** @default the last norm of the text */
  readonly norm?: string | undefined;
  readonly mode?: Mode | undefined;
  /** The backward pass, if the norm has gradients. */
  readonly grad: boolean;
}

/** Extents by axis, `16x16` for a variadic one, and params: as they were typed. */
export interface TypedSizes {
  readonly extents: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

export interface NormChoice {
  readonly name: string;
  readonly modes: readonly Mode[];
  readonly hasGradients: boolean;
}

/** A field of the form for shapes and params. */
export interface Field {
  readonly name: string;
  readonly kind: "axis" | "param";
  readonly initial: string;
  readonly variadic: boolean;
}

export type Outline =
  | { readonly kind: "wrong"; readonly errors: number }
  | {
      readonly kind: "made";
      readonly norms: readonly NormChoice[];
      /** The chosen one. */
      readonly norm: string;
      readonly mode: Mode | null;
      readonly grad: boolean;
      readonly fields: readonly Field[];
    };

/** A line of a text, and the lines of the spec (from 1) that it comes from. */
export interface LinkedLine {
  readonly text: string;
  readonly spec: readonly number[];
}

export interface GraphLine extends LinkedLine {
  readonly change: "same" | "added" | "removed";
}

export interface PassView {
  readonly name: string;
  readonly ms: number;
  readonly lines: readonly GraphLine[];
  readonly added: number;
  readonly removed: number;
}

export interface Section {
  readonly title: string;
  readonly lines: readonly LinkedLine[];
}

export type TextKind = "plan" | "wgsl" | "glsl" | "wat" | "typescript";

export type CompilerCalls = {
  readonly outline: { readonly takes: Chosen; readonly tells: never; readonly answers: Outline };
  readonly passes: { readonly takes: Chosen; readonly tells: never; readonly answers: readonly PassView[] };
  readonly text: {
    readonly takes: { readonly kind: TextKind; readonly chosen: Chosen; readonly sizes: TypedSizes };
    readonly tells: never;
    readonly answers: readonly Section[];
  };
};
