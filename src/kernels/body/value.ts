/** Lowers nodes to expressions. Each value is written once, in the frame where it belongs (see `frame.ts`). */
import { isNative, type NativeOperator } from "../../graph/operators/operators.ts";
import { maximumBelow } from "../../graph/passes/nonfinite.ts";
import type { AxisSet } from "../../graph/tensor/axes.ts";
import type { InputNode, MapNode, Node, Place } from "../../graph/tensor/graph.ts";
import {
  add,
  binary,
  call,
  constant,
  extentOf,
  f32,
  float,
  join,
  local,
  ramp,
  select,
  u32,
} from "../ir/expr.ts";
import type { Access, BinaryOp, Expr, UnaryOp } from "../ir/ir.ts";
import { everyExpr, operandsOf } from "../ir/visit.ts";
import type { Address } from "./address.ts";
import { piecesOf } from "./deep-values.ts";
import { elementIndex, type PickedPlace } from "./element-index.ts";
import {
  bind,
  binderOf,
  coordinate,
  createFrame,
  type Frame,
  homeOf,
  type Run,
  vectorAxis,
} from "./frame.ts";
import { pickedPlace } from "./place.ts";
import type { ValueContext } from "./value-context.ts";
import { lowerWindow } from "./window.ts";

/**
 * An expression nested deeper than this gets a name: shader compilers limit their recursion, and deep nesting is hard
 * to read.
 */
const maxNesting = 6;

export function lowerValue(context: ValueContext, frame: Frame, node: Node): Expr {
  for (const one of piecesOf(node, (inner) => knownValue(frame, inner) !== undefined)) {
    lower(context, frame, one, true);
  }
  return lower(context, frame, node, false);
}

/** With `named`, the value gets a name even if only one value uses it. */
function lower(context: ValueContext, frame: Frame, node: Node, named: boolean): Expr {
  const known = knownValue(frame, node);
  if (known !== undefined) return known;
  const home = homeOf(frame, node.axes);
  const slot = home.step === null ? undefined : context.kept.get(node);
  if (slot !== undefined) return keptValue(context, home, node, slot);
  const value = compute(context, home, node);
  const once = !named && (context.uses.get(node) ?? 0) <= 1;
  const inline = node.kind !== "input" && once && home === frame && nesting(value) < maxNesting;
  const simple = value.kind === "local" || value.kind === "const" || value.kind === "constant";
  const expr = simple || inline ? value : bind(home, baseName(node), value, context.nameOf);
  if (!inline) home.values.set(node, expr);
  return expr;
}

function knownValue(frame: Frame, node: Node): Expr | undefined {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    const known = at.values.get(node);
    if (known !== undefined && isVisible(frame, at, node)) return known;
  }
  return undefined;
}

/** The first loop computes and keeps the value; later loops recall it. */
function keptValue(context: ValueContext, home: Frame, node: Node, slot: number): Expr {
  const step = home.step as Expr;
  if (context.filled.has(node)) {
    const name = context.nameOf("kept");
    home.body.push({ kind: "recall", name, slot, step });
    home.values.set(node, local("f32x4", name));
    return local("f32x4", name);
  }
  const computed = compute(context, home, node);
  const value = computed.kind === "local" ? computed : bind(home, baseName(node), computed, context.nameOf);
  home.values.set(node, value);
  context.filled.add(node);
  home.body.push({ kind: "keep", slot, step, value });
  return value;
}

/** The value of a node at one place of some axes, which one index counts together. */
export function valueAt(context: ValueContext, frame: Frame, node: Node, axes: AxisSet, place: Expr): Expr {
  const start = { ...createFrame(frame, { factors: axes, linear: place, vector: null }), body: frame.body };
  return lowerValue(context, start, node);
}

/** How a frame accesses a tensor: one element, or four along the frame's vector axis, if that is not picked along. */
export function accessOf(
  frame: Frame,
  { layout }: Address,
  picked: ReadonlyMap<string, PickedPlace> = new Map(),
): Access {
  const axis = vectorAxis(
    frame,
    layout.filter((one) => !picked.has(one)),
  );
  if (axis === undefined) return { kind: "one" };
  const inner = layout.slice(layout.indexOf(axis) + 1);
  const isRagged = binderOf(frame, axis).run?.ragged === true;
  if (inner.length === 0 && !isRagged) return { kind: "four" };
  return { kind: "apart", stride: extentOf(inner) };
}

/** Whether a value in an outer frame is also the value here: no frame between may bind its axes again. */
function isVisible(frame: Frame, at: Frame, node: Node): boolean {
  for (let one: Frame | null = frame; one !== null && one !== at; one = one.parent) {
    if (one.run?.factors.some((axis) => node.axes.includes(axis))) return false;
  }
  return true;
}

