import type { Mode, Program, Storage } from "../program/program.ts";
import { NormError } from "./errors.ts";
import { givenNames, own, refuseUnknown } from "./names.ts";
import { createNorm } from "./norm.ts";

/** The options of a generated module that are neither a tensor nor a param. */
export interface OptionKeys {
  readonly mode: string;
  readonly dtype: string;
}

/**
 * `createNorm` for generated modules: dims, params, mode and dtype in one flat record, by name. A name that belongs
 * to another mode than the chosen one is no error. The type of the result is the generated module's word.
 * @throws NormError (as a rejection) those of `createNorm`, and N511 for a mode that the norm does not have.
 */
export async function createFromOptions<Result>(
  device: GPUDevice,
  programs: readonly Program[],
  options: object,
  keys: OptionKeys = { mode: "mode", dtype: "dtype" },
): Promise<Result> {
  const given = options as Readonly<Record<string, unknown>>;
  const program = choose(programs, own(given, keys.mode));
  const tensors = namesOf(programs, (each) => each.tensors.filter((t) => t.role !== "scratch"));
  const params = namesOf(programs, (each) => each.params);
  const known = [...tensors, ...params, ...(program.mode === null ? [] : [keys.mode]), keys.dtype];
  refuseUnknown("tensor, param or option", givenNames(given), known);

  const norm = await createNorm(device, program, {
    dims: pick<readonly number[]>(
      given,
      namesOf([program], (each) => each.tensors),
    ),
    params: pick<number>(
      given,
      namesOf([program], (each) => each.params),
    ),
    storage: own(given, keys.dtype) as Storage | undefined,
  });
  return norm as Result;
}

function choose(programs: readonly Program[], mode: unknown): Program {
  const found = programs.find((program) => program.mode === (mode ?? null));
  if (found !== undefined) return found;
  const modes = programs.map((program) => program.mode).filter((each): each is Mode => each !== null);
  const expected = modes.length === 0 ? "no mode" : `the mode ${modes.join(" or ")}`;
  const what = mode === undefined ? "none" : JSON.stringify(mode);
  throw new NormError("N511", `${programs[0]?.norm}: expected ${expected}, given ${what}`);
}

function namesOf(
  programs: readonly Program[],
  read: (program: Program) => readonly { readonly name: string }[],
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
