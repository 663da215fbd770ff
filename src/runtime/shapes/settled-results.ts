/**
 * Which results of a run need no arithmetic because an input is empty. The formulas would give NaN (0 · the mean of
 * nothing), and devices differ: Mesa folds NaN · 0 to 0.
 */
import type { ProgramTensor } from "../../program/program.ts";

/** `zero`: a gradient whose cotangents are all empty. `keep`: a state whose update depends on an empty input. */
export type Settled = "zero" | "keep";

/** The settled results by name. Results without elements are not among them. */
export function settledResults(
  tensors: readonly ProgramTensor[],
  elements: ReadonlyMap<string, number>,
): ReadonlyMap<string, Settled> {
  const isEmpty = (name: string): boolean => elements.get(name) === 0;
  const inputs = tensors.filter((one) => one.role === "input");
  const cotangents = inputs.filter((one) => one.gradientOf !== undefined);
  const names = (among: readonly ProgramTensor[]): readonly string[] => among.map((one) => one.name);
  const settled = new Map<string, Settled>();
  if (!inputs.some(({ name }) => isEmpty(name))) return settled;
  for (const { name, role, updated, gradientOf, dependsOn } of tensors) {
    if (isEmpty(name)) continue;
    if (role === "state" && updated === true) {
      if ((dependsOn ?? names(inputs)).some(isEmpty)) settled.set(name, "keep");
    } else if (role === "output" && gradientOf !== undefined) {
      if ((dependsOn ?? names(cotangents)).every(isEmpty)) settled.set(name, "zero");
    }
  }
  return settled;
}
