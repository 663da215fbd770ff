/** The beginning and the end of lowering a kernel to one structure. */

import { type AxisSet, sameAxes } from "../../graph/tensor/axes.ts";
import type { Node } from "../../graph/tensor/graph.ts";
import type { Address } from "../body/address.ts";
import { countUses, createContext } from "../body/context.ts";
import type { Path } from "../body/loop.ts";
import type { ValueContext } from "../body/value-context.ts";
import type { Kernel, KernelTensor, Stmt } from "../ir/ir.ts";
import { bodyFacts, everyStmt, sharedMemory } from "../ir/visit.ts";
import { type PlannedKernel, type Structure, storedTargets } from "../schedule/plan.ts";

/** What all steps of lowering a kernel share. */
export interface Lowering {
  readonly context: ValueContext;
  /** How this structure loops over all of some axes. */
  readonly pathOver: (over: AxisSet) => Path;
}

export function startLowering(
  planned: PlannedKernel,
  addressOf: (tensor: string) => Address,
  { vector, together, kept }: Structure,
): Lowering {
  return {
    context: createContext(usesIn(planned), addressOf, { barriers: together === 1, kept }),
    pathOver: (over) => ({
      over,
      vector: over.at(-1) === vector ? vector : null,
      range: { kind: kept.length > 0 && sameAxes(over, planned.row.main) ? "resident" : "whole" },
    }),
  };
}

/** By kernel: its structures differ in much, but not in this. */
const usesOfKernels = new WeakMap<PlannedKernel, ReadonlyMap<Node, number>>();

function usesIn(planned: PlannedKernel): ReadonlyMap<Node, number> {
  const uses = usesOfKernels.get(planned) ?? countUses(storedTargets(planned).map((one) => one.value));
  usesOfKernels.set(planned, uses);
  return uses;
}

export function finishKernel(
  { name, grid, row }: PlannedKernel,
  structure: Structure,
  body: readonly Stmt[],
): Kernel {
  const all = everyStmt(body);
  const shared = sharedMemory(all);
  if (shared === "mixed") throw new Error(`the kernel ${name} mixes both widths in workgroup memory`);
  return {
    name,
    structure,
    tensors: tensorsIn(all),
    shared,
    held: structure.kept.length,
    ...bodyFacts(all),
    body,
    grid,
    row: row.main,
  };
}

/**
 * The tensors that a body reads, then those that it writes. A tensor that it does both with (a state, scratch memory)
 * is bound once.
 */
function tensorsIn(all: readonly Stmt[]): KernelTensor[] {
  const read = new Set<string>();
  const written = new Set<string>();
  const wide = new Set<string>();
  for (const one of all) {
    if (one.kind !== "load" && one.kind !== "store") continue;
    (one.kind === "load" ? read : written).add(one.tensor);
    if (one.access.kind === "four") wide.add(one.tensor);
  }
  const bound = (access: KernelTensor["access"]) => (name: string) => ({
    name,
    access,
    wide: wide.has(name),
  });
  return [
    ...[...read].filter((name) => !written.has(name)).map(bound("read")),
    ...[...written].map(bound("read_write")),
  ];
}
