/** Finds the meaning of each name in a file. */

import type { Span } from "../../diagnostics/diagnostic.ts";
import type { AxisRef, CallExpr, Expr, FunctionDecl, Import, NormDecl, NormItem } from "../../syntax/ast.ts";
import { children } from "../../syntax/walk.ts";
import { type Block, blockOf } from "../declarations/definitions.ts";
import type { Module } from "../modules/modules.ts";
import { calleeOf } from "../scope/callee.ts";
import { constants } from "../scope/equations.ts";
import { isBuiltIn as isBuiltInName } from "../scope/unknown.ts";
import { type Names, namesOfFunction, namesOfNorm } from "./names.ts";
import type {
  FunctionSymbol,
  NormSymbol,
  Reference,
  SpecSymbol,
  TensorSymbol,
  WordKind,
  WordUse,
} from "./symbol.ts";

/** One symbol for each declaration, of this file and of its imports. */
export interface SymbolTable {
  readonly norm: (decl: NormDecl) => NormSymbol;
  readonly fn: (decl: FunctionDecl) => FunctionSymbol;
  /** The state of this name that a norm has through the norms that it calls. */
  readonly innerState: (decl: NormDecl, name: string) => TensorSymbol | undefined;
}

/** The context of a walk through a file. */
interface Walk {
  readonly module: Module;
  readonly table: SymbolTable;
  readonly refer: (span: Span, definitions: readonly SpecSymbol[]) => void;
  readonly word: (span: Span, kind: WordKind) => void;
}

/** The context inside a norm or function. */
interface Body extends Walk {
  readonly names: Names;
  /** The `on` block; null outside of one. */
  readonly block: Block | null;
}

export interface Named {
  readonly references: readonly Reference[];
  readonly words: readonly WordUse[];
}

export function namesIn(module: Module, table: SymbolTable): Named {
  const references: Reference[] = [];
  const words: WordUse[] = [];
  const walk: Walk = {
    module,
    table,
    refer: (span, definitions) => {
      if (definitions.length > 0) references.push({ span, definitions });
    },
    word: (span, kind) => words.push({ span, kind }),
  };
  for (const item of module.file.items) {
    switch (item.kind) {
      case "import":
        referToImports(walk, item);
        break;
      case "function":
        walkExpression({ ...walk, names: namesOfFunction(table.fn(item)), block: null }, item.body);
        break;
      case "norm": {
        const body = { ...walk, names: namesOfNorm(table.norm(item)), block: null };
        for (const one of item.items) walkItem(body, one);
        break;
      }
    }
  }
  return { references: references.sort(inOrder), words: words.sort(inOrder) };
}

function inOrder(a: { readonly span: Span }, b: { readonly span: Span }): number {
  return a.span.start - b.span.start;
}

function referToImports({ module, table, refer }: Walk, item: Import): void {
  for (const { name, alias } of item.names) {
    const local = (alias ?? name).text;
    const norm = module.norms.get(local);
    const fn = module.functions.get(local);
    const meant = norm !== undefined ? [table.norm(norm.decl)] : fn !== undefined ? [table.fn(fn.decl)] : [];
    // If the import failed, the name can still be a function of the language or of this file.
    const imported = meant.filter(
      (one) => one.name === name.text && one.span.source !== item.span.source && !isBuiltIn(one),
    );
    refer(name.span, imported);
    if (alias !== undefined) refer(alias.span, imported);
  }
}

function isBuiltIn(symbol: NormSymbol | FunctionSymbol): boolean {
  return symbol.kind === "function" && symbol.builtIn;
}

function walkItem(body: Body, item: NormItem): void {
  switch (item.kind) {
    case "axes":
      // `P = 2` beside `C = P * K` names a part, and is no axis of its own.
      for (const { axis, extent, like } of item.axes) {
        if (like !== undefined) body.refer(like.span, body.names.axis(like.text));
        const meant = extent === undefined ? [] : body.names.axis(axis.name.text);
        body.refer(
          axis.name.span,
          meant.filter((one) => one.kind === "factor"),
        );
      }
      break;
    case "param":
      for (const one of item.params) walkExpression(body, one.value);
      break;
    case "tensors":
      for (const one of item.tensors) {
        referToAxes(body, one.dims);
        if (one.dtype !== undefined) body.word(one.dtype.span, "elementType");
        if (one.initial !== undefined) walkExpression(body, one.initial);
      }
      break;
    case "output":
      for (const one of item.outputs) {
        body.refer(one.name.span, body.names.value(one.name.text, body.block));
        referToAxes(body, one.dims ?? []);
        if (one.dtype !== undefined) body.word(one.dtype.span, "elementType");
      }
      break;
    case "define":
      walkExpression(body, item.value);
      break;
    case "update":
      body.refer(item.state.span, body.names.value(item.state.text, body.block));
      walkExpression(body, item.value);
      break;
    case "mode":
      if (blockOf(item.mode) !== undefined) body.word(item.mode.span, "mode");
      for (const one of item.statements) walkItem({ ...body, block: blockOf(item.mode) ?? null }, one);
      break;
  }
}

function referToAxes({ refer, names }: Body, refs: readonly AxisRef[]): void {
  for (const { name } of refs) refer(name.span, names.axis(name.text));
}

/** Without recursion, because a text with 2,000 operators is that deep. */
function walkExpression(body: Body, whole: Expr): void {
  const pending = [whole];
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    switch (expr.kind) {
      case "name": {
        const { text, span } = expr.name;
        const meant = body.names.value(text, body.block);
        if (meant.length === 0 && constants.has(text)) body.word(span, "constant");
        body.refer(span, meant);
        break;
      }
      case "axis":
        referToAxes(body, [expr.axis]);
        break;
      case "at":
        referToAxes(body, [expr.axis]);
        pending.push(...children(expr));
        break;
      case "call":
        pending.push(...walkCall(body, expr));
        break;
      case "number":
      case "gap":
      case "negate":
      case "binary":
        pending.push(...children(expr));
        break;
    }
  }
}

/** Walks the called name, the axes and the names of settings. Returns the expressions still to walk. */
function walkCall(body: Body, expr: CallExpr): readonly Expr[] {
  const { module, table, names, refer } = body;
  referToAxes(body, expr.over ?? []);
  const callee = calleeOf(module, expr);
  switch (callee.kind) {
    case "norm": {
      const norm = table.norm(callee.norm.decl);
      refer(expr.callee.span, [norm]);
      for (const { name } of expr.settings) {
        if (name === undefined) continue;
        const own = [...norm.tensors, ...norm.params].find((one) => one.name === name.text);
        const given = own ?? table.innerState(callee.norm.decl, name.text);
        if (given !== undefined) refer(name.span, [given]);
      }
      return children(expr);
    }
    case "function":
      refer(expr.callee.span, [table.fn(callee.fn.decl)]);
      return children(expr);
    case "axisForm":
      body.word(expr.callee.span, "function");
      for (const one of expr.arguments) {
        if (one.kind === "name") refer(one.span, names.axis(one.name.text));
        if (one.kind === "axis") referToAxes(body, [one.axis]);
      }
      return [];
    case "reduction":
    case "axesMissing":
      for (const { name } of expr.settings) if (name !== undefined) body.word(name.span, "setting");
      if (isBuiltInName(expr.callee.text)) body.word(expr.callee.span, "function");
      return children(expr);
    case "operator":
      body.word(expr.callee.span, "function");
      return children(expr);
    case "unknown":
      return children(expr);
  }
}
