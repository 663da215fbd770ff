/**
 * Rows that several workgroups share, because there are too few rows to keep the device busy. Each reduction over the
 * row is a dispatch of its own in which every part writes what it adds up to; the next one merges the parts, always in
 * the same order. Moments merge by Chan's formula (Chan, Golub & LeVeque 1983), each part's mean taken relative to the
 * first part's shift: differences of shifts are exact, so nothing is lost far from zero.
 */
import type { AxisSet } from "../../graph/tensor/axes.ts";
import { isMoment, type Node, type ReduceNode } from "../../graph/tensor/graph.ts";
import { partialsTensor } from "../../program/names.ts";
import { bind, type Frame, type NameOf } from "../body/frame.ts";
import { accumulate, identity, type Path, type Range, stepsOf } from "../body/loop.ts";
import { foldOf } from "../body/reduce.ts";
import { shareTotals, type Total } from "../body/reduce-across-lanes.ts";
import type { ValueContext } from "../body/value.ts";
import {
  add,
  binary,
  builtin,
  div,
  extentOf,
  float,
  lanes,
  local,
  mul,
  parts,
  sub,
  u32,
  widen,
} from "../ir/expr.ts";
import type { Access, Expr, Stmt, Type } from "../ir/ir.ts";
import type { ReductionLoop } from "../schedule/row-loops.ts";
import { isSample, type RowWork, splitLoops } from "../schedule/row-work.ts";

/** What one part of a row hands on: a number a slot, and in which slots each reduction finds its own. */
export interface Partials {
  readonly slots: number;
  slotOf(node: ReduceNode): number;
}

/**
 * The loops that each dispatch but the last makes. Samples of the terms of a sum need no dispatch of their own: they
 * are taken by the one that needs them, and handed on with its sums, so that all dispatches see the same bits.
 */
export function splitStages(work: RowWork): ReductionLoop[][] {
  const stages: ReductionLoop[][] = [[]];
  const main = splitLoops(work);
  for (const { loop } of work.loops) {
    if (!main.includes(loop) && !isSample(loop)) continue;
    const last = stages.at(-1) as ReductionLoop[];
    last.push(loop);
    if (!isSample(loop)) stages.push([]);
  }
  return stages.filter((one) => one.length > 0);
}

/** Slots for the reductions of the split loops: shift, rest and spread of each operand; one for any other. */
export function partialsOf(loops: readonly ReductionLoop[]): Partials {
  const slotOf = new Map<string, number>();
  let slots = 0;
  for (const node of loops.flatMap((one) => one.reductions)) {
    if (slotOf.has(keyOf(node))) continue;
    slotOf.set(keyOf(node), slots);
    slots += isMoment(node.op) ? 3 : 1;
  }
  return {
    slots,
    slotOf: (node) =>
      (slotOf.get(keyOf(node)) as number) + (node.op === "rest" ? 1 : node.op === "spread" ? 2 : 0),
  };
}

const keyOf = ({ op, arg, over, id }: ReduceNode): string =>
  isMoment(op) ? `moment ${arg.id} ${over.join(" ")}` : `plain ${id}`;

/** The loop as a part takes it: merging a variance wants the means of the parts, whether or not the kernel asks for them. */
export function withAllMoments(loop: ReductionLoop): ReductionLoop {
  const all = [...loop.reductions];
  const merged = loop.reductions.filter(({ op }) => op === "rest" || op === "spread");
  for (const node of merged) {
    for (const op of ["shift", "rest", "spread"] as const) {
      if (!all.some((one) => one.op === op && one.arg === node.arg)) all.push({ ...node, op });
    }
  }
  return { ...loop, reductions: all };
}

/** The steps that this workgroup takes of a row, and the lane's names for them. */
export function partRange(row: Frame, path: Path, nameOf: NameOf): Range {
  const size = partSize(path);
  const first = bind(row, "first", binary("min", mul(builtin("part"), size), stepsOf(path)), nameOf);
  return {
    kind: "part",
    first,
    end: bind(row, "last", binary("min", add(first, size), stepsOf(path)), nameOf),
  };
}

/** Steps a part; the last parts may have fewer, or none. */
function partSize(path: Path): Expr {
  return div(sub(add(stepsOf(path), parts), u32(1)), parts);
}

/** Where a slot of a part of a row lies: slot, part, row, the row fastest. */
function placeOf(grid: AxisSet, slot: number, part: Expr, place: Expr): Expr {
  const rows = extentOf(grid);
  return add(mul(add(mul(u32(slot), parts), part), rows), place);
}

/** Four rows side by side are four numbers side by side. */
function accessOf(row: Frame): { access: Access; type: Type } {
  return row.run?.vector == null
    ? { access: { kind: "one" }, type: "f32" }
    : { access: { kind: "apart", stride: u32(1) }, type: "f32x4" };
}

