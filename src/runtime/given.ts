/** What the flat record of options that a generated module takes says, by name. */
import type { Mode, ProgramInterface } from "../program/program.ts";
import { NormError } from "./errors.ts";
import { givenNames, own, refuseUnknown } from "./names.ts";
import type { NormOptions } from "./types.ts";

/** The options of a generated module that are neither a tensor nor a param. */
export interface OptionKeys {
  readonly mode: string;
  readonly dtype: string;
}

/** Those of a backward pass: as well which gradients, and which of them are added to what is there. */
export interface BackwardKeys extends OptionKeys {
  readonly of: string;
  readonly accumulate: string;
}

/** What the options say of a norm. */
export interface ReadOptions<P extends ProgramInterface> {
  readonly program: P;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: NormOptions["storage"];
}

/** Throws N511 for a mode, N501 for a name that there is not. */
export function readOptions<P extends ProgramInterface>(
  programs: readonly P[],
  options: object,
  keys: OptionKeys,
): ReadOptions<P> {
  const given = options as Readonly<Record<string, unknown>>;
  const program = choose(programs, own(given, keys.mode));
  const tensors = namesOf(programs, (each) => each.tensors.filter((t) => t.role !== "scratch"));
  const params = namesOf(programs, (each) => each.params);
  const { mode, ...others } = keys;
  const known = [...tensors, ...params, ...(program.mode === null ? [] : [mode]), ...Object.values(others)];
  refuseUnknown("tensor, param or option", givenNames(given), known);

  return {
    program,
    dims: pick<readonly number[]>(
      given,
      namesOf([program], (each) => each.tensors),
    ),
    params: pick<number>(
      given,
      namesOf([program], (each) => each.params),
    ),
    dtype: own(given, keys.dtype) as NormOptions["storage"],
  };
}

function choose<P extends ProgramInterface>(programs: readonly P[], mode: unknown): P {
  const found = programs.find((program) => program.mode === (mode ?? null));
  if (found !== undefined) return found;
  const modes = programs.map((program) => program.mode).filter((each): each is Mode => each !== null);
  const expected = modes.length === 0 ? "no mode" : `the mode ${modes.join(" or ")}`;
  const what = mode === undefined ? "none" : JSON.stringify(mode);
  throw new NormError("N511", `${programs[0]?.norm}: expected ${expected}, given ${what}`);
}

function namesOf(
  programs: readonly ProgramInterface[],
  read: (program: ProgramInterface) => readonly { readonly name: string }[],
): string[] {
  return [...new Set(programs.flatMap((program) => read(program).map((each) => each.name)))];
}

function pick<T>(given: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, T> {
  const chosen = names.flatMap((name) => {
    const value = own(given, name);
    return value === undefined ? [] : [[name, value as T] as const];
  });
  return Object.fromEntries(chosen);
}
