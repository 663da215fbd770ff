/** The normalizations of a model: its operators, and those that it writes out in parts. */
import { type Layer, mapLayer, mapWritten, type WrittenNorm } from "../../onnx/map.ts";
import type { OnnxModel, OnnxNode } from "../../onnx/read.ts";
import { findWrittenOut } from "../../onnx/written-out.ts";

export interface Finding {
  readonly layer: Layer;
  /** Its nodes: one if it is an operator. */
  readonly nodes: readonly OnnxNode[];
  readonly written: boolean;
  /** What its parts compute, if they can be read. */
  readonly norm?: WrittenNorm;
  /** Whether it computes E[x²] − E[x]². */
  readonly cancels: boolean;
  readonly input: string;
  readonly output: string;
  /** How many equal ones the model has, this one included. */
  readonly count: number;
}

/** In the order of the model, equal ones once. */
export function findNorms(model: OnnxModel, open: ReadonlyMap<string, number>): readonly Finding[] {
  const found: Finding[] = [];
  for (const node of model.nodes) {
    const layer = mapLayer(node, model, open);
    const {
      inputs: [input = ""],
      outputs: [output = ""],
    } = node;
    if (layer !== undefined)
      found.push({ layer, nodes: [node], written: false, cancels: false, input, output, count: 1 });
  }
  for (const one of findWrittenOut(model)) {
    const op = one.nodes.map((node) => node.op).join(" → ");
    const [{ name: node }] = one.nodes as readonly [OnnxNode];
    if ("reason" in one) {
      const layer = { node, op, reason: one.reason };
      found.push({ layer, nodes: one.nodes, written: true, cancels: false, input: "", output: "", count: 1 });
      continue;
    }
    const whole = { ...one.nodes[0]!, name: node, op, inputs: [one.input], outputs: [one.output] };
    const layer = mapWritten(one, whole, model, open);
    const { nodes, cancels, input, output } = one;
    found.push({ layer, nodes, written: true, norm: one, cancels, input, output, count: 1 });
  }
  const place = new Map(model.nodes.map((node, i) => [node, i]));
  const kinds = new Map<string, Finding>();
  for (const one of found.sort((a, b) => place.get(a.nodes[0]!)! - place.get(b.nodes[0]!)!)) {
    const key = JSON.stringify([{ ...one.layer, node: "" }, one.cancels]);
    const known = kinds.get(key);
    kinds.set(key, known === undefined ? one : { ...known, count: known.count + 1 });
  }
  return [...kinds.values()];
}
