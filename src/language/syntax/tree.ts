/** Access to the parser's raw tree. A missing child is a tree that recovery left broken: `Broken` drops its item. */
import type { CstNode, IToken } from "chevrotain";
import type { Report, Source } from "../diagnostics/diagnostic.ts";
import type { Name } from "./ast.ts";
import type { Docs } from "./docs.ts";
import { spanOf } from "./spans.ts";

export interface Builder {
  readonly source: Source;
  readonly docs: Docs;
  readonly report: Report;
}

export const broken = Symbol("a tree that recovery left broken");

export function nodes(parent: CstNode, rule: string): CstNode[] {
  return (parent.children[rule] ?? []).map((child) => {
    if (!("children" in child) || child.recoveredNode === true) throw broken;
    return child;
  });
}

export function tokens(parent: CstNode, name: string): IToken[] {
  return (parent.children[name] ?? []).map((child) => {
    if ("children" in child || child.isInsertedInRecovery === true) throw broken;
    return child;
  });
}

export function node(parent: CstNode, rule: string): CstNode {
  return nodes(parent, rule)[0] ?? missing();
}

export function token(parent: CstNode, name: string): IToken {
  return tokens(parent, name)[0] ?? missing();
}

function missing(): never {
  throw broken;
}

export function nameOf(b: Builder, parent: CstNode, type = "Name"): Name {
  return named(b, token(parent, type));
}

export function named(b: Builder, one: IToken): Name {
  return { text: one.image, span: spanOf(b.source, one) };
}
