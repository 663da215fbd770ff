/**
 * Checks a parsed file and makes one tensor graph for each norm and mode. For any text it reports mistakes and never
 * throws. A norm with an error has no graphs.
 */

import type { Graph } from "../../graph/tensor/graph.ts";
import {
  type Diagnostic,
  diagnostic,
  hasErrors,
  type Report,
  type Source,
} from "../diagnostics/diagnostic.ts";
import { reportOnce } from "../diagnostics/reports.ts";
import type { FunctionDecl, NormDecl } from "../syntax/ast.ts";
import { checkFunction } from "./check-functions.ts";
import { type Declarations, declare } from "./declarations/declare.ts";
import { reportUnused } from "./declarations/unused.ts";
import { warnFloorDivisions } from "./floor-division.ts";
import { checkModes } from "./modes.ts";
import { type Declared, loadModule, type Module, type ReadImport } from "./modules/modules.ts";
import { calledNames, usedFirst } from "./scope/reading-order.ts";
import type { InnerStates, Known, Recorder } from "./scope/scope.ts";
import { isBuiltIn } from "./scope/unknown.ts";

export interface CheckedNorm {
  readonly name: string;
  readonly doc?: string;
  /** The documentation of tensors, params and outputs, by name. */
  readonly docs: ReadonlyMap<string, string>;
  /** One graph for each mode. A norm without modes has a single one, with mode null. */
  readonly graphs: readonly Graph[];
}

export interface CheckedFile {
  readonly module: Module;
  readonly norms: readonly CheckedNorm[];
  /** The declarations of all norms of the file and of its imports, including norms with mistakes. */
  readonly declarations: ReadonlyMap<NormDecl, Declarations>;
  readonly innerStates: InnerStates;
}

/**
 * Parses and checks a file and its imports. `norms` holds the norms of the file itself that have no errors. It is empty
 * if this file or an imported one has a syntax error. `record` is called with the value of each expression.
 */
export function checkFile(
  source: Source,
  readImport: ReadImport,
  report: Report,
  record?: Recorder,
): CheckedFile {
  const found: Diagnostic[] = [];
  const tell = reportOnce((one) => found.push(one));
  const entry = loadModule(source, readImport, tell);
  const modules = usedFirst([entry], (one) => one.imports);
  if (entry.sound && entry.file.items.every((one) => one.kind === "import")) {
    const message = "this file declares no norm and no function";
    tell(diagnostic("N004", message, { source, start: 0, end: 0 }));
  }
  const declarations = new Map<NormDecl, Declarations>();
  const known: Known = {
    declarations,
    broken: new Set(),
    withModes: new Set(),
    innerStates: new Map(),
    record,
  };
  for (const module of modules) if (!module.builtIn) warnFloorDivisions(module.file, tell);
  const norms = declareNorms(modules, declarations);
  checkFunctions(modules, known, tell);
  const checked = checkNorms(norms, known, tell);
  reportInOrder(found, modules, report);
  const isSound = modules.every((one) => one.sound);
  const own = isSound ? entry.file.items : [];
  return {
    module: entry,
    norms: own.flatMap((item) => (item.kind === "norm" ? (checked.get(item) ?? []) : [])),
    declarations,
    innerStates: known.innerStates,
  };
}

/** A mistake found in a half-read item may come from its syntax error, which is already reported. */
function isHalfRead({ decl, module }: Declared<NormDecl | FunctionDecl>): boolean {
  return module.file.gaps.items.has(decl);
}

const ignore: Report = () => {};

/** Each norm with the mistakes in its declarations. The second of two norms with one name is reported and left out. */
function declareNorms(
  modules: readonly Module[],
  declarations: Map<NormDecl, Declarations>,
): Map<Declared<NormDecl>, Diagnostic[]> {
  const norms = new Map<Declared<NormDecl>, Diagnostic[]>();
  for (const module of modules) {
    for (const item of module.file.items) {
      const norm = item.kind === "norm" ? module.norms.get(item.name.text) : undefined;
      if (norm === undefined || norm.decl !== item) continue;
      const own: Diagnostic[] = [];
      declarations.set(
        item,
        declare(item, (one) => own.push(one)),
      );
      norms.set(norm, own);
    }
  }
  return norms;
}

