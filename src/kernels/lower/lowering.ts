/** The beginning and the end of lowering a kernel to one structure. */

import { type AxisSet, sameAxes } from "../../graph/tensor/axes.ts";
import type { Address } from "../body/address.ts";
import { createContext } from "../body/context.ts";
import type { Path } from "../body/loop.ts";
import type { ValueContext } from "../body/value-context.ts";
import type { Kernel, KernelTensor, Stmt } from "../ir/ir.ts";
import { bodyFacts, everyStmt, sharedMemory, wideTensors } from "../ir/visit.ts";
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
  const values = storedTargets(planned).map((one) => one.value);
  return {
    context: createContext(values, addressOf, { barriers: together === 1, kept }),
    pathOver: (over) => ({
      over,
      vector: over.at(-1) === vector ? vector : null,
      range: { kind: kept.length > 0 && sameAxes(over, planned.row.main) ? "resident" : "whole" },
    }),
  };
}

export function finishKernel(
  { name, grid, row }: PlannedKernel,
  structure: Structure,
  body: readonly Stmt[],
): Kernel {
  const shared = sharedMemory(body);
  if (shared === "mixed") throw new Error(`the kernel ${name} mixes both widths in workgroup memory`);
  return {
    name,
    structure,
    tensors: tensorsIn(body),
    shared,
    held: structure.kept.length,
    ...bodyFacts(body),
    body,
    grid,
    row: row.main,
  };
}

/**
 * The tensors that a body reads, then those that it writes. A tensor that it does both with (a state, scratch memory)
 * is bound once.
 */
function tensorsIn(body: readonly Stmt[]): KernelTensor[] {
  const all = [...everyStmt(body)];
  const written = new Set(all.flatMap((one) => (one.kind === "store" ? [one.tensor] : [])));
  const read = new Set(all.flatMap((one) => (one.kind === "load" ? [one.tensor] : [])));
  const wide = wideTensors(body);
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
