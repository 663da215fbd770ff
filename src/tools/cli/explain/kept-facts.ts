/** The tensors that stay in memory between a forward and a backward pass, for each choice of `--save`. */

import { compileSaving } from "../../../compile/compile-backward.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import { elementBytes, resolveDtypes } from "../../../runtime/shapes/element-types.ts";
import { type DtypeChoice, dtypeFor } from "../arguments/dtype-choice.ts";
import { saves } from "../arguments/save-choice.ts";
import type { Sizes } from "../arguments/settings.ts";
import { shapesOf } from "../arguments/shape.ts";
import { bytesText } from "../terminal/bytes.ts";

export interface KeptFacts {
  readonly save: Save;
  /** Why this choice is impossible. */
  readonly refused?: string;
  /** The tensors that the backward pass reads, without the cotangents. */
  readonly tensors?: readonly { readonly name: string; readonly bytes: number }[];
}

export function keptFacts(graph: Graph, sizes: Sizes, dtype: DtypeChoice): KeptFacts[] {
  return saves.map((save): KeptFacts => {
    const made = compileSaving(graph, save);
    if ("reason" in made) return { save, refused: made.reason };
    const { program } = made.backward;
    const { elements } = shapesOf(program, sizes);
    const dtypes = resolveDtypes(program, dtypeFor(dtype, program));
    const tensors = program.tensors
      .filter(({ role, gradientOf }) => role !== "scratch" && gradientOf === undefined)
      .map(({ name }) => ({ name, bytes: elementBytes[dtypes.get(name)!] * (elements.get(name) ?? 0) }));
    return { save, tensors };
  });
}

export function keptLines(facts: readonly KeptFacts[]): string[] {
  return facts.map(({ save, refused, tensors = [] }) => {
    const head = `  ${save.padEnd(6)}  `;
    if (refused !== undefined) return `${head}refused: ${refused}`;
    const total = tensors.reduce((sum, one) => sum + one.bytes, 0);
    const each = tensors.map(({ name, bytes }) => `${name} ${bytesText(bytes)}`);
    return `${head}${bytesText(total)}${each.length === 0 ? "" : `: ${each.join(", ")}`}`;
  });
}
