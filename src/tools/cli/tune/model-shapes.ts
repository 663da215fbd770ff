/** `normc shapes`: the normalization layers of an ONNX model, which `normc tune --model` tunes. */
import { type Layer, type MappedLayer, mapLayers } from "../../onnx/map.ts";
import { type OnnxModel, readModel } from "../../onnx/read.ts";
import { shapeText } from "../arguments/shape.ts";
import { resolveSpec } from "../arguments/specs.ts";
import { readBytes } from "../files/host.ts";
import { CommandError, type ExitCode } from "../terminal/failure.ts";
import { print, printJson, say } from "../terminal/output.ts";
import type { JobWish } from "./jobs.ts";

export interface ShapesOptions {
  readonly dim: readonly string[];
  readonly json?: boolean;
}

/** Equal layers once, with their number. */
interface Kind {
  readonly layer: Layer;
  readonly nodes: readonly string[];
}

export async function shapes(path: string, { dim, json }: ShapesOptions): Promise<ExitCode> {
  const kinds = await kindsOf(path, dim);
  if (json) {
    printJson(
      kinds.map(({ layer: { node: _, ...layer }, nodes }) => ({ ...layer, count: nodes.length, nodes })),
    );
    return 0;
  }
  if (kinds.length === 0) print(`${path} has no normalization layer`);
  for (const { layer, nodes } of kinds)
    print(`${String(nodes.length).padStart(4)} x ${textOf(layer, nodes)}`);
  return 0;
}

/** The layers of a model to tune. It names those that it cannot tune on standard error. */
export async function modelWishes(
  path: string,
  dims: readonly string[],
): Promise<readonly (Pick<JobWish, "spec" | "sizes" | "dtype"> & Partial<Pick<JobWish, "mode">>)[]> {
  const kinds = await kindsOf(path, dims);
  const wishes = kinds.flatMap(({ layer, nodes }) => {
    if ("reason" in layer) {
      say(`not tuned: ${nodes.length} x ${textOf(layer, nodes)}`);
      return [];
    }
    const { norm, mode, extents, params, dtype } = layer;
    const sizes = { extents: new Map(Object.entries(extents)), params };
    return [{ spec: resolveSpec(norm), mode, sizes, dtype }];
  });
  if (wishes.length === 0) throw new CommandError(1, `${path} has no normalization layer that can be tuned`);
  return wishes;
}

/** @throws CommandError 1 for a file that is no model. */
export async function readModelFile(path: string): Promise<OnnxModel> {
  // Protobuf allows no message above 2 GiB. Larger models have their weights in other files.
  const bytes = readBytes(path, 2 ** 31 - 1);
  try {
    return await readModel(bytes);
  } catch (error) {
    throw new CommandError(
      1,
      `${path} is not an ONNX model: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function kindsOf(path: string, dims: readonly string[]): Promise<readonly Kind[]> {
  const model = await readModelFile(path);
  const kinds = new Map<string, { layer: Layer; nodes: string[] }>();
  for (const layer of mapLayers(model, parseDims(dims))) {
    const key = JSON.stringify({ ...layer, node: "" });
    const known = kinds.get(key) ?? { layer, nodes: [] };
    known.nodes.push(layer.node);
    kinds.set(key, known);
  }
  return [...kinds.values()];
}

/** The words of `--dim`. @throws CommandError 2 */
export function parseDims(words: readonly string[]): ReadonlyMap<string, number> {
  const entries = words
    .flatMap((word) => word.split(","))
    .filter((one) => one.trim() !== "")
    .map((one): [string, number] => {
      const [, name, size] = /^\s*(.+?)\s*=\s*(\d+)\s*$/.exec(one) ?? [];
      if (name === undefined) throw new CommandError(2, `--dim: expected NAME=SIZE, given \`${one}\``);
      return [name, Number(size)];
    });
  return new Map(entries);
}

function textOf(layer: Layer, nodes: readonly string[]): string {
  if ("reason" in layer) {
    const [first = ""] = nodes;
    return `${layer.op}${first === "" ? "" : ` (${first}${nodes.length > 1 ? ", …" : ""})`}: ${layer.reason}`;
  }
  return `${layer.op}: ${specWords(layer)}`;
}

/** A layer in the words of `normc run`: its norm, shape and params. */
export function specWords({ norm, mode, extents, params, dtype }: MappedLayer): string {
  const set = Object.entries(params).map(([name, value]) => `${name}=${value}`);
  return [
    `${norm} --shape ${shapeText(extents)}`,
    ...(set.length === 0 ? [] : [`--set ${set.join(",")}`]),
    ...(mode === undefined ? [] : [`--mode ${mode}`]),
    ...(dtype === "f32" ? [] : [`--dtype ${dtype}`]),
  ].join(" ");
}
