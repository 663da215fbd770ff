/**
 * Indices of memory as polynomials, so that two of them can be compared whatever the order of their terms. The step of a
 * loop is one atom, which says what steps a lane takes: two loops in which a lane takes the same steps have the same atom.
 */
import { constantKey, type Expr } from "./ir.ts";

/** Coefficients by monomial, which is a sorted list of atoms. */
export type Poly = ReadonlyMap<string, number>;

export function constantPoly(value: number): Poly {
  return value === 0 ? new Map() : new Map([["", value]]);
}

export function atom(name: string): Poly {
  return new Map([[name, 1]]);
}

export function sum(a: Poly, b: Poly, factor = 1): Poly {
  const result = new Map(a);
  for (const [key, value] of b) {
    const total = (result.get(key) ?? 0) + factor * value;
    if (total === 0) result.delete(key);
    else result.set(key, total);
  }
  return result;
}

const times = " * ";

export function product(a: Poly, b: Poly): Poly {
  const result = new Map<string, number>();
  for (const [left, x] of a) {
    for (const [right, y] of b) {
      const key = monomial(left, right);
      const total = (result.get(key) ?? 0) + x * y;
      if (total === 0) result.delete(key);
      else result.set(key, total);
    }
  }
  return result;
}

function monomial(a: string, b: string): string {
  if (a === "") return b;
  if (b === "") return a;
  return [...a.split(times), ...b.split(times)].sort().join(times);
}

export function scaled(a: Poly, factor: number): Poly {
  return new Map([...a].map(([key, value]) => [key, value * factor]));
}

/** Equal texts for equal polynomials. */
export function text(poly: Poly): string {
  const known = texts.get(poly);
  if (known !== undefined) return known;
  const terms: string[] = [];
  for (const [key, value] of poly) terms.push(`${value} ${key}`);
  const made = terms.sort().join(" + ");
  texts.set(poly, made);
  return made;
}

/** The indices of stores and loads are compared many times. */
const texts = new WeakMap<Poly, string>();

/** What is known of the names in scope. A name that is not known is an atom. */
export interface Known {
  readonly valueOf: (name: string) => Poly | undefined;
  /** The factor that a kernel takes in fours; null if it takes elements. */
  readonly vector: string | null;
}

export function polyOf(expr: Expr, known: Known): Poly {
  const of = (one: Expr): Poly => polyOf(one, known);
  switch (expr.kind) {
    case "const":
      return constantPoly(expr.value);
    case "constant":
      return atom(constantKey(expr.constant));
    case "builtin":
      return atom(expr.name);
    case "local":
      return known.valueOf(expr.name) ?? atom(`\`${expr.name}\``);
    case "binary": {
      const [a, b] = [of(expr.a), of(expr.b)];
      if (expr.op === "add") return sum(a, b);
      if (expr.op === "sub") return sum(a, b, -1);
      if (expr.op === "mul") return product(a, b);
      // An index in fours is the index of an element, divided.
      if (expr.op === "div" && known.vector !== null && isFour(b)) return scaled(a, 1 / 4);
      if ((expr.op === "div" || expr.op === "mod") && a.size === 0) return a;
      return opaque(expr.op, [a, b]);
    }
    case "select":
      return opaque("select", [of(expr.condition), of(expr.a), of(expr.b)]);
    case "whole":
    case "float":
      return opaque(expr.kind, [of(expr.a)]);
    default:
      // Never equal to another one.
      return atom(`{${JSON.stringify(expr)}}`);
  }
}

export function opaque(name: string, args: readonly Poly[]): Poly {
  return atom(`${name}(${args.map((one) => text(one).replaceAll(times, "×")).join(", ")})`);
}

function isFour(poly: Poly): boolean {
  return poly.size === 1 && poly.get("") === 4;
}
