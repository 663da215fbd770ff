/**
 * Adds up terms over the elements of a row. Four vectors in a step have four accumulators, so that additions do not wait
 * for each other. Chains have at most 256 terms at every level of the nest (see `block`).
 */
import { type Node, reachable } from "../../../graph/tensor/graph.ts";
import { createFrame, type Frame } from "../../body/frame.ts";
import { accumulate, block, identity, type Path, type Term } from "../../body/loop.ts";
import type { Total } from "../../body/reduce-across-lanes.ts";
import type { ValueContext, Walk } from "../../body/value-context.ts";
import { add, binary, extentOf, f32, fold, local, select, u32, widen } from "../../ir/expr.ts";
import type { Expr, FoldOp, Stmt, Type } from "../../ir/ir.ts";
import { type Level, levelsOf, vectorsOfStep } from "./levels.ts";
import { boundsOf, innerBounds, outerLoop } from "./nest.ts";
import { type Bounds, loopOf, type Stretch, stretchesOf } from "./stretches.ts";

/** How many vectors a step takes at most. An addition takes as long as four loads of a vector. */
const mostVectors = 4;

export const walkOfNests: Walk = { sum, some };

/**
 * An empty row may lie anywhere, also where there is no memory. A row at the end of its tensor's axes, if it is empty, begins
 * where the tensor does.
 */
function some(
  context: ValueContext,
  row: Frame,
  path: Path,
  of: readonly Node[],
  write: (frame: Frame) => Expr,
): Expr {
  const { nameOf, addressOf } = context;
  const isAtEnd = (node: Node): boolean =>
    node.kind !== "input" ||
    addressOf(node.tensor).layout.slice(-path.over.length).join(" ") === path.over.join(" ");
  if (reachable(of).every(isAtEnd)) return write(row);
  const branch = createFrame(row, null, { closed: true });
  const value = write(branch);
  const name = nameOf("some");
  row.body.push(
    { kind: "var", name, value: identity("add", value.type) },
    {
      kind: "if",
      condition: binary("ne", extentOf(path.over), u32(0)),
      body: [...branch.body, { kind: "assign", name, value }],
    },
  );
  return local(value.type, name);
}

function sum(
  context: ValueContext,
  row: Frame,
  path: Path,
  when: Expr | undefined,
  terms: readonly Term[],
): Total[] {
  const values = [...new Set(terms.flatMap((one) => one.of))];
  const touched = { values, targets: [] };
  const levels = levelsOf(row, path.over, touched, context.addressOf);
  // Few rows are looked at a second time, so that loop is short to read.
  const unroll = when === undefined ? vectorsOfStep(touched, mostVectors) : 1;
  const nest: Nest = { context, terms, levels, unroll };
  const frame = when === undefined ? row : createFrame(row, null);
  const found = sumLevel(nest, frame, 0, boundsOf(path));
  const totals = terms.map(({ name, op }, i) => {
    const value = totalOf(op, found[i]);
    return { name, op, type: value.type, value };
  });
  if (when === undefined) {
    row.body.push(...totals.map(({ name, value }): Stmt => ({ kind: "let", name, value })));
  } else {
    row.body.push(
      ...totals.map(({ name, op, type }): Stmt => ({ kind: "var", name, value: identity(op, type) })),
      {
        kind: "if",
        condition: forAnyRow(when),
        body: [...frame.body, ...totals.map(({ name, value }): Stmt => ({ kind: "assign", name, value }))],
      },
    );
  }
  return totals.map(({ name, op, type }) => ({ name, op, type }));
}

/** Rows that go through the loops together are looked at again together. */
function forAnyRow(condition: Expr): Expr {
  const count: Expr = { kind: "overCopies", type: "f32", a: select(condition, f32(1), f32(0)) };
  return binary("ne", count, f32(0));
}

interface Nest {
  readonly context: ValueContext;
  readonly terms: readonly Term[];
  readonly levels: readonly Level[];
  readonly unroll: number;
}

/** The variables of a term: what was added up four by four along the row, and the rest. */
interface Sums {
  readonly wide: string | null;
  readonly one: string;
  /** The type of `one`: four numbers of four adjacent rows. */
  readonly type: Type;
}

function totalOf(op: FoldOp, { wide, one, type }: Sums): Expr {
  const rest = local(type, one);
  return wide === null ? rest : binary(op, fold(op, local("f32x4", wide)), rest);
}

function sumLevel(nest: Nest, frame: Frame, depth: number, bounds: Bounds | null): Sums[] {
  return depth === nest.levels.length - 1
    ? sumRun(nest, frame, nest.levels[depth], bounds)
    : sumOuter(nest, frame, depth, bounds);
}