function checkFunctions(modules: readonly Module[], known: Known, tell: Report): void {
  const functions = modules.flatMap((module) =>
    module.file.items.flatMap((item) => {
      const fn = item.kind === "function" ? module.functions.get(item.name.text) : undefined;
      return fn !== undefined && fn.decl === item ? [fn] : [];
    }),
  );
  for (const fn of usedFirst(functions, calledFunctions)) {
    checkFunction(fn, known, isHalfRead(fn) ? ignore : tell);
    if (isHalfRead(fn)) known.broken.add(fn.decl);
  }
}

function checkNorms(
  norms: ReadonlyMap<Declared<NormDecl>, Diagnostic[]>,
  known: Known,
  tell: Report,
): Map<NormDecl, CheckedNorm> {
  const checked = new Map<NormDecl, CheckedNorm>();
  const calls = new Map([...norms.keys()].map((one) => [one, calledNorms(one)]));
  for (const norm of usedFirst(norms.keys(), (one) => calls.get(one) ?? [])) {
    const own = norms.get(norm) ?? [];
    const result = checkNorm(norm, calls.get(norm) ?? [], known, own);
    const isSound = result !== undefined && !isHalfRead(norm);
    if (isSound) checked.set(norm.decl, result);
    else known.broken.add(norm.decl);
    if (!isHalfRead(norm)) for (const one of own) tell(one);
  }
  return checked;
}

/** The norms that a norm calls: the same objects that the modules hold. */
function calledNorms({ decl, module }: Declared<NormDecl>): Declared<NormDecl>[] {
  return [...calledNames(decl)].flatMap((name) => module.norms.get(name) ?? []);
}

/** The functions of the prelude are correct and are not checked. */
function calledFunctions({ decl, module }: Declared<FunctionDecl>): Declared<FunctionDecl>[] {
  const called = [...calledNames(decl)].flatMap((name) => module.functions.get(name) ?? []);
  return called.filter((one) => !one.module.builtIn);
}

/** @param found the mistakes in its declarations. Further mistakes are added. */
function checkNorm(
  { decl, module }: Declared<NormDecl>,
  calls: readonly Declared<NormDecl>[],
  known: Known,
  found: Diagnostic[],
): CheckedNorm | undefined {
  const declarations = known.declarations.get(decl);
  if (declarations === undefined) return undefined;
  const nameIsTaken = isBuiltIn(decl.name.text);
  if (nameIsTaken) {
    const advice = "give the norm another name, with a capital letter say";
    const message = `\`${decl.name.text}\` is a function of the language`;
    found.push(diagnostic("N208", message, decl.name.span, { note: advice }));
  }
  // If its name is taken, calls by that name inside the norm refer to the norm itself, and mistakes there are echoes.
  const note: Report = nameIsTaken ? ignore : (one) => found.push(one);
  if (declarations.hasModes || calls.some((one) => known.withModes.has(one.decl))) known.withModes.add(decl);
  const used = new Set<string>();
  const graphs = checkModes(module, declarations, known, used, note);
  if (!hasErrors(found) && graphs !== undefined) reportUnused(declarations, used, note);
  if (hasErrors(found) || graphs === undefined) return undefined;
  const doc = decl.doc === undefined ? {} : { doc: decl.doc };
  return { name: decl.name.text, ...doc, docs: docsOf(declarations), graphs };
}

function docsOf({ params, tensors, outputs }: Declarations): Map<string, string> {
  const docs = new Map<string, string>();
  for (const { name, doc } of [...params.values(), ...tensors.values(), ...outputs]) {
    if (doc !== undefined) docs.set(name, doc);
  }
  return docs;
}

/** Reports imported files first, and the mistakes of each file in the order of its text. */
function reportInOrder(found: readonly Diagnostic[], modules: readonly Module[], report: Report): void {
  const place = new Map(modules.map((one, i) => [one.file.source.path, i]));
  const placeOf = (one: Diagnostic): number => place.get(one.span.source.path) ?? modules.length;
  for (const one of found.toSorted((a, b) => placeOf(a) - placeOf(b) || a.span.start - b.span.start)) {
    report(one);
  }
}
