import { NormError } from "./errors.ts";

// A record of `null` counts as one without names: what is missing in it is then named.

/** The own property of that name. Names such as `constructor` find nothing in the prototype. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record != null && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The names that the caller gave a value for. A value of `undefined` counts as omitted. */
export function givenNames(record: Readonly<Record<string, unknown>> | undefined): string[] {
  return record == null ? [] : Object.keys(record).filter((name) => record[name] !== undefined);
}

/**
 * Throws N501 for the first name that is not in `known`. The message lists all known names: a norm has only a few.
 * @param what the kind of thing that each name should be, with its article: `a tensor`.
 */
export function refuseUnknown(what: string, given: readonly string[], known: readonly string[]): void {
  for (const name of given) {
    if (known.includes(name)) continue;
    throw new NormError(
      "N501",
      `"${name}" is not ${what} of this norm: it has ${known.join(", ") || "none"}`,
    );
  }
}
