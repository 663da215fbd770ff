/**
 * Checking: from a parsed file to one tensor graph for each norm and mode. Whatever the text holds, mistakes are
 * reported and nothing is thrown; a norm with an error has no graphs.
 */

import type { Graph } from "../../graph/tensor/graph.ts";
import {
  type Diagnostic,
  diagnostic,
  hasErrors,
  type Report,
  type Source,
} from "../diagnostics/diagnostic.ts";
import type { FunctionDecl, NormDecl } from "../syntax/ast.ts";
import { declare } from "./declarations/declare.ts";
import { reportUnused } from "./declarations/unused.ts";
import { checkFunction } from "./functions.ts";
import { checkModes } from "./modes.ts";
import { type Declared, loadModule, type Module, type ReadImport } from "./modules/modules.ts";
import { calledNames, usedFirst } from "./scope/reading-order.ts";
import type { Known } from "./scope/scope.ts";
import { isBuiltIn } from "./scope/unknown.ts";

export interface CheckedNorm {
  readonly name: string;
  readonly doc?: string;
  /** Documentation of tensors, params and outputs by name. */
  readonly docs: ReadonlyMap<string, string>;
  /** One for each mode; a single one with mode null where the norm has no modes. */
  readonly graphs: readonly Graph[];
}

export interface CheckedFile {
  readonly module: Module;
  readonly norms: readonly CheckedNorm[];
}

/** Parses and checks a file and what it imports. `norms` holds the norms of the file itself that have no errors. */
export function checkFile(source: Source, readImport: ReadImport, report: Report): CheckedFile {
  const found = new Map<string, Diagnostic>();
  // A mistake in a function is met again by each norm that calls it.
  const once: Report = (one) => {
    const key = `${one.code} ${one.span.start} ${one.span.source.path} ${one.message}`;
    if (!found.has(key)) found.set(key, one);
  };
  const entry = loadModule(source, readImport, once);
  const modules = usedFirst([entry], (one) => one.imports);
  if (entry.sound && entry.file.items.every((one) => one.kind === "import")) {
    const message = "this file declares no norm and no function";
    once(diagnostic("N004", message, { source, start: 0, end: 0 }));
  }

  const known: Known = { declarations: new Map(), broken: new Set(), withModes: new Set() };
  const functions: Declared<FunctionDecl>[] = [];
  const declared = new Map<Declared<NormDecl>, Diagnostic[]>();
  for (const module of modules) {
    if (!module.sound) continue;
    for (const item of module.file.items) {
      const fn = item.kind === "function" ? module.functions.get(item.name.text) : undefined;
      if (fn?.decl === item) functions.push(fn);
      // Of two norms of one name the second was reported and is left out.
      const norm = item.kind === "norm" ? module.norms.get(item.name.text) : undefined;
      if (norm === undefined || norm.decl !== item) continue;
      const own: Diagnostic[] = [];
      known.declarations.set(
        norm.decl,
        declare(norm.decl, (one) => own.push(one)),
      );
      declared.set(norm, own);
    }
  }
  for (const fn of usedFirst(functions, calledFunctions)) checkFunction(fn, known, once);
  const calls = new Map([...declared.keys()].map((one) => [one, calledNorms(one)]));
  const checked = new Map<NormDecl, CheckedNorm>();
  for (const norm of usedFirst(declared.keys(), (one) => calls.get(one) ?? [])) {
    const own = declared.get(norm) ?? [];
    const result = checkNorm(norm, calls.get(norm) ?? [], known, own);
    for (const one of own) once(one);
    if (result === undefined) known.broken.add(norm.decl);
    else checked.set(norm.decl, result);
  }
  reportInOrder([...found.values()], modules, report);
  return {
    module: entry,
    norms: entry.file.items.flatMap((item) => (item.kind === "norm" ? (checked.get(item) ?? []) : [])),
  };
}

/** Those that a norm calls: the very objects that the modules hold. */
function calledNorms({ decl, module }: Declared<NormDecl>): Declared<NormDecl>[] {
  return [...calledNames(decl)].flatMap((name) => module.norms.get(name) ?? []);
}

/** The functions of the prelude are sound and not looked at. */
function calledFunctions({ decl, module }: Declared<FunctionDecl>): Declared<FunctionDecl>[] {
  const called = [...calledNames(decl)].flatMap((name) => module.functions.get(name) ?? []);
  return called.filter((one) => !one.module.builtIn);
}

/** `found` holds what is wrong with its declarations, and gets what else is. */
function checkNorm(
  { decl, module }: Declared<NormDecl>,
  calls: readonly Declared<NormDecl>[],
  known: Known,
  found: Diagnostic[],
): CheckedNorm | undefined {
  const note: Report = (one) => found.push(one);
  const declarations = known.declarations.get(decl);
  if (declarations === undefined) return undefined;
  if (isBuiltIn(decl.name.text)) {
    const advice = "give the norm another name, with a capital letter say";
    const message = `\`${decl.name.text}\` is a function of the language`;
    note(diagnostic("N208", message, decl.name.span, { note: advice }));
    return undefined;
  }
  if (declarations.hasModes || calls.some((one) => known.withModes.has(one.decl))) known.withModes.add(decl);
  const used = new Set<string>();
  const graphs = checkModes(module, declarations, known, used, note);
  if (!hasErrors(found) && graphs !== undefined) reportUnused(declarations, used, note);
  if (hasErrors(found) || graphs === undefined) return undefined;
  const docs = new Map<string, string>();
  for (const one of [
    ...declarations.params.values(),
    ...declarations.tensors.values(),
    ...declarations.outputs,
  ]) {
    if (one.doc !== undefined) docs.set(one.name, one.doc);
  }
  return {
    name: decl.name.text,
    ...(decl.doc === undefined ? {} : { doc: decl.doc }),
    docs,
    graphs,
  };
}

/** Imported files first, each from its beginning to its end. */
function reportInOrder(found: readonly Diagnostic[], modules: readonly Module[], report: Report): void {
  const place = new Map(modules.map((one, i) => [one.file.source.path, i]));
  const placeOf = (one: Diagnostic): number => place.get(one.span.source.path) ?? modules.length;
  for (const one of found.toSorted((a, b) => placeOf(a) - placeOf(b) || a.span.start - b.span.start)) {
    report(one);
  }
}
