import type { Program } from "../../program/program.ts";
import type { Norm, NormOptions, Tune } from "../options/norm-types.ts";
import { createNorm } from "./norm.ts";

type Create = (
  device: GPUDevice,
  program: Program,
  options: NormOptions & { readonly tune?: Tune | undefined },
) => Promise<Norm>;

/** What is tuned brings code that most pages do without. */
export async function creatorFor(program: Program, tune: Tune | undefined): Promise<Create> {
  return tune || program.tuned
    ? (await import("../../tuning/background/background.ts")).createTuned
    : createNorm;
}
