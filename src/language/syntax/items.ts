/** Imports, functions, norms and what stands in them: from the parser's raw tree to the syntax tree. */
import type { CstNode, IToken } from "chevrotain";
import type { Span } from "../diagnostics/diagnostic.ts";
import type {
  AxisDecl,
  FileItem,
  FunctionDecl,
  Import,
  NormDecl,
  NormItem,
  OutputDecl,
  ParamDecl,
  Statement,
  TensorDecl,
  TensorRole,
} from "./ast.ts";
import { axisRef, expression, numberExpr } from "./expressions.ts";
import { join, spanOf } from "./spans.ts";
import { type Builder, broken, named, nameOf, node, nodes, token, tokens } from "./tree.ts";

export function fileItems(b: Builder, file: CstNode): FileItem[] {
  return whole(file, "fileItem", (cst) => {
    for (const [rule, children] of Object.entries(cst.children)) {
      if (children.length === 0) continue;
      if (rule === "import") return importItem(b, node(cst, rule));
      if (rule === "function") return functionDecl(b, node(cst, rule));
      if (rule === "norm") return normDecl(b, node(cst, rule));
    }
    return undefined;
  });
}

/** The children that recovery left whole; the others have been told of already. */
function whole<T>(parent: CstNode, rule: string, build: (cst: CstNode) => T | undefined): T[] {
  const built: T[] = [];
  for (const child of parent.children[rule] ?? []) {
    if (!("children" in child) || child.recoveredNode === true) continue;
    try {
      const one = build(child);
      if (one !== undefined) built.push(one);
    } catch (thrown) {
      if (thrown !== broken) throw thrown;
    }
  }
  return built;
}

function importItem(b: Builder, cst: CstNode): Import {
  const from = token(cst, "StringLiteral");
  return {
    kind: "import",
    names: nodes(cst, "importName").map((one) => {
      const alias = nodes(one, "alias")[0];
      return { name: nameOf(b, one), ...(alias === undefined ? {} : { alias: nameOf(b, alias) }) };
    }),
    from: { path: from.image.slice(1, -1), span: spanOf(b.source, from) },
    span: spanOf(b.source, token(cst, "Import"), from),
  };
}

function functionDecl(b: Builder, cst: CstNode): FunctionDecl {
  const keyword = token(cst, "Fn");
  const body = expression(b, node(cst, "expression"));
  return {
    kind: "function",
    ...b.docs.above(keyword.startOffset),
    name: nameOf(b, cst),
    parameters: nodes(cst, "parameter").map((one) => nameOf(b, one)),
    body,
    span: join(spanOf(b.source, keyword), body.span),
  };
}

function normDecl(b: Builder, cst: CstNode): NormDecl {
  const keyword = token(cst, "Norm");
  return {
    kind: "norm",
    ...b.docs.above(keyword.startOffset),
    name: nameOf(b, cst),
    items: whole(cst, "normItem", (one) => normItem(b, one)),
    span: spanOf(b.source, keyword, token(cst, "CloseBrace")),
  };
}

function normItem(b: Builder, cst: CstNode): NormItem | undefined {
  for (const [rule, children] of Object.entries(cst.children)) {
    if (children.length === 0) continue;
    switch (rule) {
      case "axes":
        return axesItem(b, node(cst, rule));
      case "param":
        return paramItem(b, node(cst, rule));
      case "tensors":
        return tensorsItem(b, node(cst, rule));
      case "mode":
        return modeItem(b, node(cst, rule));
      case "output":
        return outputItem(b, node(cst, rule));
      case "statement":
        return statement(b, node(cst, rule));
      default:
        break;
    }
  }
  return undefined;
}

/** From the keyword to the last element, a trailing comma left out. */
function listSpan(b: Builder, keyword: IToken, elements: readonly { readonly span: Span }[]): Span {
  const start = spanOf(b.source, keyword);
  return join(start, elements.at(-1)?.span ?? start);
}

function axesItem(b: Builder, cst: CstNode): NormItem {
  const axes = nodes(cst, "axisDeclaration").map((one) => axisDecl(b, one));
  return { kind: "axes", axes, span: listSpan(b, token(cst, "Axes"), axes) };
}

