/** Reads the cases of `normc run`, and says at which place they do not have the documented form. */
import { diagnostic } from "../../../language/diagnostics/diagnostic.ts";
import { nearest } from "../../../language/diagnostics/suggest.ts";
import { InputError } from "../terminal/failure.ts";
import { decode, readBytes, standardInput, standardInputName } from "./host.ts";

export interface Feed {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

export interface Case {
  readonly name?: string;
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly set: Readonly<Record<string, number>>;
  readonly mode?: string;
}

/** A mistake in one case. The others still run. */
export class CaseError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A string of V8 cannot be longer. */
const maxFeedBytes = 512 * 1024 * 1024;
const caseKeys = ["feeds", "set", "mode", "name"];

/** The cases as JSON, unchecked, and whether they are in an array. Throws an InputError N512 if this is not JSON. */
export function readCases(path: string): { readonly cases: readonly unknown[]; readonly isArray: boolean } {
  const source = decode(path === standardInput ? standardInputName : path, readBytes(path, maxFeedBytes));
  let value: unknown;
  try {
    value = JSON.parse(source.text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const start = Math.min(placeOf(message, source.text), source.text.length);
    const reason = message
      .replace(/,? ?(?:"|\.\.\.).*is not valid JSON$/s, "")
      .replace(/ (in JSON )?at position.*$/s, "");
    throw new InputError([
      diagnostic("N512", `the feeds are not JSON: ${reason}`, { source, start, end: start + 1 }),
    ]);
  }
  return Array.isArray(value) ? { cases: value, isArray: true } : { cases: [value], isArray: false };
}

/**
 * The place where JSON.parse gave up. For an unexpected token it does not say; then this is the end of the shortest text
 * that fails in the same way.
 */
function placeOf(message: string, text: string): number {
  const said = /at position (\d+)/.exec(message)?.[1];
  if (said !== undefined) return Number(said);
  if (!message.startsWith("Unexpected token")) return text.length;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (hasUnexpectedToken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
}

function hasUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return error instanceof Error && error.message.startsWith("Unexpected token");
  }
}

/** Throws a CaseError N512 or N506. */
export function readCase(value: unknown): Case {
  const one = record(value, "a case", "the case");
  for (const key of Object.keys(one)) {
    const meant = caseKeys.includes(key) ? undefined : nearest(key, caseKeys);
    // Callers may have keys of their own, but a misspelt key is a mistake.
    if (meant !== undefined && !(meant in one)) wrong(key, `did you mean "${meant}"?`);
  }
  const feeds = Object.entries(record(one.feeds, "an object of tensors by name", "feeds")).map(
    ([name, feed]) => [name, readFeed(feed, name)] as const,
  );
  const set = Object.entries(
    one.set === undefined ? {} : record(one.set, "an object of params by name", "set"),
  ).map(([name, number]) => [name, readNumber(number, () => `set.${name}`)] as const);
  return {
    feeds: Object.fromEntries(feeds),
    set: Object.fromEntries(set),
    ...(one.mode == null ? {} : { mode: text(one.mode, "mode") }),
    ...(one.name == null ? {} : { name: String(one.name) }),
  };
}

function readFeed(value: unknown, name: string): Feed {
  const at = `feeds.${name}`;
  if (Array.isArray(value) || typeof value === "number") return readNested(value, at);
  const feed = record(value, `{"dims": […], "data": […]} or nested lists of numbers`, at);
  const dims = list(feed.dims, `${at}.dims`).map((size, i) => {
    if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) return size;
    return wrong(`${at}.dims[${i}]`, `expected a whole number from 0, given ${shown(size)}`);
  });
  const data = list(feed.data, `${at}.data`).map((number, i) => readNumber(number, () => `${at}.data[${i}]`));
  const count = dims.reduce((a, b) => a * b, 1);
  if (count !== data.length) {
    throw new CaseError(
      "N506",
      `${at}: expected ${count} elements for dims [${dims.join(", ")}], given ${data.length}`,
    );
  }
  return { dims, data };
}

/** `[[1, 2], [3, 4]]`, as NumPy and PyTorch list a tensor. Its dims are the lengths of the lists. A bare number has none. */
function readNested(value: unknown, at: string): Feed {
  const dims: number[] = [];
  for (let one = value; Array.isArray(one); one = one[0]) {
    if (dims.push(one.length) > maxNesting) wrong(at, `lists are nested more than ${maxNesting} deep`);
    if (one.length === 0) break;
  }
  const data: number[] = [];
  const walk = (one: unknown, depth: number, place: string): void => {
    if (depth === dims.length) {
      if (Array.isArray(one))
        wrong(place, "expected a number, given an array: the lists beside it are less deep");
      data.push(readNumber(one, () => place));
      return;
    }
    const { length } = list(one, place);
    if (length !== dims[depth])
      wrong(place, `expected ${dims[depth]} elements, as in the list before it, given ${length}`);
    for (const [i, inner] of list(one, place).entries()) walk(inner, depth + 1, `${place}[${i}]`);
  };
  walk(value, 0, at);
  return { dims, data };
}

/** More than any tensor has, and far less than fills the call stack. */
const maxNesting = 64;

function readNumber(value: unknown, at: () => string): number {
  if (typeof value === "number") return value;
  switch (value) {
    case "Infinity":
    case "-Infinity":
    case "NaN":
      return Number(value);
  }
  return wrong(at(), `expected a number, "Infinity", "-Infinity" or "NaN", given ${shown(value)}`);
}

function record(value: unknown, expected: string, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  return wrong(at, `expected ${expected}, given ${shown(value)}`);
}

function list(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) ? value : wrong(at, `expected an array, given ${shown(value)}`);
}

function text(value: unknown, at: string): string {
  return typeof value === "string" ? value : wrong(at, `expected a string, given ${shown(value)}`);
}

function wrong(at: string, message: string): never {
  throw new CaseError("N512", `${at}: ${message}`);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  const json = JSON.stringify(value);
  return json.length > 40 ? `${json.slice(0, 40)}…` : json;
}

export function dimsOf(feeds: Readonly<Record<string, Feed>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));
}
