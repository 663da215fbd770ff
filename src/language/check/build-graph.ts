/** Builds a tensor graph from the equations of one norm in one mode. */

import { createBuilder } from "../../graph/tensor/builder.ts";
import {
  type Graph,
  type GraphTensor,
  type Node,
  operands,
  type Result,
  reachable,
} from "../../graph/tensor/graph.ts";
import type { InitialValue } from "../../program/initial-value.ts";
import type { Mode } from "../../program/program.ts";
import { diagnostic, type Report } from "../diagnostics/diagnostic.ts";
import { evaluateBackward } from "./backward.ts";
import { tensorFactors } from "./declarations/axes.ts";
import type { Declarations } from "./declarations/declare.ts";
import { renamed } from "./declarations/initial.ts";
import type { Module } from "./modules/modules.ts";
import { dimsOf, outputTensor } from "./outputs.ts";
import { evaluateEquations } from "./scope/equations.ts";
import type { Scope, Session, Value } from "./scope/scope.ts";
import { forwardUpdates } from "./states.ts";

/**
 * Nobody writes a spec with a graph larger or deeper than this. Smaller graphs can be compiled, whatever their shape
 * (`test/kernels/depth.test.ts`).
 */
const maxNodes = 5000;
const maxDepth = 1000;

export function readNorm(
  module: Module,
  declarations: Declarations,
  session: Session,
  mode: Mode | null,
  used: Set<string>,
  report: Report,
): Graph | undefined {
  const factors = declarations.axes.flatMap((one) => one.factors.map((part) => part.name));
  const builder = createBuilder(factors);
  const given = new Map<string, Value>();
  for (const param of declarations.params.values()) {
    const isFactor = factors.includes(param.name);
    given.set(param.name, isFactor ? builder.size([param.name]) : builder.param(param.name));
  }
  for (const tensor of declarations.tensors.values()) {
    given.set(tensor.name, builder.input(tensor.name, tensorFactors(declarations, tensor.dims)));
  }
  const states = [...declarations.tensors.values()]
    .filter((one) => one.role === "state")
    .map((one) => one.name);
  const scope: Scope = {
    module,
    declarations,
    mode,
    builder,
    session,
    report: session.report,
    given,
    computed: new Map(),
    factorsOf: (factor) => [factor],
    states: new Map(states.map((name) => [name, name])),
    used,
  };

  // Every equation is read, used or not, so that a mistake in any of them is reported.
  const names = [
    ...declarations.equations.keys(),
    ...(mode === null ? [] : declarations.modeEquations[mode].keys()),
  ];
  evaluateEquations(scope, names);

  let sound = true;
  const results: Result[] = [];
  const tensors: GraphTensor[] = [...declarations.tensors.values()].map((one) => ({
    name: one.name,
    role: one.role,
    dims: one.dims,
    factors: tensorFactors(declarations, one.dims),
    ...(one.dtype === undefined ? {} : { dtype: one.dtype }),
    ...(one.initial === undefined ? {} : { initial: withFactors(declarations, one.initial) }),
  }));
  for (const [name, state] of session.hoisted) {
    tensors.push({
      name,
      role: "state",
      dims: dimsOf(declarations, state.factors),
      factors: state.factors,
      initial: state.initial,
    });
  }
  for (const output of declarations.outputs) {
    const tensor = outputTensor(scope, output);
    if (tensor === undefined) {
      sound = false;
      continue;
    }
    tensors.push(tensor.declared);
    results.push({ tensor: output.name, value: tensor.value });
  }
  const updates = mode === "train" ? forwardUpdates(scope) : [];
  if (!sound) return undefined;
  const backward = evaluateBackward(
    scope,
    tensors.filter((one) => one.role === "output"),
  );
  if (updates === undefined || backward === undefined || session.stopped) return undefined;
  results.push(...updates);
  const nodes = reachable([...results, ...backward].map((one) => one.value));
  if (nodes.length > maxNodes) {
    const { name } = declarations.decl;
    const message = `\`${name.text}\` is too large: ${nodes.length} operations, and at most ${maxNodes} can be compiled`;
    report(diagnostic("N104", message, name.span));
    return undefined;
  }
  if (depthOf(nodes) > maxDepth) {
    const { name } = declarations.decl;
    const message = `\`${name.text}\` is too large: more than ${maxDepth} operations that each wait for the one before`;
    report(diagnostic("N104", message, name.span));
    return undefined;
  }
  const params = [...declarations.params.values()].map(({ name, initial, kind }) => ({
    name,
    initial,
    kind,
  }));
  return {
    norm: declarations.decl.name.text,
    mode,
    axes: declarations.axes,
    factors,
    params,
    tensors,
    results,
    ...(backward.length === 0 ? {} : { backward }),
  };
}

/** @param nodes operands before their users. */
function depthOf(nodes: readonly Node[]): number {
  const depths = new Map<Node, number>();
  let deepest = 0;
  for (const node of nodes) {
    const depth = 1 + operands(node).reduce((most, one) => Math.max(most, depths.get(one) ?? 0), 0);
    depths.set(node, depth);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Sizes are of factors in a graph, and of axes as written in a declaration. */
function withFactors(declarations: Declarations, initial: InitialValue): InitialValue {
  const sized = renamed(
    initial,
    (names) => tensorFactors(declarations, names),
    (param) => ({ param }),
  );
  if (sized === undefined) throw new Error("an initial value keeps its params");
  return sized;
}
