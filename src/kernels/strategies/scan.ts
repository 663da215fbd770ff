/**
 * Scans a row on one way along it: the lanes take a tile of adjacent steps together, add up what lies before each within
 * the tile, and carry the total on to the next tile. So a row is read once, in order, however long its windows are.
 *
 * A sum has two levels, as every sum (see `block`). A mean that is subtracted from its operand and a variance are taken
 * about m, the mean of all tiles before, itself relative to the first element: differences that stay small far from zero.
 * With e = d − m, and n elements up to this one,
 *
 *     mean  = m + Σe / n          rest = Σe / n − e
 *     var   = (M + Σe² − (Σe)² / n) / n,  M the sum of squares of all tiles before about m
 *
 * where the sums are over the tile.
 */
import type { Node, WindowNode } from "../../graph/tensor/graph.ts";
import { bind, coordinate, createFrame, type Frame } from "../body/frame.ts";
import { block, identity, type Path, stepsOf } from "../body/loop.ts";
import { storeTargets } from "../body/store-targets.ts";
import { lowerValue, valueAt } from "../body/value.ts";
import type { ValueContext } from "../body/value-context.ts";
import {
  add,
  binary,
  builtin,
  div,
  extent,
  extentOf,
  f32,
  float,
  fold,
  lanes,
  local,
  mul,
  ramp,
  running,
  select,
  sub,
  u32,
  widen,
} from "../ir/expr.ts";
import type { Expr, FoldOp, Stmt, Type } from "../ir/ir.ts";
import type { Target } from "../schedule/plan.ts";
import { type Scanned, type Share, scanLanes } from "./scan-across-lanes.ts";

/** The statements before the loop over tiles, at the end of a block of tiles, and at the end of a tile. */
interface Carry {
  readonly begin: Stmt[];
  readonly endBlock: Stmt[];
  readonly endTile: Stmt[];
}

/** A tile of a row. */
interface Tile {
  readonly frame: Frame;
  readonly path: Path;
  readonly reverse: boolean;
  /** Whether this lane has a step of the row. */
  readonly inside: Expr;
  /** How many elements the windows have that end at this lane's elements. */
  readonly count: Expr;
  /** How many elements all tiles up to this one have. */
  readonly countAfter: Expr;
}

/** Writes the loop that scans a row and stores what is computed of the scans. */
export function scanElements(
  context: ValueContext,
  row: Frame,
  path: Path,
  active: Expr,
  targets: readonly Target[],
  scans: readonly WindowNode[],
): void {
  const { nameOf } = context;
  const reverse = scans[0].over[0].after.kind === "all";
  const [outer, first, step] = [nameOf("block"), nameOf("tile"), nameOf("i")];
  const steps = stepsOf(path);
  const place = local("u32", step);
  const frame = createFrame(row, {
    factors: path.over,
    linear: path.vector === null ? place : mul(place, u32(4)),
    vector: path.vector,
  });
  const at = bind(frame, "at", add(local("u32", first), builtin("lane")), nameOf);
  const last = sub(steps, u32(1));
  // Lanes beyond the end of the row have its last step again.
  const within = binary("min", at, last);
  frame.body.push({ kind: "let", name: step, value: reverse ? sub(last, within) : within });
  const inside = bind(frame, "inside", binary("lt", at, steps), nameOf);
  const [axis] = path.over;
  const here = coordinate(frame, axis, nameOf);
  const upTo = float(reverse ? sub(extent(axis), here) : add(here, u32(1)));
  const count = path.vector === null ? upTo : reverse ? sub(widen(upTo), ramp) : add(widen(upTo), ramp);
  const tileEnd = binary("min", add(local("u32", first), lanes), steps);
  const tile: Tile = {
    frame,
    path,
    reverse,
    inside,
    count: bind(frame, "count", count, nameOf),
    countAfter: float(path.vector === null ? tileEnd : mul(tileEnd, u32(4))),
  };
  const carry: Carry = { begin: [], endBlock: [], endTile: [] };
  const centres = new Map<Node, Centre>();
  for (const node of scans) {
    frame.values.set(node, bind(frame, node.op, scanned(context, row, tile, carry, centres, node), nameOf));
  }
  const branch = createFrame(frame, null, { closed: true });
  storeTargets(context, branch, targets);
  frame.body.push({ kind: "if", condition: binary("and", active, inside), body: branch.body });

  const loop: Stmt = {
    kind: "for",
    name: first,
    start: local("u32", outer),
    end: binary("min", add(local("u32", outer), mul(lanes, u32(block))), steps),
    step: lanes,
    body: [...frame.body, ...carry.endTile],
  };
  row.body.push(...carry.begin, {
    kind: "for",
    name: outer,
    start: u32(0),
    end: steps,
    step: mul(lanes, u32(block)),
    body: [loop, ...carry.endBlock],
  });
}

/** The value of a scan at this lane's elements. */
function scanned(
  context: ValueContext,
  row: Frame,
  tile: Tile,
  carry: Carry,
  centres: Map<Node, Centre>,
  node: WindowNode,
): Expr {
  const [arg] = node.args;
  const { frame } = tile;
  switch (node.op) {
    case "sum":
      return total(context, tile, carry, "add", arg);
    case "mean":
      return div(total(context, tile, carry, "add", arg), tile.count);
    case "max":
    case "min":
      return total(context, tile, carry, node.op, arg);
    case "rest": {
      const { e, mean } = centreOf(context, row, tile, carry, centres, arg);
      return sub(mean, e);
    }
    case "var": {
      const { sum, mean, squares, before } = centreOf(context, row, tile, carry, centres, arg);
      const about = binary("max", sub(add(before, squares), mul(sum, mean)), f32(0));
      return div(bind(frame, "about", about, context.nameOf), tile.count);
    }
    case "matches":
    case "pull":
      throw new Error(`${node.op} is no scan`);
  }
}

