/** Runs a graph on a device and on the oracle with the same f32 inputs, and measures the difference. */
import { interpret } from "../../src/graph/oracle/interpret.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { type IntegerType, toInteger } from "../../src/program/integers.ts";
import {
  type ChooseVariant,
  chooseVariant,
  createNorm,
  type NormOptions,
  resolveShapes,
} from "../../src/runtime/webgpu/index.ts";
import { programOf } from "./compiled.ts";

export interface Trial {
  readonly graph: Graph;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params?: Readonly<Record<string, number>>;
  readonly feeds: Readonly<Record<string, Float32Array>>;
  /** Element types. @default "f32" */
  readonly dtype?: NormOptions["dtype"];
}

export interface Difference {
  readonly tensor: string;
  readonly index: number;
  readonly got: number;
  readonly want: number;
  /** |got − want| / max(1, |want|), or Infinity if only one of them is a number. */
  readonly error: number;
}

/** The worst element over all outputs and new states. */
export async function worstDifference(
  device: GPUDevice,
  trial: Trial,
  choose: ChooseVariant = chooseVariant,
): Promise<Difference> {
  const { dims, params = {}, dtype } = trial;
  const norm = await createNorm(device, programOf(trial.graph), { dims, params, dtype, choose });
  try {
    return worstOf(await norm.run(trial.feeds), trial);
  } finally {
    norm.destroy();
  }
}

/** The worst element of the results of a run. */
export function worstOf(got: Readonly<Record<string, ArrayLike<number>>>, trial: Trial): Difference {
  const dtypes = new Map(trial.graph.tensors.map(({ name, dtype }) => [name, dtype]));
  let worst: Difference = { tensor: "", index: -1, got: 0, want: 0, error: 0 };
  for (const [tensor, values] of oracle(trial)) {
    const type = dtypes.get(tensor);
    if (got[tensor].length !== values.length)
      throw new Error(`${tensor} has ${got[tensor].length} elements, not ${values.length}`);
    for (let index = 0; index < values.length; index++) {
      const want = type === undefined ? values[index] : near(got[tensor][index], values[index], type);
      const error = difference(got[tensor][index], want);
      if (error > worst.error) worst = { tensor, index, got: got[tensor][index], want, error };
    }
  }
  return worst;
}

/** An integer near a value: if the value lies within the contract of the middle between two, either of them. */
export function near(got: number, value: number, type: IntegerType): number {
  const slack = 1e-5 * Math.max(1, Math.abs(value));
  const right = [0, slack, -slack].map((by) => toInteger(value + by, type));
  return right.find((one) => one === got) ?? right[0];
}

const known = new WeakMap<Trial, Map<string, Float64Array>>();

/**
 * The oracle's results for a trial, integers not yet rounded. Computed once, however many backends are compared with
 * them.
 */
export function oracle(trial: Trial): Map<string, Float64Array> {
  const values = known.get(trial) ?? computeOracle(trial);
  known.set(trial, values);
  return values;
}

function computeOracle(trial: Trial): Map<string, Float64Array> {
  const shapes = resolveShapes(trial.graph, trial.dims, trial.params);
  // A kernel gets its params as f32, so the oracle gets the same numbers.
  const params = new Map([...shapes.params].map(([name, value]) => [name, Math.fround(value)]));
  const tensors = trial.graph.tensors.map(({ dtype, ...one }) => one);
  return interpret(
    { ...trial.graph, tensors },
    {
      extents: shapes.factors,
      params,
      tensors: new Map(Object.entries(trial.feeds)),
    },
  );
}

function difference(got: number, want: number): number {
  if (Object.is(got, want) || got === want) return 0;
  if (Number.isNaN(got) && Number.isNaN(want)) return 0;
  const error = Math.abs(got - want) / Math.max(1, Math.abs(want));
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}
