import type { Program } from "../../program/program.ts";
import type { Norm, NormOptions, Tune } from "../options/norm-types.ts";
import { createNorm } from "./norm.ts";

type Create = (
  device: GPUDevice,
  program: Program,
  options: NormOptions & { readonly tune?: Tune | undefined },
) => Promise<Norm>;

/** Loads the code for tuning only if something is tuned, because most pages do not need it. */
export async function creatorFor(program: Program, tune: Tune | undefined): Promise<Create> {
  return tune || program.tuned
    ? (await import("../../tuning/background/background.ts")).createTuned
    : createNorm;
}
