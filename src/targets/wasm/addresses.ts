/**
 * The addresses of loads and stores, in bytes. An index is a sum. What a term depends on says in which block it can be
 * computed first, and the terms of each block are added to those of the blocks around it, once:
 *
 *     x[(n · C + c) · S + i]  →  before the task  4 · S
 *                                in the task      x_at = x + (n · C + c) · 4 · S
 *                                in the loop      x_at + 4 · i
 *
 * Neighbours, of which a constant is the only difference, share an address, and the instruction adds the constant. All is
 * computed modulo 2^32, but an instruction adds its constant without: so the sum below it must not be less than 0.
 */
import { mul, u32 } from "../../kernels/ir/expr.ts";
import type { Expr } from "../../kernels/ir/ir.ts";
import type { Wat } from "../text/wat.ts";
import { i32 } from "./expressions.ts";
import { get, type Locals, set } from "./function-locals.ts";
import type { At } from "./memory.ts";
import { depthOf, isNatural, type Names } from "./names.ts";
import type { Scopes } from "./scopes.ts";

export interface AddressContext {
  readonly names: Names;
  readonly locals: Locals;
  readonly scopes: Scopes;
  /** Writes an expression. */
  readonly e: (expr: Expr) => Wat;
}

/** A term of a sum: `by` times the value. */
interface Term {
  readonly value: Expr;
  readonly by: number;
}

/** Terms, and a constant. */
interface Sum {
  readonly terms: readonly Term[];
  readonly constant: number;
}

/** An access to memory, with its index as a sum of bytes. */
export interface Place extends Sum {
  readonly tensor: string;
}

export function placeOf(context: AddressContext, tensor: string, index: Expr, bytes: number): Place {
  return { tensor, ...sumOf(context, index, bytes) };
}

/** What the accesses of one block to neighbours have in common. */
export interface Neighbours {
  readonly least: number;
  readonly count: number;
}

export function neighbourKey({ tensor, terms }: Place): string {
  return `${tensor} ${keyOf(terms)}`;
}

/**
 * Writes the address of a place.
 * @param base the local that holds the address of the tensor.
 * @param neighbours those in this block, among which the place is.
 */
export function writeAddress(
  context: AddressContext,
  place: Place,
  base: string,
  neighbours: Neighbours,
): At {
  const { names, scopes, locals } = context;
  const innermost = scopes.depth();
  const varies = place.terms.some((one) => depthOf(names, one.value) === undefined);
  const isSafe = place.terms.every((one) => one.by > 0 && isNatural(names, one.value));
  // A constant that the instruction cannot add is a part of the address of the tensor.
  const inBase = isSafe && neighbours.least >= 0 ? 0 : varies ? place.constant : neighbours.least;
  const offset = place.constant - inBase;
  const at = `${base.slice(1)}_at`;
  let address: Wat = get(base);
  let key = place.tensor;
  if (inBase !== 0) {
    key += ` ${inBase}`;
    const own = ["i32.add", address, i32(inBase)];
    address = get(scopes.once(`address ${key}`, 0, () => kept(0, own)));
  }
  for (let depth = 0; depth <= innermost; depth++) {
    const terms = place.terms.filter((one) => (depthOf(names, one.value) ?? innermost) === depth);
    if (terms.length === 0) continue;
    key += ` + ${keyOf(terms)}`;
    const before = address;
    const whole = (): Wat => ["i32.add", before, written(context, terms)];
    const isAlone = depth === innermost && (varies || neighbours.count === 1);
    address = isAlone ? whole() : get(scopes.once(`address ${key}`, depth, () => kept(depth, whole())));
  }
  return offset === 0 ? [address] : [`offset=${offset}`, address];

  function kept(depth: number, value: Wat): string {
    const local = locals.fresh(at, "i32");
    scopes.write(set(local, value), depth);
    return local;
  }
}

/** The sum of terms, in the order in which the index has them. */
function written({ e }: AddressContext, terms: readonly Term[]): Wat {
  return terms
    .map(({ value, by }): { wat: Wat; minus: boolean } => {
      const size = Math.abs(by);
      const bits = Math.log2(size);
      if (size === 1) return { wat: e(value), minus: by < 0 };
      if (Number.isInteger(bits)) return { wat: ["i32.shl", e(value), i32(bits)], minus: by < 0 };
      return { wat: e(mul(value, u32(size))), minus: by < 0 };
    })
    .reduce<Wat | undefined>((sum, { wat, minus }) => {
      if (sum === undefined) return minus ? ["i32.sub", i32(0), wat] : wat;
      return [minus ? "i32.sub" : "i32.add", sum, wat];
    }, undefined)!;
}

function keyOf(terms: readonly Term[]): string {
  return terms.map(({ value, by }) => `${by} ${JSON.stringify(value)}`).join(" + ");
}

/** @param by how many bytes an element of the index has. */
function sumOf(context: AddressContext, index: Expr, by: number): Sum {
  const { names, scopes } = context;
  const terms: Term[] = [];
  let constant = 0;
  const visit = (expr: Expr, factor: number): void => {
    switch (expr.kind) {
      case "const":
        constant += expr.value * factor;
        return;
      case "local": {
        const value = names.values.get(expr.name);
        const sum =
          depthOf(names, expr) === scopes.depth() && value !== undefined && sumOf(context, value, factor);
        // A number of which nothing is known further out is computed already.
        if (
          sum &&
          (sum.constant !== 0 || sum.terms.some((one) => depthOf(names, one.value) !== scopes.depth()))
        ) {
          terms.push(...sum.terms);
          constant += sum.constant;
        } else terms.push({ value: expr, by: factor });
        return;
      }
      case "binary":
        if (expr.op === "add" || expr.op === "sub") {
          visit(expr.a, factor);
          visit(expr.b, expr.op === "add" ? factor : -factor);
          return;
        }
        if (expr.op === "mul") {
          const [a, b] = expr.a.kind === "const" ? [expr.b, expr.a] : [expr.a, expr.b];
          if (b.kind === "const") visit(a, factor * b.value);
          else for (const one of multiplied(context, a, b)) terms.push({ ...one, by: one.by * factor });
          return;
        }
        terms.push({ value: expr, by: factor });
        return;
      default:
        terms.push({ value: expr, by: factor });
    }
  };
  visit(index, by);
  return { terms, constant };
}

/** A product: term by term, if the terms of one factor are of several blocks and the other factor is of an outer one. */
function multiplied(context: AddressContext, a: Expr, b: Expr): Term[] {
  const { names } = context;
  for (const [sum, factor] of [
    [a, b],
    [b, a],
  ] as const) {
    const { terms, constant } = sumOf(context, sum, 1);
    const depths = new Set(terms.map((one) => depthOf(names, one.value)));
    const outer = depthOf(names, factor);
    if (outer === undefined || depths.has(undefined) || depths.size < 2) continue;
    const own = terms.map((one) => ({ value: mul(one.value, factor), by: one.by }));
    return constant === 0 ? own : [...own, { value: factor, by: constant }];
  }
  return [{ value: mul(a, b), by: 1 }];
}
