/** What the printers of gather kernels share: the names of constants, locals and of what is read. */
import type { GatherKernel } from "../../kernels/gather/lower-gather.ts";
import type { ScalarConstant } from "../../kernels/ir/scalar.ts";
import { constantName, localName } from "../text/ir-names.ts";
import { createNamer, type Reserved } from "../text/namer.ts";

/** Where what a kernel loads under a name lies: in which number of the texels of what. */
export interface Source {
  readonly from: string;
  readonly slot: number;
  /** Numbers in a texel of it. */
  readonly slots: number;
}

export interface GatherNames {
  readonly sourceOf: (tensor: string) => Source;
  constant(constant: ScalarConstant): string;
  local(name: string): string;
  /** What is read, whichever number of its texels. */
  read(source: Source): string;
  /** The function that gives a number of the texels of something. */
  accessor(source: Source): string;
}

/** One language in which gpu.js takes kernels. */
export interface GatherLanguage {
  readonly reserved: Reserved;
  readonly print: (kernel: GatherKernel, names: GatherNames) => string;
}

/** One namer serves all languages, so that every text of a kernel calls the same thing the same. */
export function gatherNames(
  kernel: GatherKernel,
  sourceOf: (tensor: string) => Source,
  reserved: Reserved,
): GatherNames {
  const namer = createNamer(reserved);
  for (const fixed of ["group", "pass_value"]) namer.name(`fixed ${fixed}`, fixed);
  const read = ({ from }: Source): string => namer.name(`read ${from}`, from);
  for (const one of kernel.constants) constantName(namer, one);
  for (const name of kernel.loads) read(sourceOf(name));
  return {
    sourceOf,
    constant: (one) => constantName(namer, one),
    local: (name) => localName(namer, name),
    read,
    accessor: (source) => {
      const { from, slot, slots } = source;
      const suffix = slots === 1 ? "at" : `${slot}_at`;
      return namer.name(`accessor ${slot} ${from}`, `${read(source)}_${suffix}`);
    },
  };
}