/** A plain sum or extremum: what earlier blocks, earlier tiles and this tile have. */
function total(context: ValueContext, tile: Tile, carry: Carry, op: FoldOp, arg: Node): Expr {
  const { nameOf } = context;
  const { frame, inside } = tile;
  const value = ofElements(tile, lowerValue(context, frame, arg));
  const own = bind(frame, "own", select(inside, value, identity(op, value.type)), nameOf);
  const [one] = inTile(context, tile, [{ op, value: own }]);
  const [base, part] = [nameOf("base"), nameOf("part")];
  const { type } = one.scan.all;
  carry.begin.push(
    { kind: "var", name: base, value: identity(op, type) },
    { kind: "var", name: part, value: identity(op, type) },
  );
  const grown = binary(op, local(type, base), local(type, part));
  carry.endTile.push({ kind: "assign", name: part, value: binary(op, local(type, part), one.scan.all) });
  carry.endBlock.push(
    { kind: "assign", name: base, value: grown },
    { kind: "assign", name: part, value: identity(op, type) },
  );
  const before = bind(frame, "before", binary(op, local(type, part), one.scan.before), nameOf);
  return binary(op, local(type, base), binary(op, before, one.upTo));
}

/** The moments of an operand about the mean of the tiles before. */
interface Centre {
  /** The element, and the sums of e and e² up to it. */
  readonly e: Expr;
  readonly sum: Expr;
  readonly squares: Expr;
  /** Σe / n */
  readonly mean: Expr;
  /** The sum of squares of the tiles before. */
  readonly before: Expr;
}

function centreOf(
  context: ValueContext,
  row: Frame,
  tile: Tile,
  carry: Carry,
  centres: Map<Node, Centre>,
  arg: Node,
): Centre {
  const known = centres.get(arg);
  if (known !== undefined) return known;
  const { nameOf } = context;
  const { frame, inside } = tile;
  const d = ofElements(tile, differences(context, row, tile, arg));
  const type = rowType(d.type, tile);
  const [m, about] = [nameOf("mean"), nameOf("about")];
  carry.begin.push(
    { kind: "var", name: m, value: identity("add", type) },
    { kind: "var", name: about, value: identity("add", type) },
  );
  const e = bind(frame, "e", select(inside, sub(d, local(type, m)), identity("add", d.type)), nameOf);
  const shares = [
    { op: "add", value: e },
    { op: "add", value: bind(frame, "square", mul(e, e), nameOf) },
  ] as const;
  const [of, ofSquares] = inTile(context, tile, shares);
  const sum = bind(frame, "sum", add(of.scan.before, of.upTo), nameOf);
  const squares = bind(frame, "squares", add(ofSquares.scan.before, ofSquares.upTo), nameOf);
  const mean = bind(frame, "mean", div(sum, tile.count), nameOf);
  const rise = nameOf("rise");
  carry.endTile.push(
    { kind: "let", name: rise, value: div(of.scan.all, tile.countAfter) },
    {
      kind: "assign",
      name: about,
      value: binary(
        "max",
        sub(add(local(type, about), ofSquares.scan.all), mul(of.scan.all, local(type, rise))),
        f32(0),
      ),
    },
    { kind: "assign", name: m, value: add(local(type, m), local(type, rise)) },
  );
  const made: Centre = { e, sum, squares, mean, before: local(type, about) };
  centres.set(arg, made);
  return made;
}

/** The operand minus its first element. The terms of a sum lose theirs one by one, before they are added. */
function differences(context: ValueContext, row: Frame, tile: Tile, arg: Node): Expr {
  if (arg.kind === "map" && arg.op === "add") {
    const [a, b] = arg.args.map((term) => differences(context, row, tile, term));
    return add(a, b);
  }
  const { path, reverse, frame } = tile;
  const place = reverse ? sub(extentOf(path.over), u32(1)) : u32(0);
  return sub(lowerValue(context, frame, arg), valueAt(context, row, arg, path.over, place));
}

interface InTile {
  readonly scan: Scanned;
  /** What this lane has up to each of its elements. */
  readonly upTo: Expr;
}

/** Scans a tile: the four elements of a lane, then the lanes. */
function inTile(context: ValueContext, tile: Tile, shares: readonly Share[]): InTile[] {
  const { frame, path, reverse } = tile;
  const isWide = path.vector !== null;
  const own = shares.map(({ op, value }): Share => ({ op, value: isWide ? fold(op, value) : value }));
  const scans = scanLanes(frame.body, own, context);
  return shares.map(({ op, value }, i) => ({
    scan: scans[i],
    upTo: isWide ? bind(frame, "up_to", running(op, value, reverse), context.nameOf) : value,
  }));
}

/** Of steps of four along the row, a value has four elements even if it is the same for all of them. */
function ofElements({ path }: Tile, value: Expr): Expr {
  return path.vector === null ? value : widen(value);
}

/** The type of what is the same for the whole row. */
function rowType(type: Type, { path }: Tile): Type {
  return path.vector === null ? type : "f32";
}
