/** Names that the printers of gather kernels share: those of constants, locals and values read. */
import type { GatherKernel } from "../../kernels/gather/lower-gather.ts";
import type { ScalarConstant } from "../../kernels/ir/scalar.ts";
import { constantName, localName } from "../text/ir-names.ts";
import { createNamer, type Reserved } from "../text/namer.ts";

/** Where a value that a kernel loads by name lies: in which texture, and in which slot of its texels. */
export interface Source {
  readonly from: string;
  readonly slot: number;
  /** How many numbers a texel of it holds. */
  readonly slots: number;
}

export interface GatherNames {
  readonly sourceOf: (tensor: string) => Source;
  constant(constant: ScalarConstant): string;
  local(name: string): string;
  /** The name of a source, the same for all slots of its texels. */
  read(source: Source): string;
  /** The name of the function that reads one slot of the texels of a source. */
  accessor(source: Source): string;
}

/** A language in which gpu.js accepts kernels. */
export interface GatherLanguage {
  readonly reserved: Reserved;
  readonly print: (kernel: GatherKernel, names: GatherNames) => string;
}

/** One namer serves all languages, so that all shaders of a kernel use the same names. */
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
