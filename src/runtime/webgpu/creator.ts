import type { Program } from "../../program/program.ts";
import type { Norm, OpenOptions } from "../options/norm-types.ts";
import { isFixed } from "../shapes/dynamic.ts";
import { createNorm } from "./norm.ts";

type Create = (device: GPUDevice, program: Program, options: OpenOptions) => Promise<Norm>;

/**
 * Loads the code for tuning only if something is tuned, because most pages do not need it. Measurements are of fixed
 * extents.
 */
export async function creatorFor(
  program: Program,
  options: Pick<OpenOptions, "dims" | "tune">,
): Promise<Create> {
  return (options.tune || program.tuned) && isFixed(options)
    ? ((await import("../../tuning/background/background.ts")).createTuned as Create)
    : createNorm;
}
