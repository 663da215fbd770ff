/** The loop over a row in which each lane adds up its share. */
import type { AxisSet } from "../tensor/axes.ts";
import { add, binary, builtin, div, extentOf, f32, lanes, local, mul, select, u32, widen } from "./expr.ts";
import { bind, createFrame, type Frame, type NameOf } from "./frame.ts";
import type { Expr, FoldOp, Stmt } from "./ir.ts";
import type { Total } from "./share.ts";

/**
 * Terms that one accumulator takes before it is added to the total. Rounding errors of a sum grow with the number of
 * terms; in two levels a row of ten million on 64 lanes has chains of 256 and 610 instead of one of 156,250. A
 * compensated sum would do more, but WGSL has no `precise` and Mesa's optimizer folds (a + b) − a to b.
 */
const block = 256;

const identities: Readonly<Record<FoldOp, number>> = {
  add: 0,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
};

/** What is added up, and how: the value as the loop's frame knows it. */
export interface Term {
  readonly name: string;
  readonly op: FoldOp;
  readonly value: (frame: Frame) => Expr;
}

/** How the loop goes over the row. */
export interface Path {
  /** Slowest first. */
  readonly over: AxisSet;
  /** The last factor, where the loop goes in steps of four along it. */
  readonly vector: string | null;
  /** The loop does nothing where this does not hold; always, where it is left out. */
  readonly when?: Expr;
}

/** Writes the loop; each term's variable holds this lane's share afterwards. */
export function sumLoop(row: Frame, path: Path, terms: readonly Term[], nameOf: NameOf): Total[] {
  const outer = nameOf("block");
  const stop = nameOf("stop");
  const step = nameOf("i");
  const inner = createFrame(row, {
    factors: path.over,
    linear: elementPlace(path, step),
    vector: path.vector,
  });
  const parts = terms.map((term) => {
    const part = nameOf("part");
    const value = term.value(inner);
    return { ...term, part, type: value.type, value };
  });
  for (const { part, op, type, value } of parts) {
    inner.body.push({ kind: "assign", name: part, value: binary(op, local(type, part), value) });
  }
  const start = ({ op, type }: { op: FoldOp; type: Expr["type"] }): Expr =>
    type === "f32x4" ? widen(f32(identities[op])) : f32(identities[op]);
  for (const one of parts) row.body.push({ kind: "var", name: one.name, value: start(one) });

  const stride = mul(lanes, u32(block));
  const steps = stepsOf(path);
  const count =
    path.when === undefined ? steps : bind(row, "count", select(path.when, steps, u32(0)), nameOf);
  const body: Stmt[] = [
    ...parts.map((one): Stmt => ({ kind: "var", name: one.part, value: start(one) })),
    { kind: "let", name: stop, value: binary("min", add(local("u32", outer), stride), count) },
    {
      kind: "for",
      name: step,
      start: local("u32", outer),
      end: local("u32", stop),
      step: lanes,
      body: inner.body,
    },
    ...parts.map(
      ({ name, part, op, type }): Stmt => ({
        kind: "assign",
        name,
        value: binary(op, local(type, name), local(type, part)),
      }),
    ),
  ];
  row.body.push({ kind: "for", name: outer, start: builtin("lane"), end: count, step: stride, body });
  return parts.map(({ name, op, type }) => ({ name, op, type }));
}

/** Steps of the loop: elements, or fours of them. */
export function stepsOf(path: Path): Expr {
  const count = extentOf(path.over);
  return path.vector === null ? count : div(count, u32(4));
}

/** The element at which a step begins. */
export function elementPlace(path: Path, step: string): Expr {
  return path.vector === null ? local("u32", step) : mul(local("u32", step), u32(4));
}
