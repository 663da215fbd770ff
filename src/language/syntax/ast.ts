/** The syntax tree of a `.norm` file. Every node has a span, and names are not resolved yet. */
import type { Source, Span } from "../diagnostics/diagnostic.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** `N`, or `...S` (variadic). Allowed wherever axes are listed. */
export interface AxisRef {
  readonly name: Name;
  readonly variadic: boolean;
  readonly span: Span;
}

export interface File {
  readonly source: Source;
  /** In the order of the text: imports, functions and norms may be mixed. */
  readonly items: readonly FileItem[];
  /** Every comment of the file, also `///`, in the order of the text. The formatter puts them back. */
  readonly comments: readonly Comment[];
  readonly gaps: Gaps;
}

/** Items and names that the tree lacks because of syntax errors. Empty for a file without any. */
export interface Gaps {
  /** Items with a syntax error inside or directly after them. Their tree holds less than their text. */
  readonly items: ReadonlySet<FileItem>;
  /** Names in text that was skipped. One of them may name an item. */
  readonly names: ReadonlySet<string>;
  /** True if an item lost its name, or an import some of its names. Then any name may be that of an item. */
  readonly anyName: boolean;
}

/** `// …`, as written, without the line break. */
export interface Comment {
  readonly text: string;
  readonly span: Span;
}

export type FileItem = Import | FunctionDecl | NormDecl;

/** `import { A, B as C } from "./file.norm"` */
export interface Import {
  readonly kind: "import";
  readonly names: readonly { readonly name: Name; readonly alias?: Name }[];
  /** Missing only if a syntax error removed it. */
  readonly from?: { readonly path: string; readonly span: Span };
  readonly span: Span;
}

/** `fn gelu(v) = 0.5 * v * (1 + erf(v / sqrt(2)))` */
export interface FunctionDecl {
  readonly kind: "function";
  readonly doc?: string;
  readonly name: Name;
  readonly parameters: readonly Name[];
  readonly body: Expr;
  readonly span: Span;
}

export interface NormDecl {
  readonly kind: "norm";
  /** The text of the `///` lines above it, without the slashes, joined by newlines. */
  readonly doc?: string;
  readonly name: Name;
  readonly items: readonly NormItem[];
  readonly span: Span;
}

export type NormItem =
  | { readonly kind: "axes"; readonly axes: readonly AxisDecl[]; readonly span: Span }
  | { readonly kind: "param"; readonly params: readonly ParamDecl[]; readonly span: Span }
  | {
      readonly kind: "tensors";
      readonly role: TensorRole;
      readonly tensors: readonly TensorDecl[];
      readonly span: Span;
    }
  | {
      readonly kind: "mode";
      readonly mode: Name;
      readonly statements: readonly Statement[];
      readonly span: Span;
    }
  | { readonly kind: "output"; readonly outputs: readonly OutputDecl[]; readonly span: Span }
  | Statement;

/** `N`, `...S`, `C = G * K` (split into two or more factors), `M = 3` (a fixed extent), `D = C` (the extent of C). */
export interface AxisDecl {
  readonly axis: AxisRef;
  readonly factors?: readonly Name[];
  readonly like?: Name;
  readonly extent?: NumberExpr;
  readonly span: Span;
}

export interface ParamDecl {
  readonly doc?: string;
  readonly name: Name;
  /** A constant expression: numbers, `-`, and arithmetic on them. */
  readonly value: Expr;
  readonly span: Span;
}

export type TensorRole = "input" | "affine" | "state";

/** `x[N, C, ...S]`, or with its element type: `label[N]: i32`. An affine or state has an initial value. A tensor without brackets is a scalar. */
export interface TensorDecl {
  readonly doc?: string;
  readonly name: Name;
  readonly dims: readonly AxisRef[];
  /** A syntax error removed a part of the brackets. */
  readonly dimsBroken?: true;
  /** The name behind a colon: `label[N]: i32`. */
  readonly dtype?: Name;
  readonly initial?: Expr;
  readonly span: Span;
}

/** `output y`, or with its own layout and element type: `output y[N, ...S, C]: i8`. */
export interface OutputDecl {
  readonly doc?: string;
  readonly name: Name;
  readonly dims?: readonly AxisRef[];
  /** A syntax error removed a part of the brackets. */
  readonly dimsBroken?: true;
  readonly dtype?: Name;
  readonly span: Span;
}

export type Statement =
  | { readonly kind: "define"; readonly name: Name; readonly value: Expr; readonly span: Span }
  | { readonly kind: "update"; readonly state: Name; readonly value: Expr; readonly span: Span };

export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "<" | "<=" | ">" | ">=" | "==" | "!=";

export interface NumberExpr {
  readonly kind: "number";
  readonly value: number;
  /** As written, so that the formatter keeps `1e-5`. */
  readonly text: string;
  readonly span: Span;
}

export type Expr =
  | NumberExpr
  | { readonly kind: "name"; readonly name: Name; readonly span: Span }
  /** `...S` as an argument of `size`. */
  | { readonly kind: "axis"; readonly axis: AxisRef; readonly span: Span }
  /**
   * An expression that could not be read, at the place where it should begin. The parser already reported the mistake.
   */
  | { readonly kind: "gap"; readonly span: Span }
  | { readonly kind: "negate"; readonly operand: Expr; readonly span: Span }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expr;
      readonly right: Expr;
      readonly span: Span;
    }
  | CallExpr
  /** `w[M = 0]`: the element of `w` at one coordinate of an axis. */
  | {
      readonly kind: "at";
      readonly target: Expr;
      readonly axis: AxisRef;
      readonly index: NumberExpr;
      readonly span: Span;
    };

/**
 * `exp(v)`, `mean(x over N, ...S)`, `standardize(x over K; eps)`, `BatchNorm(x; gamma = g, eps)`.
 * `settings` are the arguments after the semicolon. A setting without a name is positional.
 */
export interface CallExpr {
  readonly kind: "call";
  readonly callee: Name;
  readonly arguments: readonly Expr[];
  readonly over?: readonly AxisRef[];
  readonly settings: readonly { readonly name?: Name; readonly value: Expr }[];
  readonly span: Span;
}
