/** What each name of a file means. */

import type { Mode } from "../../../program/program.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type {
  AxisRef,
  CallExpr,
  Expr,
  FunctionDecl,
  Import,
  Name,
  NormDecl,
  NormItem,
} from "../../syntax/ast.ts";
import { children } from "../../syntax/walk.ts";
import { modeOf } from "../declarations/definitions.ts";
import type { Module } from "../modules/modules.ts";
import { calleeOf } from "../scope/callee.ts";
import type { FunctionSymbol, NormSymbol, Reference, SpecSymbol } from "./symbol.ts";

/** The one symbol of each declaration, of this file and of those it imports. */
export interface SymbolTable {
  readonly norm: (decl: NormDecl) => NormSymbol;
  readonly fn: (decl: FunctionDecl) => FunctionSymbol;
}

/** What a name means: as a value in a mode, and where an axis is expected. */
interface Names {
  readonly value: (name: string, mode: Mode | null) => readonly SpecSymbol[];
  readonly axis: (name: string) => readonly SpecSymbol[];
}

type Refer = (span: Span, definitions: readonly SpecSymbol[]) => void;

export function referencesIn(module: Module, table: SymbolTable): Reference[] {
  const found: Reference[] = [];
  const refer: Refer = (span, definitions) => {
    if (definitions.length > 0) found.push({ span, definitions });
  };
  for (const item of module.file.items) {
    switch (item.kind) {
      case "import":
        referToImports(item, module, table, refer);
        break;
      case "function":
        referFrom([item.body], parametersOf(table.fn(item)), null, module, table, refer);
        break;
      case "norm": {
        const names = namesOf(table.norm(item));
        for (const one of item.items) referFromItem(one, names, module, table, refer);
        break;
      }
    }
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

function referToImports(item: Import, module: Module, table: SymbolTable, refer: Refer): void {
  for (const { name, alias } of item.names) {
    const local = (alias ?? name).text;
    const norm = module.norms.get(local);
    const fn = module.functions.get(local);
    const meant = norm !== undefined ? [table.norm(norm.decl)] : fn !== undefined ? [table.fn(fn.decl)] : [];
    // What the import did not bring can still be a function of the language, or of this file.
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

function referFromItem(item: NormItem, names: Names, module: Module, table: SymbolTable, refer: Refer): void {
  const from = (exprs: readonly Expr[], mode: Mode | null): void =>
    referFrom(exprs, names, mode, module, table, refer);
  const toAxes = (refs: readonly AxisRef[]): void => {
    for (const { name } of refs) refer(name.span, names.axis(name.text));
  };
  const toValue = ({ text, span }: Name, mode: Mode | null): void => refer(span, names.value(text, mode));
  switch (item.kind) {
    case "axes":
      break;
    case "param":
      from(
        item.params.map((one) => one.value),
        null,
      );
      break;
    case "tensors":
      for (const one of item.tensors) {
        toAxes(one.dims);
        if (one.initial !== undefined) from([one.initial], null);
      }
      break;
    case "output":
      for (const one of item.outputs) {
        toValue(one.name, null);
        toAxes(one.dims ?? []);
      }
      break;
    case "define":
      from([item.value], null);
      break;
    case "update":
      toValue(item.state, null);
      from([item.value], null);
      break;
    case "mode": {
      const mode = modeOf(item.mode) ?? null;
      for (const one of item.statements) {
        if (one.kind === "update") toValue(one.state, mode);
        from([one.value], mode);
      }
      break;
    }
  }
}

function referFrom(
  exprs: readonly Expr[],
  names: Names,
  mode: Mode | null,
  module: Module,
  table: SymbolTable,
  refer: Refer,
): void {
  const pending = [...exprs];
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    switch (expr.kind) {
      case "name":
        refer(expr.span, names.value(expr.name.text, mode));
        break;
      case "axis":
        refer(expr.axis.name.span, names.axis(expr.axis.name.text));
        break;
      case "at":
        refer(expr.axis.name.span, names.axis(expr.axis.name.text));
        break;
      case "call":
        if (referFromCall(expr, names, module, table, refer)) continue;
        break;
      case "number":
      case "gap":
      case "negate":
      case "binary":
        break;
    }
    pending.push(...children(expr));
  }
}

/** The name that is called, and the axes and names of settings in the parentheses. True where these are all there is. */
function referFromCall(
  expr: CallExpr,
  names: Names,
  module: Module,
  table: SymbolTable,
  refer: Refer,
): boolean {
  for (const { name } of expr.over ?? []) refer(name.span, names.axis(name.text));
  const callee = calleeOf(module, expr);
  switch (callee.kind) {
    case "norm": {
      const norm = table.norm(callee.norm.decl);
      refer(expr.callee.span, [norm]);
      for (const { name } of expr.settings) {
        if (name === undefined) continue;
        const given = [...norm.tensors, ...norm.params].filter((one) => one.name === name.text);
        refer(name.span, given.slice(0, 1));
      }
      return false;
    }
    case "function":
      refer(expr.callee.span, [table.fn(callee.fn.decl)]);
      return false;
    case "axisForm":
      for (const one of expr.arguments) {
        if (one.kind === "name") refer(one.span, names.axis(one.name.text));
        if (one.kind === "axis") refer(one.axis.name.span, names.axis(one.axis.name.text));
      }
      return true;
    case "operator":
    case "reduction":
    case "axesMissing":
    case "unknown":
      return false;
  }
}

function parametersOf({ parameters }: FunctionSymbol): Names {
  return {
    value: (name) => parameters.filter((one) => one.name === name).slice(0, 1),
    axis: () => [],
  };
}

function namesOf(norm: NormSymbol): Names {
  const given = firstOfEach([...norm.params, ...norm.tensors]);
  const equations = (mode: Mode | null): ReadonlyMap<string, SpecSymbol> =>
    firstOfEach(norm.equations.filter((one) => one.mode === mode));
  const always = equations(null);
  const inMode = { train: equations("train"), infer: equations("infer") };
  const axes = firstOfEach(norm.axes.flatMap((one) => [one, ...one.factors]));
  return {
    // As the checker looks a name up: params and tensors, equations outside `on` blocks, those of the mode.
    value: (name, mode) => {
      const own = given.get(name) ?? always.get(name);
      if (own !== undefined) return [own];
      const modes = mode === null ? (["train", "infer"] as const) : [mode];
      return modes.flatMap((one) => inMode[one].get(name) ?? []);
    },
    axis: (name) => {
      const own = axes.get(name);
      return own === undefined ? [] : [own];
    },
  };
}

function firstOfEach(symbols: readonly SpecSymbol[]): ReadonlyMap<string, SpecSymbol> {
  return new Map(symbols.toReversed().map((one) => [one.name, one]));
}
