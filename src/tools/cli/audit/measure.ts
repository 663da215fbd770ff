/** How far a layer's results lie from float64, by ONNX Runtime and by the spec, on inputs of growing mean. */
import type { Graph } from "../../../graph/tensor/graph.ts";
import { uniform } from "../../../tuning/measure/uniform.ts";
import { type MappedLayer, mapLayer, mapWritten } from "../../onnx/map.ts";
import type { Dim, OnnxModel } from "../../onnx/read.ts";
import { writeModel } from "../../onnx/write.ts";
import { graphOf, resolveSpec } from "../arguments/specs.ts";
import type { Feed } from "../files/read-cases.ts";
import type { Backend } from "../run/backend-interface.ts";
import { oracle } from "../run/open-backend.ts";
import type { Finding } from "./findings.ts";
import type { Runtime } from "./onnxruntime.ts";

export const means: readonly number[] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

/** For each mean, the largest |difference| / max(1, |result|). */
export type Errors = readonly number[];

export interface Measured {
  readonly ours: Errors;
  /** A text says why ONNX Runtime did not run it; undefined without ONNX Runtime. */
  readonly theirs: Errors | string | undefined;
}

/** Rows are independent, so few are enough. */
const mostRows = 8;
/** Float64 takes a second for this many, seven times. */
const mostElements = 2 ** 19;

/** Inputs of an operator after the first, in order: ones and zeros of some dims, or the statistics of the data. */
type Fill = "one" | "zero" | "mean";
const others: Readonly<Record<string, readonly Fill[]>> = {
  LayerNormalization: ["one", "zero"],
  RMSNormalization: ["one"],
  SimplifiedLayerNormalization: ["one"],
  BatchNormalization: ["one", "zero", "mean", "one"],
  InstanceNormalization: ["one", "zero"],
  GroupNormalization: ["one", "zero"],
  "com.microsoft:GroupNorm": ["one", "zero"],
  LpNormalization: [],
  MeanVarianceNormalization: [],
  LRN: [],
  Softmax: [],
  LogSoftmax: [],
};

/** Or why it is not measured. */
export async function measure(
  finding: Finding,
  model: OnnxModel,
  dims: readonly number[],
  backend: Backend,
  runtime: Runtime | undefined,
): Promise<Measured | string> {
  const small = smallDims(finding.layer as MappedLayer, dims);
  const layer = layerAt(finding, model, small);
  if ("reason" in layer) return layer.reason;
  const fills = finding.written ? [] : others[keyOf(finding)];
  if (fills === undefined) return `${layer.op} takes several tensors`;
  const count = product(small);
  if (count > mostElements) return `a row of it has ${count} elements`;
  const graph = graphOf(resolveSpec(layer.norm).norm, layer.mode);
  if (graph === undefined) return `${layer.norm} has no mode ${layer.mode}`;
  const inputs = means.map((mean) => normals(count, mean));
  const wanted = await ourResults(oracle, graph, layer, small, inputs);
  const ours = await ourResults(backend, graph, layer, small, inputs);
  return { ours: errorsOf(ours, wanted), theirs: await theirErrors() };

  async function theirErrors(): Promise<Measured["theirs"]> {
    if (runtime === undefined) return undefined;
    const trial = subModel(finding, model, small, fills ?? []);
    const feeds = inputs.map((x, i) => ({ [finding.input]: x, ...trial.feedsAt(means[i] ?? 0) }));
    try {
      const results = await runtime.run(
        await writeModel({ ...trial, inputs: trial.dims, output: finding.output }),
        trial.dims,
        feeds,
        finding.output,
      );
      return errorsOf(results, wanted);
    } catch (error) {
      return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    }
  }
}

/** Few rows of the same length. */
function smallDims({ extents }: MappedLayer, dims: readonly number[]): readonly number[] {
  const rows = (extents.N ?? extents.T ?? []).length;
  const first = extents.D === undefined ? 1 : rows;
  return dims.map((extent, i) => (i >= first ? extent : i === first - 1 ? Math.min(extent, mostRows) : 1));
}