function compute(context: ValueContext, frame: Frame, node: Node): Expr {
  switch (node.kind) {
    case "literal":
      return f32(node.value);
    case "param":
      return constant({ kind: "param", param: node.param });
    case "size":
      return float(extentOf(node.over));
    case "index": {
      const first = float(coordinate(frame, node.axis, context.nameOf));
      return vectorAxis(frame, node.axes) === undefined ? first : add(first, ramp);
    }
    case "input":
      return isApart(frame, node) ? fourLoads(context, frame, node) : load(context, frame, node);
    case "map":
      return computeMap(context, frame, node);
    case "window":
      return lowerWindow(context, frame, node, lowerValue);
    case "pick":
      throw new Error("a pick of a value that no kernel stores");
    case "reduce":
      throw new Error(`the reduction ${node.op} is not computed before its use`);
  }
}

function load(context: ValueContext, frame: Frame, { tensor, at }: InputNode): Expr {
  const name = context.nameOf(tensor);
  const address = context.addressOf(tensor);
  const picked = pickedPlaces(context, frame, at);
  const access = accessOf(frame, address, picked);
  const index = elementIndex(frame, address, access, context.nameOf, picked);
  frame.body.push({ kind: "load", name, tensor: address.tensor, index, access });
  return local(access.kind === "one" ? "f32" : "f32x4", name);
}

/** Coordinates that values give, by axis. */
export function pickedPlaces(
  context: ValueContext,
  frame: Frame,
  at: readonly Place[],
): Map<string, PickedPlace> {
  const lowering = {
    nameOf: context.nameOf,
    value: (home: Frame, one: Node) => lower(context, home, one, true),
    condition: (home: Frame, one: Node) => conditionOf(context, home, one),
  };
  return new Map(at.map(({ axis, index }) => [axis, pickedPlace(lowering, frame, index)]));
}

/** Whether four neighbours are read at places that need not be neighbours: an index varies along the vector axis. */
function isApart(frame: Frame, { at }: InputNode): boolean {
  return at.some(({ index }) => vectorAxis(frame, index.axes) !== undefined);
}

/** Four loads, one for each of four neighbours, in frames that bind the run to one of them. */
function fourLoads(context: ValueContext, frame: Frame, node: InputNode): Expr {
  const axis = vectorAxis(frame, node.axes) as string;
  const { factors, linear } = binderOf(frame, axis).run as Run;
  const first = factors.map((one): [string, Expr] => [one, coordinate(frame, one, context.nameOf)]);
  const parts = [0, 1, 2, 3].map((step) => {
    const run = { factors, linear: add(linear, u32(step)), vector: null };
    const coordinates = first.map(
      ([one, place]) => [one, one === axis ? add(place, u32(step)) : place] as const,
    );
    return load(
      context,
      { ...createFrame(frame, run), body: frame.body, coordinates: new Map(coordinates) },
      node,
    );
  });
  return bind(frame, node.tensor, join(parts), context.nameOf);
}

function computeMap(context: ValueContext, frame: Frame, node: MapNode): Expr {
  if (!isNative(node.op)) throw new Error(`the operator ${node.op} is not expanded`);
  const fixed = node.axes.length === 0;
  const arg = (place: number): Expr => {
    const value = lower(context, frame, node.args[place], false);
    return fixed ? atRunTime(context, frame, node.args[place], value) : value;
  };
  const op: NativeOperator = node.op;
  switch (op) {
    case "where":
      return select(conditionOf(context, frame, node.args[0]), arg(1), arg(2));
    case "lt":
    case "le":
    case "eq":
    case "ne":
      return select(conditionOf(context, frame, node), f32(1), f32(0));
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "min":
    case "max":
      return binary(op satisfies BinaryOp, arg(0), arg(1));
    case "exp":
      return call(maximumBelow(node) === undefined ? "exp" : "exp_below", arg(0));
    default:
      return call(op satisfies UnaryOp, arg(0));
  }
}

/**
 * An expression of only params and extents would be evaluated when the pipeline is created, and there WGSL rejects
 * results that are not finite, such as 1 / 0 or log(0). A local is evaluated when the kernel runs, by IEEE 754.
 */
function atRunTime(context: ValueContext, frame: Frame, node: Node, value: Expr): Expr {
  const isConstant = value.kind === "constant" || value.kind === "float";
  if (!isConstant || everyExpr(value).some((one) => one.kind === "local")) return value;
  const named = bind(frame, node.kind === "param" ? node.param : "size", value, context.nameOf);
  frame.values.set(node, named);
  return named;
}

function conditionOf(context: ValueContext, frame: Frame, node: Node): Expr {
  if (node.kind === "map" && (node.op === "lt" || node.op === "le" || node.op === "eq" || node.op === "ne")) {
    return binary(
      node.op,
      lower(context, frame, node.args[0], false),
      lower(context, frame, node.args[1], false),
    );
  }
  return binary("ne", lower(context, frame, node, false), f32(0));
}

function nesting(expr: Expr): number {
  return operandsOf(expr).reduce((most, one) => Math.max(most, 1 + nesting(one)), 0);
}

function baseName(node: Node): string {
  return node.kind === "map" || node.kind === "reduce" ? node.op : node.kind;
}
