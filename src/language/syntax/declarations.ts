/** The lists of declarations in a norm. An element that was only partly read is kept if it has a name. */
import type { CstNode, IToken } from "chevrotain";
import type {
  AxisDecl,
  AxisRef,
  Name,
  NormItem,
  OutputDecl,
  ParamDecl,
  TensorDecl,
  TensorRole,
} from "./ast.ts";
import { axisRef, expression, numberExpr } from "./expressions.ts";
import { join, spanOf } from "./spans.ts";
import { type Builder, gapBehind, named, nameOf, nodes, spanOfRead, token, tokens } from "./tree.ts";

export function axesItem(b: Builder, cst: CstNode): NormItem {
  const axes = nodes(cst, "axisDeclaration").flatMap((one) => axisDecl(b, one) ?? []);
  return { kind: "axes", axes, span: listSpan(b, token(cst, "Axes"), axes) };
}

function axisDecl(b: Builder, cst: CstNode): AxisDecl | undefined {
  const [axis] = nodes(cst, "axis").map((one) => axisRef(b, one));
  if (axis === undefined) return undefined;
  const [literal] = tokens(cst, "NumberLiteral");
  if (literal !== undefined) {
    const extent = numberExpr(b, literal);
    return { axis, extent, span: join(axis.span, extent.span) };
  }
  const factors = nodes(cst, "factors").flatMap((split) => tokens(split, "Name").map((one) => named(b, one)));
  if (factors.length === 0) return { axis, span: axis.span };
  const isSplit = nodes(cst, "factors").some((split) => tokens(split, "Times").length > 0);
  const [like] = factors;
  if (!isSplit) return { axis, like: like!, span: join(axis.span, like!.span) };
  return { axis, factors, span: join(axis.span, factors.at(-1)!.span) };
}

export function paramItem(b: Builder, cst: CstNode): NormItem {
  const keyword = token(cst, "Param");
  const params = elements(cst, "paramDeclaration").map(({ one, name: first, index }): ParamDecl => {
    const name = named(b, first);
    const [read] = nodes(one, "expression").map((inner) => expression(b, inner));
    const value = read ?? gapBehind(spanOfRead(b, first, one));
    return { ...docOf(b, keyword, first, index), name, value, span: join(name.span, value.span) };
  });
  return { kind: "param", params, span: listSpan(b, keyword, params) };
}

export function tensorsItem(b: Builder, cst: CstNode): NormItem {
  const keyword = (["Input", "Affine", "State"] as const).flatMap((one) => tokens(cst, one))[0]!;
  const tensors = elements(cst, "tensorDeclaration").map(({ one, name, index }): TensorDecl => {
    const [initial] = nodes(one, "expression").map((inner) => expression(b, inner));
    const lost = initial === undefined && tokens(one, "Equals").length > 0;
    return {
      ...docOf(b, keyword, name, index),
      name: named(b, name),
      dims: [],
      ...dimsOf(b, one),
      ...dtypeOf(b, one),
      ...(initial === undefined ? {} : { initial }),
      ...(lost ? { initial: gapBehind(spanOfRead(b, name, one)) } : {}),
      span: spanOfRead(b, name, one),
    };
  });
  return { kind: "tensors", role: keyword.image as TensorRole, tensors, span: listSpan(b, keyword, tensors) };
}

export function outputItem(b: Builder, cst: CstNode): NormItem {
  const keyword = token(cst, "Output");
  const outputs = elements(cst, "outputDeclaration").map(
    ({ one, name, index }): OutputDecl => ({
      ...docOf(b, keyword, name, index),
      name: named(b, name),
      ...dimsOf(b, one),
      ...dtypeOf(b, one),
      span: spanOfRead(b, name, one),
    }),
  );
  return { kind: "output", outputs, span: listSpan(b, keyword, outputs) };
}

interface Element {
  readonly one: CstNode;
  readonly name: IToken;
  readonly index: number;
}

/** The elements that have a name. */
function elements(list: CstNode, rule: string): Element[] {
  return nodes(list, rule).flatMap((one, index) => tokens(one, "Name").map((name) => ({ one, name, index })));
}

/** The brackets after a tensor, if it has any. */
function dimsOf(
  b: Builder,
  cst: CstNode,
): { readonly dims?: readonly AxisRef[]; readonly dimsBroken?: true } {
  const dims = nodes(cst, "dims")[0];
  if (dims === undefined) return {};
  const refs = nodes(dims, "axis").map((axis) => axisRef(b, axis));
  return { dims: refs, ...(tokens(dims, "CloseBracket").length > 0 ? {} : { dimsBroken: true }) };
}

/** The element type behind the colon, if there is one. */
function dtypeOf(b: Builder, cst: CstNode): { readonly dtype?: Name } {
  const [type] = nodes(cst, "elementType");
  return type === undefined ? {} : { dtype: nameOf(b, type) };
}

/** From the keyword to the last element, without a trailing comma. */
function listSpan(
  b: Builder,
  keyword: IToken,
  read: readonly { readonly span: AxisDecl["span"] }[],
): AxisDecl["span"] {
  const start = spanOf(b.source, keyword);
  return join(start, read.at(-1)?.span ?? start);
}

/**
 * Documentation above the keyword belongs to the first element, together with documentation above the element itself.
 */
function docOf(b: Builder, keyword: IToken, name: IToken, index: number): { readonly doc?: string } {
  return index === 0 ? b.docs.above(keyword.startOffset, name.startOffset) : b.docs.above(name.startOffset);
}
