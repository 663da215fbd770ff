import { programFormat } from "../../program/format.ts";
import type { ProgramInterface } from "../../program/program.ts";
import { NormError } from "./errors.ts";

/** Throws N518 if another version of normc made the program, in a format that this one does not read. */
export function refuseOtherFormat({ norm, format }: ProgramInterface): void {
  if (format === programFormat) return;
  // Modules from before there were formats have none.
  const age = format > programFormat ? "newer" : "older";
  throw new NormError(
    "N518",
    `${norm} was built by a normc ${age} than this runtime (program format ${format}, expected ${programFormat}): build it again with this version of normc`,
  );
}
