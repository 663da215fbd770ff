/** Shaders of runs with an empty input. Loaded on demand, because most pages never have one. */
import type { ProgramBinding, ProgramTensor, Shader } from "../../program/program.ts";
import { type Settled, settledResults } from "../shapes/settled-results.ts";

/**
 * Gives a shader writes that leave in the settled results what belongs there. Its text stays the same.
 * @param elements the number of elements of every tensor.
 */
export function settling(
  tensors: readonly ProgramTensor[],
  elements: ReadonlyMap<string, number>,
): (shader: Shader) => Shader {
  const settled = settledResults(tensors, elements);
  return (shader) => ({
    ...shader,
    bindings: shader.bindings.map((one) => settledBinding(one, settled.get(one.tensor))),
  });
}

function settledBinding(binding: ProgramBinding, settled: Settled | undefined): ProgramBinding {
  if (settled === undefined) return binding;
  // Adding 0 changes nothing.
  return { ...binding, write: binding.write === "add" ? "keep" : settled };
}
