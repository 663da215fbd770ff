/**
 * Access to the parser's raw tree. Rules marked `recovers` in the grammar can lack children after a mistake, so their
 * children are optional here (`nodes`, `tokens`). All other rules are only in the tree if they are whole. If one of
 * their children is missing, the grammar has a defect (`node`, `token`).
 */
import type { CstNode, IToken } from "chevrotain";
import type { Report, Source, Span } from "../diagnostics/diagnostic.ts";
import type { Expr, Name } from "./ast.ts";
import type { Docs } from "./docs.ts";
import { spanAt, spanOf } from "./spans.ts";

export interface Builder {
  readonly source: Source;
  readonly docs: Docs;
  readonly report: Report;
}

export function nodes(parent: CstNode, rule: string): CstNode[] {
  return (parent.children[rule] ?? []).filter((child) => "children" in child);
}

/** Without tokens that recovery inserted, because these are not in the text. */
export function tokens(parent: CstNode, name: string): IToken[] {
  return (parent.children[name] ?? []).filter(
    (child): child is IToken => !("children" in child) && child.isInsertedInRecovery !== true,
  );
}

export function node(parent: CstNode, rule: string): CstNode {
  return nodes(parent, rule)[0] ?? missing(parent, rule);
}

export function token(parent: CstNode, name: string): IToken {
  return tokens(parent, name)[0] ?? missing(parent, name);
}

function missing(parent: CstNode, child: string): never {
  throw new Error(`the rule ${parent.name} is in the tree without its ${child}`);
}

export function nameOf(b: Builder, parent: CstNode, type = "Name"): Name {
  return named(b, token(parent, type));
}

/** The name of an element, which recovery may have left without one. */
export function optionalName(b: Builder, parent: CstNode, type = "Name"): Name | undefined {
  const one = tokens(parent, type)[0];
  return one === undefined ? undefined : named(b, one);
}

export function named(b: Builder, one: IToken): Name {
  return { text: one.image, span: spanOf(b.source, one) };
}

/** Marks the place after `span` where an expression was expected but could not be read. */
export function gapBehind(span: Span): Expr {
  return { kind: "gap", span: spanAt(span.source, span.end, span.end) };
}

/** From a token to the one that closes its rule, or to the last token that was read of the rule. */
export function spanOfRead(b: Builder, first: IToken, cst: CstNode, close?: IToken): Span {
  if (close !== undefined) return spanOf(b.source, first, close);
  let last = first;
  const pending: CstNode[] = [cst];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const child of Object.values(next.children).flat()) {
      if ("children" in child) pending.push(child);
      else if (child.startOffset > last.startOffset) last = child;
    }
  }
  return spanOf(b.source, first, last);
}
