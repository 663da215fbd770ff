/** Writes statements of the kernel IR as WebAssembly. */
import { add, mul, u32 } from "../../kernels/ir/expr.ts";
import type { Expr, Stmt } from "../../kernels/ir/ir.ts";
import { everyExpr, everyStmt } from "../../kernels/ir/visit.ts";
import type { Wat } from "../text/wat.ts";
import {
  type AddressContext,
  type Neighbours,
  neighbourKey,
  type Place,
  placeOf,
  writeAddress,
} from "./addresses.ts";
import { shiftOfUses, withoutShifts } from "./byte-counters.ts";
import type { Expressions } from "./expressions.ts";
import { get, set, tee, valueTypes } from "./function-locals.ts";
import { type At, type Element, elementBytes, loadFour, loadOne, storeFour, storeOne } from "./memory.ts";
import { depthOf } from "./names.ts";

export interface StatementContext extends AddressContext, Expressions {
  /** The local that holds the address of a tensor, and the type of its elements. */
  readonly tensor: (name: string) => { readonly base: string; readonly element: Element };
}

type Load = Extract<Stmt, { kind: "load" }>;
type Store = Extract<Stmt, { kind: "store" }>;
type Loop = Extract<Stmt, { kind: "for" }>;

/** Writes a block. */
export function writeBlock(context: StatementContext, body: readonly Stmt[]): void {
  defineNames(context, body);
  const places = placesIn(context, body);
  for (const stmt of body) {
    for (const one of statement(context, stmt, places.get(stmt) ?? [])) context.scopes.write(one);
  }
}

/** What a block defines can be used in the addresses of all that follows there. */
function defineNames({ names, scopes }: StatementContext, body: readonly Stmt[]): void {
  for (const one of body) {
    if (one.kind !== "let" && one.kind !== "load") continue;
    const isFixed = one.kind === "let" && depthOf(names, one.value) === 0;
    names.depths.set(one.name, isFixed ? 0 : scopes.depth());
    if (one.kind === "let" && one.value.type === "u32") names.values.set(one.name, one.value);
  }
}

/** A place and those beside it. */
interface Placed {
  readonly place: Place;
  readonly neighbours: Neighbours;
}

/** The places of each load and store of a block: one, or four that lie apart. */
function placesIn(context: StatementContext, body: readonly Stmt[]): Map<Stmt, Placed[]> {
  const found = body.flatMap((stmt): [Stmt, Place[]][] =>
    stmt.kind === "load" || stmt.kind === "store" ? [[stmt, placesOf(context, stmt)]] : [],
  );
  const groups = new Map<string, Neighbours>();
  for (const place of found.flatMap(([, places]) => places)) {
    const key = neighbourKey(place);
    const { least, count } = groups.get(key) ?? { least: place.constant, count: 0 };
    groups.set(key, { least: Math.min(least, place.constant), count: count + 1 });
  }
  return new Map(
    found.map(([stmt, places]) => [
      stmt,
      places.map((place) => ({ place, neighbours: groups.get(neighbourKey(place))! })),
    ]),
  );
}

function placesOf(context: StatementContext, { tensor, index, access }: Load | Store): Place[] {
  const bytes = elementBytes[context.tensor(tensor).element];
  const at = (one: Expr): Place => placeOf(context, tensor, one, bytes);
  switch (access.kind) {
    case "one":
      return [at(index)];
    case "four":
      return [at(mul(index, u32(4)))];
    case "apart":
      if (isOne(access.stride)) return [at(index)];
      return [0, 1, 2, 3].map((i) => at(add(index, mul(u32(i), access.stride))));
  }
}

const isOne = (stride: Expr): boolean => stride.kind === "const" && stride.value === 1;

