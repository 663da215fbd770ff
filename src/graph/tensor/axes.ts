/** Axis sets: the names of factors (axes that are not split further), kept in the order of the spec's axes. */
export type AxisSet = readonly string[];

export function union(order: readonly string[], ...sets: readonly AxisSet[]): AxisSet {
  return order.filter((name) => sets.some((one) => one.includes(name)));
}

export function minus(from: AxisSet, without: AxisSet): AxisSet {
  return from.filter((name) => !without.includes(name));
}

export function isSubset(small: AxisSet, large: AxisSet): boolean {
  return small.every((name) => large.includes(name));
}

export function sameAxes(a: AxisSet, b: AxisSet): boolean {
  return a.length === b.length && isSubset(a, b);
}
