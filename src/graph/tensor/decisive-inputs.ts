/** Which inputs decide about a state or a gradient when they are empty ("Empty tensors" in `docs/language.md`). */
import { type Graph, type GraphTensor, type Result, tensorsIn } from "./graph.ts";

/**
 * The inputs that the new value of a state depends on, or the cotangents that a gradient depends on. None for other
 * results.
 */
export function decisiveInputs(
  { tensors }: Pick<Graph, "tensors">,
  { tensor, value }: Result,
): GraphTensor[] {
  const read = tensorsIn([value]);
  return candidateInputs(tensors, tensor).filter((one) => read.has(one.name));
}

/** The same if the result depended on all of them. */
export function candidateInputs(tensors: readonly GraphTensor[], result: string): GraphTensor[] {
  const made = tensors.find((one) => one.name === result);
  const inputs = tensors.filter((one) => one.role === "input");
  if (made?.role === "state") return inputs;
  return made?.gradientOf === undefined ? [] : inputs.filter((one) => one.gradientOf !== undefined);
}
