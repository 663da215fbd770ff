/**
 * The layers of real models. Their shapes were collected from model packages with their own licences, so none of them
 * is in this repository; they are read from where they are installed.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BenchCase, caseOf, type Op } from "./cases.ts";

interface Layer {
  readonly op: string;
  readonly shape?: readonly number[];
  readonly weight?: readonly number[];
  readonly axes?: readonly number[];
  readonly eps?: number;
  readonly num_groups?: number;
}

const ops: Readonly<Record<string, Op>> = {
  BatchNorm: "batch-infer",
  LayerNorm: "layer",
  "LayerNorm (channels-first, over C)": "layer-channels",
  RMSNorm: "rms",
  InstanceNorm: "instance",
  GroupNorm: "group",
  WeightStandardization: "weight",
  ScaledWeightStandardization: "scaled-weight",
};

export interface ModelCases {
  readonly cases: readonly BenchCase[];
  /** Layers without a norm in the library, and the number of each. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** @throws Error if there are no shapes. The message says where they were looked for. */
export function modelCases(): ModelCases {
  const folder =
    process.env.NORMC_CONFORMANCE ?? fileURLToPath(new URL("../../shared/conformance", import.meta.url));
  const path = join(folder, "shapes.json");
  if (!existsSync(path)) {
    throw new Error(
      `--models needs shapes.json: there is none in ${folder} (NORMC_CONFORMANCE names another folder)`,
    );
  }
  const { distinct } = JSON.parse(readFileSync(path, "utf8")) as { distinct?: readonly Layer[] };
  if (!Array.isArray(distinct)) throw new Error(`${path} has no list "distinct"`);
  const found = new Map<string, BenchCase>();
  const skipped = new Map<string, number>();
  for (const layer of distinct as readonly Layer[]) {
    const op = ops[layer.op];
    const shape = layer.shape ?? layer.weight;
    const overLast =
      op !== "layer" || (layer.axes?.length === 1 && layer.axes[0] === (shape?.length ?? 0) - 1);
    if (op === undefined || shape === undefined || !overLast) {
      skipped.set(layer.op, (skipped.get(layer.op) ?? 0) + 1);
      continue;
    }
    const one = caseOf(op, shape, {
      ...(layer.eps === undefined ? {} : { eps: layer.eps }),
      ...(layer.num_groups === undefined ? {} : { groups: layer.num_groups }),
    });
    // The same shape with another eps or dtype is the same case.
    if (!found.has(one.name)) found.set(one.name, one);
  }
  const order = Object.values(ops);
  return {
    cases: [...found.values()].sort((a, b) => order.indexOf(a.op) - order.indexOf(b.op)),
    skipped,
  };
}

/** Some items of a list, evenly spread, so that every op with many shapes keeps its share. */
export function spreadOut<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  const count = Math.floor(most);
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]!);
}
