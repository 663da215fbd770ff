/** Results that need no arithmetic because an input is empty. Loaded on demand. */
import type { ProgramTensor } from "../../program/program.ts";
import { settledResults } from "../shapes/settled-results.ts";
import type { WasmArray } from "./wasm-types.ts";

/** The computation, which leaves settled results as they have to be. The formulas would give NaN. */
export function settling(
  compute: () => void,
  tensors: readonly ProgramTensor[],
  elements: ReadonlyMap<string, number>,
  viewOf: (tensor: ProgramTensor) => WasmArray,
): () => void {
  const settled = settledResults(tensors, elements);
  const named = (how: "zero" | "keep"): ProgramTensor[] =>
    tensors.filter(({ name }) => settled.get(name) === how);
  const [zeros, states] = [named("zero"), named("keep")];
  return () => {
    const kept = states.map((one) => viewOf(one).slice());
    compute();
    for (const [i, one] of states.entries()) viewOf(one).set(kept[i]!);
    for (const one of zeros) viewOf(one).fill(0);
  };
}