function layerAt(finding: Finding, model: OnnxModel, dims: readonly Dim[]): ReturnType<typeof mapWritten> {
  const [node] = finding.nodes;
  if (node === undefined) throw new Error("a norm has nodes");
  const shapes = new Map(model.shapes).set(finding.input, dims);
  const types = new Map(model.types).set(finding.input, 1);
  const own = { ...model, shapes, types };
  if (!finding.written) return mapLayer(node, own, new Map()) ?? finding.layer;
  const whole = { ...node, inputs: [finding.input], outputs: [finding.output] };
  return finding.norm === undefined ? finding.layer : mapWritten(finding.norm, whole, own, new Map());
}

function keyOf({ nodes: [node] }: Finding): string {
  return node === undefined || node.domain === "" ? (node?.op ?? "") : `${node.domain}:${node.op}`;
}

async function ourResults(
  backend: Backend,
  graph: Graph,
  { params }: MappedLayer,
  dims: readonly number[],
  inputs: readonly Float32Array[],
): Promise<readonly ArrayLike<number>[]> {
  const [x] = graph.tensors.filter((one) => one.role === "input");
  const [output] = graph.tensors.filter((one) => one.role === "output");
  const results: ArrayLike<number>[] = [];
  for (const [i, data] of inputs.entries()) {
    const feeds: Record<string, Feed> = { [x?.name ?? ""]: { dims, data: data as unknown as number[] } };
    if (graph.mode === "infer" && graph.tensors.some((one) => one.name === "running_mean")) {
      const channels = dims[1] ?? 1;
      const filled = (value: number): Feed => ({ dims: [channels], data: Array(channels).fill(value) });
      feeds.running_mean = filled(means[i] ?? 0);
      feeds.running_var = filled(1);
    }
    const found = await backend.run({ graph, feeds, params, dtype: "f32" });
    results.push(found[output?.name ?? ""]?.data ?? []);
  }
  return results;
}

/** The nodes with everything that they read: the data, constants of the model, and scales that change nothing. */
function subModel(
  { nodes, input, written }: Finding,
  model: OnnxModel,
  small: readonly number[],
  fills: readonly Fill[],
) {
  const dims = new Map<string, readonly number[]>([[input, small]]);
  const fed: { readonly name: string; readonly fill: Fill; readonly count: number }[] = [];
  const constants = new Map<string, { values: readonly number[]; isInteger: boolean }>();
  const made = new Set(nodes.flatMap((one) => one.outputs));
  if (written) {
    for (const node of nodes) {
      for (const [i, name] of node.inputs.entries()) {
        const values = model.constants.get(name);
        if (!made.has(name) && values !== undefined)
          constants.set(name, { values, isInteger: node.op === "ReduceMean" && i === 1 });
      }
    }
  }
  const [node] = nodes;
  const axis = Number(node?.attributes.get("axis") ?? -1);
  for (const [i, fill] of fills.entries()) {
    const name = node?.inputs[i + 1] ?? "";
    if (name === "") continue;
    const own =
      node?.op.endsWith("LayerNormalization") || node?.op === "RMSNormalization"
        ? small.slice(axis)
        : small.slice(1, 2);
    dims.set(name, own);
    fed.push({ name, fill, count: product(own) });
  }
  const feedsAt = (mean: number): Record<string, Float32Array> =>
    Object.fromEntries(
      fed.map(({ name, fill, count }) => [
        name,
        new Float32Array(count).fill(fill === "mean" ? mean : fill === "one" ? 1 : 0),
      ]),
    );
  // Of the outputs only the first is asked for, and the statistics of others are not of every runtime.
  const kept = nodes.map((one) => ({ ...one, outputs: one.outputs.slice(0, 1) }));
  return { nodes: kept, dims, constants, feedsAt };
}

function errorsOf(got: readonly ArrayLike<number>[], wanted: readonly ArrayLike<number>[]): Errors {
  return wanted.map((want, i) => {
    let most = 0;
    for (let at = 0; at < want.length; at++) {
      const value = want[at] ?? 0;
      const error = Math.abs((got[i]?.[at] ?? Number.NaN) - value) / Math.max(1, Math.abs(value));
      // Written so that a NaN is the worst.
      if (!(error <= most)) most = error;
    }
    return most;
  });
}

function normals(count: number, mean: number): Float32Array {
  const next = uniform(1);
  return Float32Array.from(
    { length: count },
    () => mean + Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);
