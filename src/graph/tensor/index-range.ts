/**
 * Which coordinates an index can have, as far as algebra shows it: whether it is whole, and bounds that are polynomials
 * in the extents (`size(P) - 1`). An index that is surely in range needs no check.
 */
import type { AxisSet } from "./axes.ts";
import type { GraphBuilder } from "./builder.ts";
import type { MapNode, Node, Place } from "./graph.ts";

/** The extent of a factor if the spec fixes it. */
export type KnownExtent = (factor: string) => number | undefined;

/** A sum of products of extents: by the factors of the product, its coefficient. The empty product is 1. */
type Polynomial = ReadonlyMap<string, number>;

interface Range {
  /** Undefined if nothing is known. */
  readonly low: Polynomial | undefined;
  readonly high: Polynomial | undefined;
  readonly whole: boolean;
}

const unknown: Range = { low: undefined, high: undefined, whole: false };

/**
 * Returns the condition under which a place is one: a whole number, from 0, below the extent. Undefined if it always is.
 * @param present the axes along which elements exist, so that their extents are at least 1.
 */
export function placeCheck(
  g: GraphBuilder,
  { axis, index }: Place,
  extentOf: KnownExtent,
  present: AxisSet,
): Node | undefined {
  const { low, high, whole } = rangeOf(index, extentOf);
  const least = (factor: string): number => (present.includes(factor) ? 1 : 0);
  const last = minus(sizeOf([axis], extentOf), constant(1)) as Polynomial;
  const checks: Node[] = [];
  if (!isNotNegative(low, least)) checks.push(g.map("le", g.literal(0), index));
  if (!isNotNegative(minus(last, high), least)) checks.push(g.map("lt", index, g.size([axis])));
  if (!whole) checks.push(g.map("eq", g.map("floor", index), index));
  return checks.length === 0 ? undefined : checks.reduce(g.mul);
}

function rangeOf(index: Node, extentOf: KnownExtent): Range {
  switch (index.kind) {
    case "literal":
      return Number.isFinite(index.value)
        ? exactly(constant(index.value), Number.isInteger(index.value))
        : unknown;
    case "size":
      return exactly(sizeOf(index.over, extentOf), true);
    case "index":
      return {
        low: constant(0),
        high: minus(sizeOf([index.axis], extentOf), constant(1)),
        whole: true,
      };
    case "map":
      return rangeOfMap(index, extentOf);
    case "input":
    case "param":
    case "reduce":
    case "window":
    case "pick":
      return unknown;
  }
}

function rangeOfMap({ op, args }: MapNode, extentOf: KnownExtent): Range {
  const [a, b, c] = args.map((one) => rangeOf(one, extentOf));
  switch (op) {
    case "lt":
    case "le":
    case "eq":
    case "ne":
      return { low: constant(0), high: constant(1), whole: true };
    case "add":
      return { low: plus(a.low, b.low), high: plus(a.high, b.high), whole: a.whole && b.whole };
    case "sub":
      return { low: minus(a.low, b.high), high: minus(a.high, b.low), whole: a.whole && b.whole };
    case "neg":
      return { low: minus(constant(0), a.high), high: minus(constant(0), a.low), whole: a.whole };
    case "mul":
      return product(a, b);
    case "floor":
      return floored(a);
    case "div":
      return quotient(a, b);
    case "where":
      return either(b, c);
    default:
      return unknown;
  }
}

function exactly(value: Polynomial, whole: boolean): Range {
  return { low: value, high: value, whole };
}

function isExact({ low, high }: Range): boolean {
  return low !== undefined && low === high;
}

/** Of a range and a factor that is one number, at least 0. */
function product(a: Range, b: Range): Range {
  const whole = a.whole && b.whole;
  const [factor, other] = isExact(a) ? [a, b] : [b, a];
  if (!isExact(factor) || !isNotNegative(factor.low, () => 0)) return { ...unknown, whole };
  return { low: times(other.low, factor.low), high: times(other.high, factor.low), whole };
}

function floored(a: Range): Range {
  if (a.whole) return a;
  const down = (bound: Polynomial | undefined): Polynomial | undefined => {
    const value = numberOf(bound);
    return value === undefined ? undefined : constant(Math.floor(value));
  };
  return { low: down(a.low), high: down(a.high), whole: true };
}

function quotient(a: Range, b: Range): Range {
  const divisor = isExact(b) ? numberOf(b.low) : undefined;
  if (divisor === undefined || divisor <= 0) return unknown;
  const part = (bound: Polynomial | undefined): Polynomial | undefined => {
    const value = numberOf(bound);
    return value === undefined ? undefined : constant(value / divisor);
  };
  return { low: part(a.low), high: part(a.high), whole: false };
}

function either(a: Range, b: Range): Range {
  const isLess = (one: Polynomial | undefined, other: Polynomial | undefined): boolean =>
    isNotNegative(minus(other, one), () => 0);
  return {
    low: isLess(a.low, b.low) ? a.low : isLess(b.low, a.low) ? b.low : undefined,
    high: isLess(a.high, b.high) ? b.high : isLess(b.high, a.high) ? a.high : undefined,
    whole: a.whole && b.whole,
  };
}

function constant(value: number): Polynomial {
  return new Map(value === 0 ? [] : [["", value]]);
}

function numberOf(value: Polynomial | undefined): number | undefined {
  if (value === undefined || value.size > 1) return undefined;
  return value.size === 0 ? 0 : value.get("");
}

function sizeOf(over: AxisSet, extentOf: KnownExtent): Polynomial {
  let coefficient = 1;
  const open: string[] = [];
  for (const one of over) {
    const known = extentOf(one);
    if (known === undefined) open.push(one);
    else coefficient *= known;
  }
  return new Map(coefficient === 0 ? [] : [[open.sort().join(" "), coefficient]]);
}

function plus(a: Polynomial | undefined, b: Polynomial | undefined): Polynomial | undefined {
  if (a === undefined || b === undefined) return undefined;
  const sum = new Map(a);
  for (const [key, value] of b) {
    const total = (sum.get(key) ?? 0) + value;
    if (total === 0) sum.delete(key);
    else sum.set(key, total);
  }
  return sum;
}

function minus(a: Polynomial | undefined, b: Polynomial | undefined): Polynomial | undefined {
  return plus(a, times(b, constant(-1)));
}

function times(a: Polynomial | undefined, b: Polynomial | undefined): Polynomial | undefined {
  if (a === undefined || b === undefined) return undefined;
  const sum = new Map<string, number>();
  for (const [left, x] of a) {
    for (const [right, y] of b) {
      const key = [left, right]
        .flatMap((one) => (one === "" ? [] : one.split(" ")))
        .sort()
        .join(" ");
      sum.set(key, (sum.get(key) ?? 0) + x * y);
    }
  }
  return new Map([...sum].filter(([, value]) => value !== 0));
}

/** Whether a bound is known and surely not below 0: each extent is its least value and a rest that is not negative. */
function isNotNegative(value: Polynomial | undefined, least: (factor: string) => number): boolean {
  if (value === undefined) return false;
  let sum: Polynomial | undefined = new Map();
  for (const [key, coefficient] of value) {
    const factors = key === "" ? [] : key.split(" ");
    const term = factors.reduce<Polynomial | undefined>(
      (part, factor) => times(part, plus(constant(least(factor)), new Map([[factor, 1]]))),
      constant(coefficient),
    );
    sum = plus(sum, term);
  }
  return sum !== undefined && [...sum.values()].every((one) => one >= 0);
}
