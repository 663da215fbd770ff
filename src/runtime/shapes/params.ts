import type { ProgramInterface, ProgramParam } from "../../program/program.ts";
import { NormError } from "./errors.ts";
import { shownValue } from "./shown-value.ts";
import { givenNames, own, refuseUnknown } from "./unknown-names.ts";

/** The value of every param, given or default. Throws N501 for an unknown name, N507 for an unusable value. */
export function resolveParams(
  program: Pick<ProgramInterface, "params">,
  given: Readonly<Record<string, number>> | undefined,
): Map<string, number> {
  const known = program.params.map((param) => param.name);
  refuseUnknown("a param", givenNames(given), known);
  return new Map(
    program.params.map((param) => {
      const value = own(given, param.name);
      // Not `??`: a value of null is a mistake.
      return [param.name, usable(param, value === undefined ? param.initial : value)];
    }),
  );
}

/** Kernels have it as f32, which holds every whole number up to here. */
const longestWindow = 2 ** 24;

function usable(param: ProgramParam, value: number): number {
  if (param.kind === "extent") {
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw new NormError(
      "N507",
      `param ${param.name} is an extent: expected a whole number from 1, given ${shownValue(value)}`,
    );
  }
  if (param.kind !== "number") {
    const least = param.kind === "window" ? 1 : 0;
    if (Number.isSafeInteger(value) && value >= least && value <= longestWindow) return value;
    const what = param.kind === "window" ? "the length of a window" : "how far a window reaches";
    throw new NormError(
      "N507",
      `param ${param.name} is ${what}: expected a whole number from ${least} to ${longestWindow}, given ${shownValue(value)}`,
    );
  }
  const rounded = typeof value === "number" ? Math.fround(value) : Number.NaN;
  if (Number.isFinite(rounded)) return rounded;
  throw new NormError(
    "N507",
    `param ${param.name}: expected a number that is finite in f32, given ${shownValue(value)}`,
  );
}
