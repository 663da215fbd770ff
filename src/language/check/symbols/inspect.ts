/** Checks a file and collects the symbols, references and facts in it. */

import type { Report, Source } from "../../diagnostics/diagnostic.ts";
import type { FunctionDecl, NormDecl } from "../../syntax/ast.ts";
import { type CheckedFile, checkFile } from "../check.ts";
import type { ReadImport } from "../modules/modules.ts";
import type { Recorder } from "../scope/scope.ts";
import { functionSymbol, normSymbol } from "./declared-symbols.ts";
import { createFacts, type Facts } from "./facts.ts";
import { namesIn, type SymbolTable } from "./references.ts";
import type { FileSymbols } from "./symbol.ts";

export interface InspectedFile {
  readonly checked: CheckedFile;
  readonly symbols: FileSymbols;
}

/**
 * Checks a file like `checkFile` and returns the meaning of its names and expressions. If the file has mistakes, it
 * returns what is right in it. Symbols and references are those of the file itself. A reference can point into an
 * imported file. Facts are put together when they are first read.
 * @param record is called with the value of each expression, of imported files too.
 */
export function inspectFile(
  source: Source,
  readImport: ReadImport,
  report: Report,
  record?: Recorder,
): InspectedFile {
  const facts = createFacts(source);
  const checked = checkFile(source, readImport, report, (scope, expr, value) => {
    facts.record(scope, expr, value);
    record?.(scope, expr, value);
  });
  const { module } = checked;
  const table = symbolTable(checked, facts);
  const symbols = module.file.items.flatMap((item) => {
    if (item.kind === "import") return [];
    return [item.kind === "norm" ? table.norm(item) : table.fn(item)];
  });
  const callable = [
    ...[...module.norms].map(([name, { decl }]) => ({ name, symbol: table.norm(decl) })),
    ...[...module.functions].map(([name, { decl }]) => ({ name, symbol: table.fn(decl) })),
  ];
  const { references, words } = namesIn(module, table);
  let all: FileSymbols["facts"] | undefined;
  return {
    checked,
    symbols: {
      symbols,
      callable,
      references,
      words,
      get facts() {
        all ??= facts.all();
        return all;
      },
    },
  };
}

function symbolTable({ module, declarations, innerStates }: CheckedFile, facts: Facts): SymbolTable {
  const builtIn = new Set(
    [...module.functions.values()].filter((one) => one.module.builtIn).map((one) => one.decl),
  );
  const norm = remembered((decl: NormDecl) => normSymbol(decl, declarations.get(decl), facts));
  return {
    norm,
    innerState: (decl, name) => {
      const declaring = innerStates.get(decl)?.get(name);
      return declaring && norm(declaring).tensors.find((one) => one.name === name);
    },
    fn: remembered((decl: FunctionDecl) => functionSymbol(decl, builtIn.has(decl))),
  };
}

function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}
