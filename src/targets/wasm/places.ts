/**
 * Which outputs a stage may write over an input that it reads. A load is safe in two cases:
 *
 * - It is followed, in its block, by a store of the same element, so the task reads what it then writes.
 * - It comes before all stores, and reads the task's own row: its index is the number of the task times the length of a row,
 *   and terms that are the same for every task. What lies in the tensor for the last task lies in its row for all.
 *
 * Everything else is refused.
 */
import type { Expr, Stmt } from "../../kernels/ir/ir.ts";
import { operandsOf } from "../../kernels/ir/visit.ts";
import type { ProcessorStage } from "../../kernels/processor/processor-kernel.ts";

export interface PlacedTensor {
  readonly name: string;
  /** Its layout, slowest first. */
  readonly factors: readonly string[];
}

type Access = Extract<Stmt, { kind: "load" | "store" }>;

interface Touch {
  readonly stmt: Access;
  readonly block: readonly Stmt[];
  /** The statement of the task's body that it is in, and its place among all accesses. */
  readonly top: number;
  readonly at: number;
}

/** Those of the outputs, which have the layout of the input, that may be written over it. */
export function placesOfStage(
  { body, tasks }: ProcessorStage,
  input: PlacedTensor,
  outputs: readonly string[],
): string[] {
  const touches = touchesIn(body);
  const of = (kind: Access["kind"], tensor: string): Touch[] =>
    touches.filter(({ stmt }) => stmt.kind === kind && stmt.tensor === tensor);
  const loads = of("load", input.name);
  if (loads.length === 0 || of("store", input.name).length > 0) return [];
  const base = baseOf(body, tasks, input);
  const varying = namesOfTask(body);
  return outputs.filter((output) => {
    const stores = of("store", output);
    if (stores.length === 0 || of("load", output).length > 0) return false;
    const first = Math.min(...stores.map((one) => one.top));
    return loads.every(
      (load) =>
        isOwn(load, stores) || (load.top < first && base !== undefined && isOfRow(load, base, varying)),
    );
  });
}

function touchesIn(body: readonly Stmt[]): Touch[] {
  const found: Touch[] = [];
  const visit = (block: readonly Stmt[], top: number | undefined): void => {
    block.forEach((stmt, i) => {
      const own = top ?? i;
      if (stmt.kind === "load" || stmt.kind === "store")
        found.push({ stmt, block, top: own, at: found.length });
      if ("body" in stmt) visit(stmt.body, own);
    });
  };
  visit(body, undefined);
  return found;
}

function isOwn(load: Touch, stores: readonly Touch[]): boolean {
  const place = ({ stmt }: Touch): string => JSON.stringify([stmt.index, stmt.access]);
  const same = stores.filter((one) => one.block === load.block && place(one) === place(load));
  return same.length > 0 && same.every((one) => one.at > load.at);
}

/** The local that is the number of the task times the length of a row, where each task has a row of the tensor. */
function baseOf(
  body: readonly Stmt[],
  tasks: ProcessorStage["tasks"],
  { factors }: PlacedTensor,
): string | undefined {
  const rows = tasks.length === 1 && tasks[0]!.by === 1 ? tasks[0]!.factors : undefined;
  if (rows?.some((one, i) => factors[i] !== one) ?? true) return undefined;
  const length = factors.slice(rows!.length).sort().join();
  const found = body.find(({ kind, ...stmt }) => {
    const value = kind === "let" && "value" in stmt ? stmt.value : undefined;
    if (value?.kind !== "binary" || value.op !== "mul" || value.a.kind !== "builtin") return false;
    return extentsIn(value.b)?.sort().join() === length;
  });
  return found !== undefined && "name" in found ? found.name : undefined;
}

/** The factors of a product of extents. */
function extentsIn(expr: Expr): string[] | undefined {
  if (expr.kind === "constant" && expr.constant.kind === "extent") return [expr.constant.factor];
  if (expr.kind !== "binary" || expr.op !== "mul") return undefined;
  const [a, b] = [extentsIn(expr.a), extentsIn(expr.b)];
  return a && b && [...a, ...b];
}

/** The names whose values may differ between tasks. */
function namesOfTask(body: readonly Stmt[]): ReadonlySet<string> {
  const varying = new Set<string>();
  const varies = (expr: Expr): boolean => dependsOn(expr, varying);
  const visit = (block: readonly Stmt[]): void => {
    for (const stmt of block) {
      if (stmt.kind === "var" || stmt.kind === "load") varying.add(stmt.name);
      else if (stmt.kind === "let" && varies(stmt.value)) varying.add(stmt.name);
      else if (stmt.kind === "for" && [stmt.start, stmt.end, stmt.step].some(varies)) varying.add(stmt.name);
      if ("body" in stmt) visit(stmt.body);
    }
  };
  visit(body);
  return varying;
}

function dependsOn(expr: Expr, names: ReadonlySet<string>): boolean {
  if (expr.kind === "builtin") return true;
  if (expr.kind === "local") return names.has(expr.name);
  return operandsOf(expr).some((one) => dependsOn(one, names));
}

function isOfRow({ stmt }: Touch, base: string, varying: ReadonlySet<string>): boolean {
  if (stmt.access.kind === "apart" && dependsOn(stmt.access.stride, varying)) return false;
  const terms = termsOf(stmt.index);
  const others = terms.filter((one) => !(one.kind === "local" && one.name === base));
  return others.length === terms.length - 1 && !others.some((one) => dependsOn(one, varying));
}

function termsOf(expr: Expr): Expr[] {
  return expr.kind === "binary" && expr.op === "add" ? [...termsOf(expr.a), ...termsOf(expr.b)] : [expr];
}