/** The code of a statement. What it needs before is written. */
function statement(context: StatementContext, stmt: Stmt, places: readonly Placed[]): Wat[] {
  const { e, locals, scopes } = context;
  const setLocal = ({ name, value }: Extract<Stmt, { kind: "let" | "var" | "assign" }>): Wat =>
    set(locals.declare(`local ${name}`, name, valueTypes[value.type]), e(value));
  switch (stmt.kind) {
    case "let":
      if (context.isFixed(stmt.name, stmt.value)) return [];
      return [setLocal(stmt)];
    case "var":
    case "assign":
      return [setLocal(stmt)];

    case "load":
      return load(context, stmt, places);
    case "store":
      return store(context, stmt, places);
    case "for":
      return loop(context, stmt);
    case "if": {
      const condition = e(stmt.condition);
      const inside = scopes.inside(() => writeBlock(context, stmt.body));
      return [["if", condition, ["then", ...inside]]];
    }
    case "loadShared":
    case "storeShared":
    case "keep":
    case "recall":
    case "exchange":
    case "double":
    case "halve":
    case "barrier":
      throw new Error(`a task cannot do \`${stmt.kind}\``);
  }
}

function load(context: StatementContext, { name, tensor, access }: Load, places: readonly Placed[]): Wat[] {
  const { base, element } = context.tensor(tensor);
  const type = access.kind === "one" ? "f32" : "v128";
  const [first, ...others] = places.map((one) => addressOf(context, base, one));
  const one = access.kind === "one" ? loadOne(element, first!) : loadFour(element, first!);
  const value =
    others.length === 0
      ? one
      : others.reduce<Wat>(
          (all, at, i) => ["f32x4.replace_lane", String(i + 1), all, loadOne(element, at)],
          ["f32x4.splat", loadOne(element, first!)],
        );
  return [set(context.locals.declare(`local ${name}`, name, type), value)];
}

function store(
  context: StatementContext,
  { tensor, value, access }: Store,
  places: readonly Placed[],
): Wat[] {
  const { e, locals, scopes } = context;
  const { base, element } = context.tensor(tensor);
  const temporary = locals.declare("rounded", "rounded", "v128");
  if (places.length === 1) {
    const stored = e(value);
    const at = addressOf(context, base, places[0]!);
    return [(access.kind === "one" ? storeOne : storeFour)(element, at, stored, temporary)];
  }
  const four = locals.fresh("four", "v128");
  scopes.write(set(four, e(value)));
  return places.map((one, i) => {
    const lane: Wat = ["f32x4.extract_lane", String(i), get(four)];
    return storeOne(element, addressOf(context, base, one), lane, temporary);
  });
}

function addressOf(context: StatementContext, base: string, { place, neighbours }: Placed): At {
  return writeAddress(context, place, base, neighbours);
}

function loop(context: StatementContext, { name, start, end, step, body }: Loop): Wat[] {
  const { e, locals, scopes, names } = context;
  const i = locals.declare(`local ${name}`, name, "i32");
  const label = `$each_${i.slice(1)}`;
  // Ends and steps are the same in all rounds, as long as nobody assigns what they depend on.
  const assigned = new Set(everyStmt(body).flatMap((one) => (one.kind === "assign" ? [one.name] : [])));
  const held = (wanted: string, expr: Expr): Wat => {
    if (everyExpr(expr).some((one) => one.kind === "local" && assigned.has(one.name)))
      throw new Error(`the ${wanted} of the loop over \`${name}\` changes`);
    const value = e(expr);
    if (value[0] === "local.get" || value[0] === "i32.const") return value;
    const local = locals.declare(`${wanted} ${name}`, `${name}_${wanted}`, "i32");
    scopes.write(set(local, value));
    return get(local);
  };
  const inside = scopes.inside(() => {
    names.depths.set(name, scopes.depth());
    writeBlock(context, body);
  });
  // In bytes, if it counts nothing but addresses.
  const shift = step.kind === "const" ? shiftOfUses(inside, i) : undefined;
  const scaled = (expr: Expr): Expr => {
    const bytes = 2 ** Number(shift ?? 0);
    return expr.kind === "const" ? u32(expr.value * bytes) : mul(expr, u32(bytes));
  };
  const by = held("step", scaled(step));
  const limit = held("end", scaled(end));
  const next = tee(i, ["i32.add", get(i), by]);
  const round = shift === undefined ? inside : withoutShifts(inside, i);
  return [
    [
      "if",
      ["i32.lt_u", tee(i, e(scaled(start))), limit],
      ["then", ["loop", label, ...round, ["br_if", label, ["i32.lt_u", next, limit]]]],
    ],
  ];
}
