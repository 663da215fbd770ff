/** Checks one norm in each of its modes, and again if a norm that it calls splits one of its axes. */

import type { Graph, GraphFactor } from "../../graph/tensor/graph.ts";
import type { Mode } from "../../program/program.ts";
import { type Diagnostic, diagnostic, hasErrors, type Report } from "../diagnostics/diagnostic.ts";
import { readNorm } from "./build-graph.ts";
import { isExtent } from "./declarations/axes.ts";
import type { Declarations } from "./declarations/declare.ts";
import { evaluate } from "./expressions/evaluate.ts";
import type { Module } from "./modules/modules.ts";
import type { Known } from "./scope/scope.ts";
import { createSession } from "./scope/session.ts";

/** Undefined if the norm has an error, reported here or in a norm that it uses. */
export function checkModes(
  module: Module,
  declarations: Declarations,
  known: Known,
  used: Set<string>,
  report: Report,
): Graph[] | undefined {
  const modes: readonly (Mode | null)[] = known.withModes.has(declarations.decl)
    ? ["train", "infer"]
    : [null];
  const graphs = modes.map((mode) => checkMode(module, declarations, known, mode, used, report));
  return graphs.every((one): one is Graph => one !== undefined) ? graphs : undefined;
}

/**
 * A called norm can split an axis, and the next one can split a factor of it. No real norm needs more rounds than this.
 */
const maxRounds = 50;

function checkMode(
  module: Module,
  declared: Declarations,
  known: Known,
  mode: Mode | null,
  used: Set<string>,
  report: Report,
): Graph | undefined {
  let declarations = declared;
  for (let round = 0; round < maxRounds; round++) {
    const found: Diagnostic[] = [];
    const collect: Report = (one) => found.push(one);
    const session = createSession(declarations, known, evaluate, collect);
    const graph = readNorm(module, declarations, session, mode, used, collect);
    if (session.splits.size === 0) {
      for (const one of found) report(one);
      const inner = known.innerStates.get(declared.decl) ?? [];
      const hoisted = [...session.hoisted].map(([name, { norm }]) => [name, norm] as const);
      known.innerStates.set(declared.decl, new Map([...inner, ...hoisted]));
      return hasErrors(found) ? undefined : graph;
    }
    declarations = splitAxes(declarations, session.splits);
    if (!soundExtents(declarations, report)) return undefined;
  }
  const message = "the norms that this one calls split its axes again and again";
  report(diagnostic("N306", message, declared.decl.name.span));
  return undefined;
}

function splitAxes(
  declarations: Declarations,
  splits: ReadonlyMap<string, readonly GraphFactor[]>,
): Declarations {
  const extents = new Set([...splits.values()].flat().map((one) => paramOf(one.extent)));
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

function paramOf(extent: GraphFactor["extent"]): string | undefined {
  return typeof extent === "object" && extent !== null && "param" in extent ? extent.param : undefined;
}

/** If a called norm makes a param the extent of an axis, the param's default must be a valid extent. */
function soundExtents({ params }: Declarations, report: Report): boolean {
  let sound = true;
  for (const { name, kind, initial, span } of params.values()) {
    if (kind !== "extent" || isExtent(initial)) continue;
    const message = `\`${name}\` is the extent of an axis in a norm that is called here: expected a whole number from 1, found ${initial}`;
    report(diagnostic("N105", message, span));
    sound = false;
  }
  return sound;
}
