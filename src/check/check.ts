/**
 * Checking: from a parsed file to one tensor graph for each norm and mode. Whatever the text holds, mistakes are
 * reported and nothing is thrown; a norm with an error has no graphs.
 */
import { type Diagnostic, hasErrors, type Report, type Source } from "../diagnostics/diagnostic.ts";
import type { Mode } from "../program/program.ts";
import type { NormDecl } from "../syntax/ast.ts";
import { everyExpr } from "../syntax/walk.ts";
import type { Graph, GraphFactor } from "../tensor/graph.ts";
import { type Declarations, declare } from "./declare.ts";
import { evaluate } from "./evaluate.ts";
import { loadModule, type Module, type ReadImport } from "./modules.ts";
import { readNorm } from "./read.ts";
import { createSession } from "./session.ts";
import { reportUnused } from "./unused.ts";

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
  const module = loadModule(source, readImport, report);
  const done = new Set<Module>();
  const visit = (one: Module): CheckedNorm[] => {
    if (done.has(one)) return [];
    done.add(one);
    for (const imported of one.imports) visit(imported);
    return one.file.items.flatMap((item) =>
      item.kind === "norm" ? (checkNorm(one, item, report) ?? []) : [],
    );
  };
  return { module, norms: visit(module) };
}

function checkNorm(module: Module, decl: NormDecl, report: Report): CheckedNorm | undefined {
  const found: Diagnostic[] = [];
  const once: Report = (one) => {
    const known = found.some(
      (other) =>
        other.code === one.code && other.span.start === one.span.start && other.message === one.message,
    );
    if (!known) found.push(one);
  };
  const declarations = declare(decl, once);
  const used = new Set<string>();
  const modes: readonly (Mode | null)[] = hasModes(module, declarations, new Set())
    ? ["train", "infer"]
    : [null];
  const graphs = modes.map((mode) => checkMode(module, declarations, mode, used, once));
  if (!hasErrors(found)) reportUnused(declarations, used, once);
  for (const one of found) report(one);
  if (hasErrors(found)) return undefined;
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
    graphs: graphs.filter((one): one is Graph => one !== undefined),
  };
}

function hasModes(module: Module, declarations: Declarations, seen: Set<NormDecl>): boolean {
  if (declarations.hasModes) return true;
  if (seen.has(declarations.decl)) return false;
  seen.add(declarations.decl);
  const called = calledNames(declarations);
  return [...called].some((name) => {
    const norm = module.norms.get(name);
    return (
      norm !== undefined &&
      hasModes(
        norm.module,
        declare(norm.decl, () => {}),
        seen,
      )
    );
  });
}

/** Names of everything called in the equations of a norm. */
function calledNames(declarations: Declarations): Set<string> {
  const names = new Set<string>();
  for (const equation of declarations.equations.values()) {
    for (const expr of everyExpr(equation.value)) if (expr.kind === "call") names.add(expr.callee.text);
  }
  return names;
}

function checkMode(
  module: Module,
  declared: Declarations,
  mode: Mode | null,
  used: Set<string>,
  report: Report,
): Graph | undefined {
  let declarations = declared;
  // A called norm can split an axis; each round splits at least one more, so this ends.
  for (let round = 0; round <= declared.axes.length; round++) {
    const found: Diagnostic[] = [];
    const session = createSession(declarations, evaluate);
    const graph = readNorm(module, declarations, session, mode, used, (one) => found.push(one));
    if (session.splits.size === 0) {
      for (const one of found) report(one);
      return hasErrors(found) ? undefined : graph;
    }
    declarations = splitAxes(declarations, session.splits);
  }
  throw new Error("axes are split without end");
}

function splitAxes(
  declarations: Declarations,
  splits: ReadonlyMap<string, readonly GraphFactor[]>,
): Declarations {
  const extents = new Set(
    [...splits.values()]
      .flat()
      .map((one) => (typeof one.extent === "object" ? one.extent?.param : undefined)),
  );
  const params = [...declarations.params].map(
    ([name, param]) => [name, extents.has(name) ? { ...param, kind: "extent" as const } : param] as const,
  );
  return {
    ...declarations,
    params: new Map(params),
    axes: declarations.axes.map((axis) => ({
      ...axis,
      factors: axis.factors.flatMap((one) => splits.get(one.name) ?? [one]),
    })),
  };
}
