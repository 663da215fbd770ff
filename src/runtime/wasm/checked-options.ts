/** All that the options of a norm can say, and what is wrong with them. Loaded for options that are not plain. */
import type { WasmProgram } from "../../program/wasm-program.ts";
import { type OptionKeys, readOptions } from "../options/read-options.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { resolveDtypes } from "../shapes/element-types.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import type { ResolvedProgram } from "./assemble-norm.ts";
import type { WasmOptions } from "./wasm-types.ts";

/** @throws NormError N511 for an unknown mode, and the errors of `resolveProgram`. */
export function checkedOptions(
  programs: readonly WasmProgram[],
  options: object,
  keys: OptionKeys,
): ResolvedProgram {
  const { program, ...own } = readOptions(programs, options, keys);
  return resolveProgram(program, own);
}

/** @throws NormError N308, N501 to N507, N514, N518. */
export function resolveProgram(program: WasmProgram, { dims, params, dtype }: WasmOptions): ResolvedProgram {
  refuseOtherFormat(program);
  const fixed = dims as Readonly<Record<string, readonly number[]>>;
  return {
    program,
    shapes: resolveShapes(program, fixed, params),
    dtypes: resolveDtypes(program, dtype),
  };
}
