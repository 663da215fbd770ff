/** Names of what lies in memory between kernels. It lies beside the tensors of the spec, and a spec may have any names. */
import type { Node } from "../../graph/tensor/graph.ts";

export interface ScratchNames {
  /** Of a value; always the same one. */
  of(value: Node): string;
  /** The wanted name, or one like it that nothing else has; always the same one for the same wish. */
  like(wanted: string): string;
}

/** @param tensors the names of the spec's tensors. */
export function scratchNames(tensors: readonly string[]): ScratchNames {
  const taken = new Set(tensors);
  const names = new Map<string, string>();
  const like = (wanted: string): string => {
    const known = names.get(wanted);
    if (known !== undefined) return known;
    let name = wanted;
    while (taken.has(name)) name = `${name}_`;
    taken.add(name);
    names.set(wanted, name);
    return name;
  };
  return { like, of: (value) => like(`scratch_${value.id}`) };
}