function sumOuter(nest: Nest, frame: Frame, depth: number, bounds: Bounds | null): Sums[] {
  const { context, terms, levels } = nest;
  const { nameOf } = context;
  const deeper = levels.slice(depth + 1).flatMap((one) => one.factors);
  const loop = outerLoop(frame, levels[depth], deeper, bounds, nameOf);
  const found = sumLevel(nest, loop.frame, depth + 1, loop.inside);
  const like = (base: string) => terms.map((_, i) => namesLike(found[i], base, nameOf));
  const [parts, sums] = [like("part"), like("sum")];
  terms.forEach(({ op }, i) => {
    loop.frame.body.push(...foldInto(op, parts[i], found[i]));
  });
  const outer = nameOf("block");
  const stop = binary("min", add(local("u32", outer), u32(block)), loop.end);
  frame.body.push(...terms.flatMap(({ op }, i) => begin(op, sums[i])), {
    kind: "for",
    name: outer,
    start: loop.first,
    end: loop.end,
    step: u32(block),
    body: [
      ...terms.flatMap(({ op }, i) => begin(op, parts[i])),
      {
        kind: "for",
        name: loop.counter,
        start: local("u32", outer),
        end: stop,
        step: u32(1),
        body: loop.frame.body,
      },
      ...terms.flatMap(({ op }, i) => foldInto(op, sums[i], parts[i])),
    ],
  });
  return sums;
}

function sumRun(nest: Nest, frame: Frame, level: Level, bounds: Bounds | null): Sums[] {
  const { context, terms, unroll } = nest;
  const { nameOf } = context;
  const run = innerBounds(frame, level, bounds, nameOf);
  const isWide = level.vector !== null;
  const stretches = stretchesOf(frame, level, run, unroll, nameOf);
  const values = stretches.map(({ frames }) => frames.map((one) => terms.map((term) => term.value(one))));
  const sums = terms.map(
    (_, i): Sums => ({
      wide: isWide ? nameOf("wide") : null,
      one: nameOf("sum"),
      type: values[values.length - 1][0][i].type,
    }),
  );
  frame.body.push(...terms.flatMap(({ op }, i) => begin(op, sums[i])));
  stretches.forEach((stretch, place) => {
    const inVectors = isWide && place < stretches.length - 1;
    const typed = values[place].map((own) => own.map((one) => (inVectors ? widen(one) : one)));
    const into = sums.map(({ wide, one }) => (inVectors && wide !== null ? wide : one));
    frame.body.push(...(stretch.isShort ? addShort : addInBlocks)(nest, stretch, typed, into));
  });
  return sums;
}

/** Adds a few steps one after the other. */
function addShort(
  { terms }: Nest,
  stretch: Stretch,
  values: readonly (readonly Expr[])[],
  into: readonly string[],
): Stmt[] {
  stretch.frames.forEach((frame, copy) => {
    frame.body.push(...terms.map(({ op }, i) => accumulate(into[i], op, values[copy][i])));
  });
  return [loopOf(stretch)];
}

/** Adds up 256 steps at a time, each vector of a step for itself. */
function addInBlocks(
  { context: { nameOf }, terms }: Nest,
  stretch: Stretch,
  values: readonly (readonly Expr[])[],
  into: readonly string[],
): Stmt[] {
  const parts = stretch.frames.map(() => terms.map(() => nameOf("part")));
  stretch.frames.forEach((frame, copy) => {
    frame.body.push(...terms.map(({ op }, i) => accumulate(parts[copy][i], op, values[copy][i])));
  });
  const outer = nameOf("block");
  const length = u32(stretch.step * block);
  const stop = binary("min", add(local("u32", outer), length), stretch.end);
  const all = (i: number): Expr =>
    pairwise(
      terms[i].op,
      parts.map((own, copy) => local(values[copy][i].type, own[i])),
    );
  return [
    {
      kind: "for",
      name: outer,
      start: stretch.first,
      end: stretch.end,
      step: length,
      body: [
        ...parts.flatMap((own, copy) =>
          own.map(
            (name, i): Stmt => ({
              kind: "var",
              name,
              value: identity(terms[i].op, values[copy][i].type),
            }),
          ),
        ),
        loopOf(stretch, { first: local("u32", outer), end: stop }),
        ...terms.map(({ op }, i) => accumulate(into[i], op, all(i))),
      ],
    },
  ];
}

function pairwise(op: FoldOp, values: readonly Expr[]): Expr {
  if (values.length === 1) return values[0];
  const half = values.length / 2;
  return binary(op, pairwise(op, values.slice(0, half)), pairwise(op, values.slice(half)));
}

function namesLike({ wide, type }: Sums, base: string, nameOf: (base: string) => string): Sums {
  return { wide: wide === null ? null : nameOf("wide"), one: nameOf(base), type };
}

function begin(op: FoldOp, { wide, one, type }: Sums): Stmt[] {
  const rest: Stmt = { kind: "var", name: one, value: identity(op, type) };
  return wide === null ? [rest] : [{ kind: "var", name: wide, value: identity(op, "f32x4") }, rest];
}

function foldInto(op: FoldOp, into: Sums, from: Sums): Stmt[] {
  const rest = accumulate(into.one, op, local(from.type, from.one));
  if (into.wide === null || from.wide === null) return [rest];
  return [accumulate(into.wide, op, local("f32x4", from.wide)), rest];
}
