/** Imports, functions, norms and the modes in them: turns the parser's raw tree into the syntax tree. */
import type { CstNode } from "chevrotain";
import type { FileItem, FunctionDecl, Import, NormDecl, NormItem, Statement } from "./ast.ts";
import { axesItem, outputItem, paramItem, tensorsItem } from "./declarations.ts";
import { expression } from "./expressions.ts";
import { join, spanOf } from "./spans.ts";
import { type Builder, gapBehind, nameOf, nodes, optionalName, spanOfRead, token, tokens } from "./tree.ts";

/** The items with a name, and imports. The parser already reported the others, and they mean nothing. */
export function fileItems(b: Builder, file: CstNode): FileItem[] {
  return nodes(file, "fileItem").flatMap((cst): FileItem[] => [
    ...nodes(cst, "import").map((one) => importItem(b, one)),
    ...nodes(cst, "function").flatMap((one) => functionDecl(b, one) ?? []),
    ...nodes(cst, "norm").flatMap((one) => normDecl(b, one) ?? []),
  ]);
}

/** Whether a norm or function has no name and is therefore not among the items. */
export function hasNameless(file: CstNode): boolean {
  return nodes(file, "fileItem").some((cst) =>
    [...nodes(cst, "function"), ...nodes(cst, "norm")].some((one) => tokens(one, "Name").length === 0),
  );
}

function importItem(b: Builder, cst: CstNode): Import {
  const keyword = token(cst, "Import");
  const from = tokens(cst, "StringLiteral")[0];
  return {
    kind: "import",
    names: nodes(cst, "importName").flatMap((one) => {
      const name = optionalName(b, one);
      const [alias] = nodes(one, "alias").map((inner) => nameOf(b, inner));
      return name === undefined ? [] : [{ name, ...(alias === undefined ? {} : { alias }) }];
    }),
    ...(from === undefined ? {} : { from: { path: from.image.slice(1, -1), span: spanOf(b.source, from) } }),
    span: spanOfRead(b, keyword, cst, from),
  };
}

function functionDecl(b: Builder, cst: CstNode): FunctionDecl | undefined {
  const keyword = token(cst, "Fn");
  const name = optionalName(b, cst);
  if (name === undefined) return undefined;
  const [read] = nodes(cst, "expression").map((one) => expression(b, one));
  const body = read ?? gapBehind(spanOfRead(b, keyword, cst));
  return {
    kind: "function",
    ...b.docs.above(keyword.startOffset),
    name,
    parameters: nodes(cst, "parameter").map((one) => nameOf(b, one)),
    body,
    span: join(spanOf(b.source, keyword), body.span),
  };
}

function normDecl(b: Builder, cst: CstNode): NormDecl | undefined {
  const keyword = token(cst, "Norm");
  const name = optionalName(b, cst);
  if (name === undefined) return undefined;
  return {
    kind: "norm",
    ...b.docs.above(keyword.startOffset),
    name,
    items: nodes(cst, "normItem").flatMap((one) => normItem(b, one)),
    span: spanOfRead(b, keyword, cst, tokens(cst, "CloseBrace")[0]),
  };
}

function normItem(b: Builder, cst: CstNode): NormItem[] {
  return [
    ...nodes(cst, "axes").map((one) => axesItem(b, one)),
    ...nodes(cst, "param").map((one) => paramItem(b, one)),
    ...nodes(cst, "tensors").map((one) => tensorsItem(b, one)),
    ...nodes(cst, "mode").flatMap((one) => modeItem(b, one) ?? []),
    ...nodes(cst, "output").map((one) => outputItem(b, one)),
    ...nodes(cst, "statement").map((one) => statement(b, one)),
  ];
}

function modeItem(b: Builder, cst: CstNode): NormItem | undefined {
  const mode = optionalName(b, cst);
  if (mode === undefined) return undefined;
  return {
    kind: "mode",
    mode,
    statements: nodes(cst, "modeItem").flatMap((one) =>
      nodes(one, "statement").map((inner) => statement(b, inner)),
    ),
    span: spanOfRead(b, token(cst, "On"), cst, tokens(cst, "CloseBrace")[0]),
  };
}

/** Only a name before `=` or `<-` counts as a target, so both are present. */
function statement(b: Builder, cst: CstNode): Statement {
  const name = nameOf(b, cst, "Target");
  const [arrow] = tokens(cst, "Arrow");
  const sign = arrow ?? token(cst, "Equals");
  const [read] = nodes(cst, "expression").map((one) => expression(b, one));
  const value = read ?? gapBehind(spanOf(b.source, sign));
  const span = join(name.span, value.span);
  return arrow === undefined
    ? { kind: "define", name, value, span }
    : { kind: "update", state: name, value, span };
}
