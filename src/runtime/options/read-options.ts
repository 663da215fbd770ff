/** Reads the flat record of options that a generated module takes. Each name is a tensor, a param or an option. */
import type { ProgramInterface } from "../../program/program.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import type { Extent } from "../shapes/dynamic.ts";
import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import type { NormOptions, Tune } from "./norm-types.ts";

/** The names of the options of a generated module that are neither a tensor nor a param. */
export interface OptionKeys {
  readonly mode: string;
  readonly dtype: string;
  /** Only on WebGPU. */
  readonly tune?: string;
  readonly sharedBuffers?: string;
  readonly inPlace?: string;
}

/** The names of the options unless a tensor or a param has one of them. */
export const usualKeys = {
  mode: "mode",
  dtype: "dtype",
  tune: "tune",
  sharedBuffers: "sharedBuffers",
  inPlace: "inPlace",
} as const;

/** The same for a backward pass, with the lists of wanted and of accumulated gradients. */
export interface BackwardKeys extends OptionKeys {
  readonly of: string;
  readonly accumulate: string;
}

/** The options after reading. */
export interface ReadOptions<P extends ProgramInterface> {
  readonly program: P;
  readonly dims: Readonly<Record<string, readonly Extent[]>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: NormOptions["dtype"];
  readonly tune: Tune | undefined;
  readonly sharedBuffers: boolean | undefined;
  readonly inPlace: Readonly<Record<string, string>> | undefined;
}

/** @throws NormError N518 for a module of another normc, N511 for an unknown mode, N501 for an unknown name. */
export function readOptions<P extends ProgramInterface>(
  programs: readonly P[],
  options: object,
  keys: OptionKeys,
): ReadOptions<P> {
  const record = options as Readonly<Record<string, unknown>>;
  programs.forEach(refuseOtherFormat);
  const program = choose(programs, own(record, keys.mode));
  const named = programs.flatMap(({ tensors, params }) => [
    ...tensors.filter((one) => one.role !== "scratch"),
    ...params,
  ]);
  const { mode, ...others } = keys;
  refuseUnknown("a tensor, param or option", givenNames(record), [
    ...new Set(named.map((one) => one.name)),
    ...(program.mode === null ? [] : [mode]),
    ...Object.values(others),
  ]);

  return {
    program,
    dims: pick<readonly Extent[]>(record, program.tensors),
    params: pick<number>(record, program.params),
    dtype: own(record, keys.dtype) as NormOptions["dtype"],
    tune: own(record, keys.tune!) as Tune | undefined,
    sharedBuffers: own(record, keys.sharedBuffers!) as boolean | undefined,
    inPlace: own(record, keys.inPlace!) as Readonly<Record<string, string>> | undefined,
  };
}

function choose<P extends ProgramInterface>(programs: readonly P[], mode: unknown): P {
  const found = programs.find((program) => program.mode === (mode ?? null));
  if (found !== undefined) return found;
  const modes = programs.flatMap((program) => program.mode ?? []);
  const expected = modes.length === 0 ? "no mode" : `the mode ${modes.join(" or ")}`;
  throw new NormError(
    "N511",
    `${programs[0]?.norm}: expected ${expected}, given ${mode === undefined ? "none" : shownValue(mode)}`,
  );
}

function pick<T>(
  record: Readonly<Record<string, unknown>>,
  named: readonly { readonly name: string }[],
): Record<string, T> {
  const chosen = named.flatMap(({ name }) => {
    const value = own(record, name);
    return value === undefined ? [] : [[name, value as T] as const];
  });
  return Object.fromEntries(chosen);
}
