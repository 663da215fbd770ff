import { NormError } from "./errors.ts";

/** The own property of that name; names such as `constructor` find nothing in the prototype. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The names that a caller gave a value for; `undefined` counts as left out. */
export function givenNames(record: Readonly<Record<string, unknown>> | undefined): string[] {
  return record === undefined ? [] : Object.keys(record).filter((name) => record[name] !== undefined);
}

/** Throws N501 for the first name that is none of `known`, with the nearest one offered. */
export function refuseUnknown(what: string, given: readonly string[], known: readonly string[]): void {
  for (const name of given) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const offer = near === undefined ? list(known) : `did you mean "${near}"?`;
    throw new NormError("N501", `"${name}" is no ${what} of this norm: ${offer}`);
  }
}

function list(known: readonly string[]): string {
  return known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
}

function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 2)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}
