/**
 * The declarations of a file, as data for an editor. A symbol is one declaration. Two symbols are the same if their
 * `nameSpan` is the same place in the same source, whichever file was inspected.
 */

import type { Mode } from "../../../program/program.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { TensorRole } from "../../syntax/ast.ts";

interface Declared {
  readonly name: string;
  readonly nameSpan: Span;
  /** The whole declaration. A norm with a syntax error ends with its last token that was read. */
  readonly span: Span;
  /** The text of the `///` lines above it. */
  readonly doc?: string;
}

export interface NormSymbol extends Declared {
  readonly kind: "norm";
  /** `GroupNorm(x[N, C, ...S]; gamma[C], beta[C], G = 32, eps = 1e-5) -> y` */
  readonly signature: string;
  readonly axes: readonly AxisSymbol[];
  readonly params: readonly ParamSymbol[];
  /** Inputs, affines and states. */
  readonly tensors: readonly TensorSymbol[];
  readonly equations: readonly EquationSymbol[];
}

export interface FunctionSymbol extends Declared {
  readonly kind: "function";
  /** `gelu(v)` */
  readonly signature: string;
  readonly parameters: readonly ParameterSymbol[];
  /** Whether it ships with the language. Its spans are then in no file of the user. */
  readonly builtIn: boolean;
}

export interface ParameterSymbol extends Declared {
  readonly kind: "parameter";
}

/** `C = G * K`. An axis that is not split has no `factors`. */
export interface AxisSymbol extends Declared {
  readonly kind: "axis";
  readonly variadic: boolean;
  readonly factors: readonly FactorSymbol[];
  /** Only for an axis with a fixed extent, `M = 3`. */
  readonly extent?: number;
}

export interface FactorSymbol extends Declared {
  readonly kind: "factor";
  /** The axis that this factor belongs to. */
  readonly axis: string;
  /** Only for one with a fixed extent, `C = P * K, P = 2`. */
  readonly extent?: number;
}

export interface ParamSymbol extends Declared {
  readonly kind: "param";
  /** As written. Missing if a mistake omitted it. */
  readonly defaultText?: string;
  /** Missing if it is not a constant. */
  readonly default?: number;
  /** The axis or factor with the same name. The param is its extent. */
  readonly extentOf?: string;
}

export interface TensorSymbol extends Declared {
  readonly kind: "tensor";
  readonly role: TensorRole;
  /** As written: `["N", "C", "...S"]`. Missing if a syntax error removed a part of the brackets. */
  readonly dims?: readonly string[];
  /** Its element type as written. Missing if the build or the caller chooses it. */
  readonly dtype?: string;
  /** Only if it is a constant. */
  readonly initial?: number;
}

export interface EquationSymbol extends Declared {
  readonly kind: "equation";
  /** The `on` block around it, of a mode or of the backward pass; null outside of one. */
  readonly mode: Mode | "backward" | null;
  /** Whether it is an output of the norm. */
  readonly isOutput: boolean;
  /** The axes of its value. Missing if a mistake left it without a value. */
  readonly axes?: readonly string[];
}

/** The declarations in the body of a norm that can be used as a value. */
export type ValueSymbol = ParamSymbol | TensorSymbol | EquationSymbol;

export type SpecSymbol =
  | NormSymbol
  | FunctionSymbol
  | ParameterSymbol
  | AxisSymbol
  | FactorSymbol
  | ValueSymbol;

/** A name that refers to a symbol, at a place other than its declaration. */
export interface Reference {
  readonly span: Span;
  /** Nearly always one. Several if each mode has an equation of that name. Those of imports are in other sources. */
  readonly definitions: readonly SpecSymbol[];
}

/** A name that belongs to the language itself, at a place where it is used. */
export interface WordUse {
  readonly span: Span;
  readonly kind: WordKind;
}

/** `setting`: of a reduction, such as `weight`. `mode`: the word behind `on`. */
export type WordKind = "function" | "setting" | "constant" | "mode" | "elementType";

/** The known facts about an expression that has a value. */
export interface ExpressionFact {
  readonly span: Span;
  /** As a user writes them, in the order of the `axes` line: `["N", "...S"]`. Empty for a scalar. */
  readonly axes: readonly string[];
  /** Set if the value is the number of elements along these axes, as for `size(N, C)` or a param that is an extent. */
  readonly sizeOf?: readonly string[];
  /** Null if all modes agree, or if there are none. */
  readonly mode: Mode | null;
}

/** A norm or function, with the name that the file calls it by. */
export interface CallableName {
  readonly name: string;
  readonly symbol: NormSymbol | FunctionSymbol;
}

export interface FileSymbols {
  readonly symbols: readonly (NormSymbol | FunctionSymbol)[];
  /** The file's own norms and functions, its imports under their local names, and the functions of the language. */
  readonly callable: readonly CallableName[];
  /**
   * In the order of the text. The alias of an import is also a reference, to a symbol with another name, and so is the
   * cotangent `d_y` in an `on backward` block, to the output `y`.
   */
  readonly references: readonly Reference[];
  /** In the order of the text: operators that are called, reductions, their settings, constants, modes, element types. */
  readonly words: readonly WordUse[];
  /** Outer expressions come before the ones inside them. */
  readonly facts: readonly ExpressionFact[];
}
