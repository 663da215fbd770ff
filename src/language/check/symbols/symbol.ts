/**
 * What a file declares, as data for an editor. A symbol is one declaration; two symbols are the same one if their
 * `nameSpan` is at the same place of the same source, whatever file was inspected to find them.
 */

import type { Mode } from "../../../program/program.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { TensorRole } from "../../syntax/ast.ts";

interface Declared {
  readonly name: string;
  readonly nameSpan: Span;
  /** The whole declaration. A norm with a syntax error ends with the last token that was read of it. */
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
  /** It ships with the language: its spans are in no file of the user. */
  readonly builtIn: boolean;
}

export interface ParameterSymbol extends Declared {
  readonly kind: "parameter";
}

/** `C = G * K`; without `factors` it is not split. */
export interface AxisSymbol extends Declared {
  readonly kind: "axis";
  readonly variadic: boolean;
  readonly factors: readonly FactorSymbol[];
  /** Of an axis with a fixed extent, `M = 3`. */
  readonly extent?: number;
}

export interface FactorSymbol extends Declared {
  readonly kind: "factor";
  /** The axis that it is a part of. */
  readonly axis: string;
}

export interface ParamSymbol extends Declared {
  readonly kind: "param";
  /** As written; a mistake may have left it out. */
  readonly defaultText?: string;
  /** Missing where it is no constant. */
  readonly default?: number;
  /** The axis or factor of that name, whose extent the param is then. */
  readonly extentOf?: string;
}

export interface TensorSymbol extends Declared {
  readonly kind: "tensor";
  readonly role: TensorRole;
  /** As written: `["N", "C", "...S"]`. Missing where a syntax error took a part of the brackets. */
  readonly dims?: readonly string[];
  readonly initial?: number;
}

export interface EquationSymbol extends Declared {
  readonly kind: "equation";
  /** Of the `on` block around it, null outside of one. */
  readonly mode: Mode | null;
  /** The norm hands it out. */
  readonly isOutput: boolean;
  /** The axes of its value. Missing where a mistake left it without one. */
  readonly axes?: readonly string[];
}

/** What stands in the body of a norm and can be written where a value is expected. */
export type ValueSymbol = ParamSymbol | TensorSymbol | EquationSymbol;

export type SpecSymbol =
  | NormSymbol
  | FunctionSymbol
  | ParameterSymbol
  | AxisSymbol
  | FactorSymbol
  | ValueSymbol;

/** A name that means a symbol, at a place other than its declaration. */
export interface Reference {
  readonly span: Span;
  /** Nearly always one. Several where each mode has an equation of that name; those of imports lie in other sources. */
  readonly definitions: readonly SpecSymbol[];
}

/** What is known of an expression that has a value. */
export interface ExpressionFact {
  readonly span: Span;
  /** As a user writes them, in the order of the `axes` line: `["N", "...S"]`; none for a single number. */
  readonly axes: readonly string[];
  /** The value is the number of elements along these axes, as that of `size(N, C)` or of a param that is an extent. */
  readonly sizeOf?: readonly string[];
  /** Null where all modes agree, or where there are none. */
  readonly mode: Mode | null;
}

/** A norm or function by the name that a file calls it by. */
export interface CallableName {
  readonly name: string;
  readonly symbol: NormSymbol | FunctionSymbol;
}

export interface FileSymbols {
  readonly symbols: readonly (NormSymbol | FunctionSymbol)[];
  /** Its own norms and functions, those it imports under the names it gives them, and those of the language. */
  readonly callable: readonly CallableName[];
  /** In the order of the text. The alias of an import is a reference too, to a symbol of another name. */
  readonly references: readonly Reference[];
  /** Outer expressions before those inside them. */
  readonly facts: readonly ExpressionFact[];
}