function axisDecl(b: Builder, cst: CstNode): AxisDecl {
  const axis = axisRef(b, node(cst, "axis"));
  const literal = tokens(cst, "NumberLiteral")[0];
  if (literal !== undefined) {
    const extent = numberExpr(b, literal);
    return { axis, extent, span: join(axis.span, extent.span) };
  }
  const split = nodes(cst, "factors")[0];
  if (split === undefined) return { axis, span: axis.span };
  const factors = tokens(split, "Name").map((one) => named(b, one));
  return { axis, factors, span: join(axis.span, factors.at(-1)!.span) };
}

/** What stands above the keyword documents the first element, together with what stands above that itself. */
function docOf(b: Builder, keyword: IToken, name: IToken, first: boolean): { readonly doc?: string } {
  return first ? b.docs.above(keyword.startOffset, name.startOffset) : b.docs.above(name.startOffset);
}

function paramItem(b: Builder, cst: CstNode): NormItem {
  const keyword = token(cst, "Param");
  const params = nodes(cst, "paramDeclaration").map((one, i): ParamDecl => {
    const name = nameOf(b, one);
    const value = expression(b, node(one, "expression"));
    const doc = docOf(b, keyword, token(one, "Name"), i === 0);
    return { ...doc, name, value, span: join(name.span, value.span) };
  });
  return { kind: "param", params, span: listSpan(b, keyword, params) };
}

function tensorsItem(b: Builder, cst: CstNode): NormItem {
  const keyword = (["Input", "Affine", "State"] as const).flatMap((one) => tokens(cst, one))[0];
  if (keyword === undefined) throw broken;
  const tensors = nodes(cst, "tensorDeclaration").map((one, i): TensorDecl => {
    const name = nameOf(b, one);
    const dims = nodes(one, "dims")[0];
    const value = nodes(one, "expression")[0];
    const initial = value === undefined ? undefined : expression(b, value);
    const last =
      initial?.span ?? (dims === undefined ? name.span : spanOf(b.source, token(dims, "CloseBracket")));
    return {
      ...docOf(b, keyword, token(one, "Name"), i === 0),
      name,
      dims: dims === undefined ? [] : nodes(dims, "axis").map((axis) => axisRef(b, axis)),
      ...(initial === undefined ? {} : { initial }),
      span: join(name.span, last),
    };
  });
  return { kind: "tensors", role: keyword.image as TensorRole, tensors, span: listSpan(b, keyword, tensors) };
}

function outputItem(b: Builder, cst: CstNode): NormItem {
  const keyword = token(cst, "Output");
  const outputs = nodes(cst, "outputDeclaration").map((one, i): OutputDecl => {
    const name = nameOf(b, one);
    const doc = docOf(b, keyword, token(one, "Name"), i === 0);
    const dims = nodes(one, "dims")[0];
    if (dims === undefined) return { ...doc, name, span: name.span };
    const last = spanOf(b.source, token(dims, "CloseBracket"));
    return {
      ...doc,
      name,
      dims: nodes(dims, "axis").map((axis) => axisRef(b, axis)),
      span: join(name.span, last),
    };
  });
  return { kind: "output", outputs, span: listSpan(b, keyword, outputs) };
}

function modeItem(b: Builder, cst: CstNode): NormItem {
  return {
    kind: "mode",
    mode: nameOf(b, cst),
    statements: whole(cst, "modeItem", (one) => {
      const inner = nodes(one, "statement")[0];
      return inner === undefined ? undefined : statement(b, inner);
    }),
    span: spanOf(b.source, token(cst, "On"), token(cst, "CloseBrace")),
  };
}

function statement(b: Builder, cst: CstNode): Statement {
  const name = nameOf(b, cst, "Target");
  const value = expression(b, node(cst, "expression"));
  const span = join(name.span, value.span);
  return tokens(cst, "Arrow").length > 0
    ? { kind: "update", state: name, value, span }
    : { kind: "define", name, value, span };
}