/** Writes what this part adds up to; the reductions are values of the row's frame by now. */
export function storePartials(
  row: Frame,
  grid: AxisSet,
  active: Expr,
  loops: readonly ReductionLoop[],
  partials: Partials,
): void {
  const { access, type } = accessOf(row);
  const place = row.run?.linear as Expr;
  const body = loops
    .flatMap((one) => one.reductions)
    .map(
      (node): Stmt => ({
        kind: "store",
        tensor: partialsTensor,
        index: placeOf(grid, partials.slotOf(node), builtin("part"), place),
        // A sample that all of four rows share is one number.
        value: type === "f32x4" ? widen(row.values.get(node) as Expr) : (row.values.get(node) as Expr),
        access,
      }),
    );
  const condition = binary("and", active, binary("eq", builtin("lane"), u32(0)));
  row.body.push({ kind: "if", condition, body });
}

/** Where a slot of a part of the row at hand lies. */
export type SlotPlace = (slot: number, part: Expr) => { readonly tensor: string; readonly index: Expr };

/** The place in the buffer of partials, in which all slots lie one behind the other. */
export function slotPlace(row: Frame, grid: AxisSet): SlotPlace {
  const place = row.run?.linear as Expr;
  return (slot, part) => ({ tensor: partialsTensor, index: placeOf(grid, slot, part, place) });
}

/** Reads what all parts add up to and merges it: the reductions are values of the row's frame afterwards. */
export function mergePartials(
  context: ValueContext,
  row: Frame,
  path: Path,
  loop: ReductionLoop,
  partials: Partials,
  slotAt: SlotPlace,
): void {
  const { nameOf } = context;
  const { access, type } = accessOf(row);
  const used = bind(
    row,
    "used",
    div(sub(add(stepsOf(path), partSize(path)), u32(1)), partSize(path)),
    nameOf,
  );
  const load = (body: Stmt[], slot: number, part: Expr): Expr => {
    const name = nameOf("part");
    body.push({ kind: "load", name, ...slotAt(slot, part), access });
    return local(type, name);
  };
  /** Adds something up over the parts, the same for all lanes. */
  const over = (sums: readonly { node: ReduceNode; value: (body: Stmt[], part: Expr) => Expr }[]): Expr[] => {
    const totals = sums.map(
      ({ node }): Total => ({
        name: nameOf("total"),
        type,
        op: isMoment(node.op) ? "add" : foldOf(node),
      }),
    );
    for (const { name, op } of totals) row.body.push({ kind: "var", name, value: identity(op, type) });
    const part = nameOf("p");
    const body: Stmt[] = [];
    sums.forEach(({ value }, i) => {
      const { name, op } = totals[i];
      body.push(accumulate(name, op, value(body, local("u32", part))));
    });
    row.body.push({ kind: "for", name: part, start: builtin("lane"), end: used, step: lanes, body });
    shareTotals(row.body, totals, context);
    return totals.map(({ name }) => local(type, name));
  };

  const plain = loop.reductions.filter((one) => !isMoment(one.op));
  const merged = over(
    plain.map((node) => ({ node, value: (body, part) => load(body, partials.slotOf(node), part) })),
  );
  const count = float(extentOf(path.over));
  plain.forEach((node, i) => {
    row.values.set(node, node.op === "mean" ? bind(row, "mean", div(merged[i], count), nameOf) : merged[i]);
  });

  const moments = [...new Set(loop.reductions.filter((one) => isMoment(one.op)).map((one) => one.arg))];
  for (const arg of moments) mergeMoments(arg);

  function mergeMoments(arg: Node): void {
    const nodes = loop.reductions.filter((one) => one.arg === arg && isMoment(one.op));
    const [node] = nodes;
    const base = partials.slotOf(node) - (node.op === "rest" ? 1 : node.op === "spread" ? 2 : 0);
    // The first part is never empty: a row that is has no parts.
    const shift = load(row.body, base, u32(0));
    if (nodes.every((one) => one.op === "shift")) {
      row.values.set(node, shift);
      return;
    }
    const meanOf = (body: Stmt[], part: Expr): Expr =>
      add(sub(load(body, base, part), shift), load(body, base + 1, part));
    const [sum] = over([{ node, value: (body, part) => mul(sizeOf(part), meanOf(body, part)) }]);
    const rest = bind(row, "rest", div(sum, count), nameOf);
    const [square] = over([
      {
        node,
        value: (body, part) => {
          const off = sub(meanOf(body, part), rest);
          return mul(sizeOf(part), add(load(body, base + 2, part), mul(off, off)));
        },
      },
    ]);
    const spread = bind(row, "spread", div(square, count), nameOf);
    for (const one of nodes) {
      row.values.set(one, one.op === "shift" ? shift : one.op === "rest" ? rest : spread);
    }
  }

  /** Elements in a part. */
  function sizeOf(part: Expr): Expr {
    const end = binary("min", mul(add(part, u32(1)), partSize(path)), stepsOf(path));
    const steps = sub(end, mul(part, partSize(path)));
    return float(path.vector === null ? steps : mul(steps, u32(4)));
  }
}
