/** What the printers of gather kernels share: the names of constants, locals and of what is read. */
import type { GatherKernel } from "../../kernels/gather/lower-gather.ts";
import { type Constant, constantKey } from "../../kernels/ir/ir.ts";
import type { GatherConstant } from "../../program/gather-program.ts";
import { createNamer, type Namer } from "../text/namer.ts";

/** Where what a kernel loads under a name lies: in which number of the texels of what. */
export interface Source {
  readonly from: string;
  readonly slot: number;
  /** Numbers in a texel of it. */
  readonly slots: number;
}

export interface GatherNames {
  readonly namer: Namer;
  readonly sourceOf: (tensor: string) => Source;
  constant(constant: Constant): string;
}

/** One namer serves both languages, so that both texts of a kernel call the same thing the same. */
export function gatherNames(
  kernel: GatherKernel,
  sourceOf: (tensor: string) => Source,
  isReserved: (word: string) => boolean,
): GatherNames {
  const namer = createNamer(isReserved);
  for (const fixed of ["group", "pass_value"]) namer.name(`fixed ${fixed}`, fixed);
  const constant = (one: Constant): string =>
    namer.name(
      `constant ${constantKey(one)}`,
      one.kind === "extent" ? one.factor : one.kind === "param" ? one.param : "",
    );
  for (const one of kernel.constants) constant(one);
  for (const name of kernel.loads) namer.name(`read ${sourceOf(name).from}`, sourceOf(name).from);
  return { namer, sourceOf, constant };
}

export function gatherConstant(names: GatherNames, constant: Constant): GatherConstant {
  const name = names.constant(constant);
  switch (constant.kind) {
    case "extent":
    case "param":
      return { name, ...constant };
    default:
      throw new Error(`a gather kernel has no constant ${constant.kind}`);
  }
}
