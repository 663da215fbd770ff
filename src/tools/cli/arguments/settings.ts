/** `--shape` and `--set`: what both say of the axes and params of a norm, read together. */

import { nearest } from "../../../language/diagnostics/suggest.ts";
import type { ProgramInterface } from "../../../program/program.ts";
import { CommandError } from "../terminal/failure.ts";

/** By axis or factor. A variadic axis has any number of extents. */
export type Extents = ReadonlyMap<string, readonly number[]>;

export interface Sizes {
  readonly extents: Extents;
  readonly params: Readonly<Record<string, number>>;
}

type Named = Pick<ProgramInterface, "norm" | "axes" | "params">;

export interface SizeWords {
  readonly shape: readonly string[];
  readonly set: readonly string[];
}

interface Given {
  readonly name: string;
  /** As it was typed. */
  readonly text: string;
}

/**
 * `--shape` takes the extent of an axis, of a factor of one, or the value of a param; a param that is the extent of a factor
 * is both. `--set` takes params alone.
 * @param norm the forward pass: a backward pass has not all params.
 * @throws CommandError 2 for an unknown name, a name given twice, or a value that cannot be.
 */
export function readSizes(words: SizeWords, norm: Named): Sizes {
  const shape = wordsOf("--shape", "AXIS=EXTENT, such as N=2 or S=64x64", words.shape);
  const set = wordsOf("--set", "NAME=NUMBER", words.set);
  const extents = new Map<string, readonly number[]>();
  const params: Record<string, number> = {};
  const isParam = (name: string): boolean => norm.params.some((one) => one.name === name);
  for (const [name, text] of shape) {
    const variadic = variadicOf(norm, name);
    if (variadic === undefined && !isParam(name)) throw unknown("--shape", norm, name, axesOf(norm));
    if (variadic !== undefined) extents.set(name, readExtents(name, text, variadic));
    if (isParam(name)) params[name] = readNumber("--shape", name, text);
  }
  for (const [name, text] of set) {
    if (shape.has(name)) throw new CommandError(2, `--set: ${name} is given in --shape already`);
    if (!isParam(name)) {
      if (variadicOf(norm, name) === undefined) throw unknown("--set", norm, name, []);
      throw new CommandError(
        2,
        `--set: ${name} is an axis of ${norm.norm}, not a param: write --shape ${name}=${text}`,
      );
    }
    params[name] = readNumber("--set", name, text);
  }
  return { extents, params };
}

/** `--set` without a `--shape` and without a norm yet. @throws CommandError 2. */
export function readSettings(words: readonly string[]): Readonly<Record<string, number>> {
  const given = [...wordsOf("--set", "NAME=NUMBER", words)];
  return Object.fromEntries(given.map(([name, text]) => [name, readNumber("--set", name, text)]));
}

function wordsOf(option: string, form: string, words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, text } of words
    .flatMap((word) => word.split(","))
    .flatMap((one) => read(option, form, one))) {
    if (found.has(name)) throw new CommandError(2, `${option}: ${name} is given twice`);
    found.set(name, text);
  }
  return found;
}

function read(option: string, form: string, word: string): readonly Given[] {
  if (word.trim() === "") return [];
  const [, name, text] = /^\s*([A-Za-z_]\w*)\s*=\s*(\S*)\s*$/.exec(word) ?? [];
  if (name === undefined || text === undefined)
    throw new CommandError(2, `${option}: expected ${form}, given \`${word}\``);
  return [{ name, text }];
}

function readExtents(name: string, text: string, variadic: boolean): readonly number[] {
  if (!/^(?:\d+(?:x\d+)*)?$/.test(text)) {
    throw new CommandError(
      2,
      `--shape: expected AXIS=EXTENT, such as N=2 or S=64x64, given \`${name}=${text}\``,
    );
  }
  const sizes = text === "" ? [] : text.split("x").map(Number);
  if (!variadic && sizes.length !== 1) {
    throw new CommandError(2, `--shape: axis ${name} has one extent, given ${sizes.length}`);
  }
  return sizes;
}

function readNumber(option: string, name: string, text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  throw new CommandError(2, `${option}: expected a number for ${name}, given \`${text}\``);
}

/** Undefined if there is no such axis and no such factor of one. */
function variadicOf({ axes }: Named, name: string): boolean | undefined {
  const axis = axes.find((one) => one.name === name || one.factors.some((factor) => factor.name === name));
  return axis?.variadic;
}

function axesOf({ axes }: Named): readonly string[] {
  return [...new Set(axes.flatMap((one) => [one.name, ...one.factors.map(({ name }) => name)]))];
}

function unknown(
  option: string,
  { norm, params }: Named,
  name: string,
  axes: readonly string[],
): CommandError {
  const names = params.map((one) => one.name);
  const best = nearest(name, [...axes, ...names]);
  const kinds = axes.length === 0 ? "param" : "axis";
  const known = [
    ...(axes.length === 0 ? [] : [`the axes ${axes.join(", ")}`]),
    ...(names.length === 0 ? [] : [`the params ${names.join(", ")}`]),
  ];
  const hint = best === undefined ? `: it has ${known.join(" and ") || "none"}` : `: did you mean ${best}?`;
  return new CommandError(2, `${option}: ${norm} has no ${kinds} ${name}${hint}`);
}
