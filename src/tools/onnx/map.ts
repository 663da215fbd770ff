/** Maps a layer of an ONNX model to a spec of the library with extents and params, or says why it cannot. */
import type { Dim, OnnxModel, OnnxNode } from "./read.ts";

export interface MappedLayer {
  readonly node: string;
  readonly op: string;
  readonly norm: string;
  readonly mode: "train" | "infer" | undefined;
  /** By axis: one extent, or for a variadic axis as many as it has. */
  readonly extents: Readonly<Record<string, readonly number[]>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: "f32" | "f16";
}

export interface UnmappedLayer {
  readonly node: string;
  readonly op: string;
  readonly reason: string;
}

export type Layer = MappedLayer | UnmappedLayer;

/** What is known of a layer before its shape. */
type Rule = (layer: {
  readonly node: OnnxNode;
  readonly dims: readonly number[];
}) => Pick<MappedLayer, "norm" | "extents" | "params"> & Partial<Pick<MappedLayer, "mode">>;

/** Kernels count elements in a u32. */
const mostElements = 2 ** 32 - 1;

/** The error that a rule throws: why the library has no norm for a layer. */
class Unfit extends Error {}

const rules: Readonly<Record<string, Rule>> = {
  LayerNormalization: ({ node, dims }) => ({
    norm: "LayerNorm",
    extents: fromAxis(dims, integer(node, "axis", -1), "N"),
    params: { eps: float(node, "epsilon", 1e-5) },
  }),
  RMSNormalization: rms,
  SimplifiedLayerNormalization: rms,
  BatchNormalization: ({ node, dims }) => ({
    norm: "BatchNorm",
    mode: integer(node, "training_mode", 0) === 1 ? "train" : "infer",
    extents: channels(dims),
    // ONNX's momentum is the share of the old statistics, the library's that of the new ones.
    params: { eps: float(node, "epsilon", 1e-5), momentum: rounded(1 - float(node, "momentum", 0.9)) },
  }),
  InstanceNormalization: ({ node, dims }) => ({
    norm: "InstanceNorm",
    extents: channels(dims),
    params: { eps: float(node, "epsilon", 1e-5) },
  }),
  GroupNormalization: ({ node, dims }) => {
    if (node.version < 21) throw new Unfit("before opset 21 it has one scale and bias for each group");
    const groups = integer(node, "num_groups", 0);
    return {
      norm: "GroupNorm",
      extents: channels(dims, groups),
      params: { G: groups, eps: float(node, "epsilon", 1e-5) },
    };
  },
  "com.microsoft:GroupNorm": ({ node, dims }) => {
    if (integer(node, "channels_last", 1) === 1) {
      throw new Unfit("channels last: build the spec with --layout and tune that");
    }
    const groups = integer(node, "groups", 0);
    return {
      norm: integer(node, "activation", 0) === 1 ? "GroupNormSiLU" : "GroupNorm",
      extents: channels(dims, groups),
      params: { G: groups, eps: float(node, "epsilon", 1e-5) },
    };
  },
  "com.microsoft:SkipLayerNormalization": ({ node, dims }) => ({
    norm: "AddLayerNorm",
    extents: fromAxis(dims, -1, "T"),
    params: { eps: float(node, "epsilon", 1e-12) },
  }),
  "com.microsoft:SkipSimplifiedLayerNormalization": ({ node, dims }) => {
    if ((node.inputs[3] ?? "") !== "") throw new Unfit("AddRMSNorm adds no bias");
    return {
      norm: "AddRMSNorm",
      extents: fromAxis(dims, -1, "T"),
      params: { eps: float(node, "epsilon", 1e-12) },
    };
  },
  LRN: ({ node, dims }) => ({
    norm: "LocalResponseNorm",
    extents: channels(dims),
    params: {
      size: integer(node, "size", 1),
      alpha: float(node, "alpha", 1e-4),
      beta: float(node, "beta", 0.75),
      k: float(node, "bias", 1),
    },
  }),
  LpNormalization: ({ node, dims }) => {
    const p = integer(node, "p", 2);
    if (p !== 1 && p !== 2) throw new Unfit(`p is ${p}`);
    return { norm: `L${p}Norm`, extents: lastAxis(dims, integer(node, "axis", -1)), params: {} };
  },
  MeanVarianceNormalization: ({ node, dims }) => {
    const given = node.attributes.get("axes");
    const axes = Array.isArray(given) && given.length > 0 ? (given as number[]) : [0, 2, 3];
    const over = new Set(axes.map((axis) => (axis < 0 ? axis + dims.length : axis)));
    if (over.has(1) || over.size !== dims.length - 1)
      throw new Unfit(`it reduces over axes ${axes.join(", ")}`);
    return { norm: "MeanVarianceNorm", extents: channels(dims), params: {} };
  },
  Softmax: softmax,
  LogSoftmax: softmax,
};

/** Every normalization layer of the model that is an operator, in its order. */
export function mapLayers(model: OnnxModel, open: ReadonlyMap<string, number>): readonly Layer[] {
  return model.nodes.flatMap((node) => mapLayer(node, model, open) ?? []);
}

/** Undefined for a node that is no normalization. */
export function mapLayer(
  node: OnnxNode,
  model: OnnxModel,
  open: ReadonlyMap<string, number>,
): Layer | undefined {
  const key = node.domain === "" ? node.op : `${node.domain}:${node.op}`;
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
  if (rule === undefined)
    return looksLikeNorm(node.op) ? unmapped(node, "the library has no such norm") : undefined;
  return mappedBy(rule, node, model, open);
}

/** A norm that is written out in parts: a statistic over some axes, and a root that the data are divided by. */
export interface WrittenNorm {
  readonly kind: "standardize" | "rms";
  readonly axes: readonly number[];
  readonly eps: number;
}

/** The layer that parts of a graph are. `node` stands for them: it has their input and output. */
export function mapWritten(
  { kind, axes, eps }: WrittenNorm,
  node: OnnxNode,
  model: OnnxModel,
  open: ReadonlyMap<string, number>,
): Layer {
  const rule: Rule = ({ dims }) => {
    const over = new Set(axes.map((axis) => (axis < 0 ? axis + dims.length : axis)));
    const first = Math.min(...over);
    const params = { eps: rounded(eps) };
    // Over several axes from the third on it is an instance norm of an image; over the last one alone, a layer norm.
    if (kind === "standardize" && first === 2 && over.size > 1 && over.size === dims.length - 2)
      return { norm: "InstanceNorm", extents: channels(dims), params };
    if (dims.every((_, i) => over.has(i) === i >= first)) {
      return kind === "rms"
        ? { norm: "RMSNorm", extents: fromAxis(dims, first, "T"), params }
        : { norm: "LayerNorm", extents: fromAxis(dims, first, "N"), params };
    }
    throw new Unfit(`it reduces over axes ${[...over].join(", ")}, which are not the last ones`);
  };
  return mappedBy(rule, node, model, open);
}

function mappedBy(rule: Rule, node: OnnxNode, model: OnnxModel, open: ReadonlyMap<string, number>): Layer {
  try {
    const dims = shapeOf(node, model, open);
    const mapped = rule({ node, dims });
    const dtype = dtypeOf(node, model);
    return { node: node.name, op: node.op, mode: undefined, ...mapped, dtype };
  } catch (error) {
    if (error instanceof Unfit) return unmapped(node, error.message);
    throw error;
  }
}

function unmapped({ name, op }: OnnxNode, reason: string): UnmappedLayer {
  return { node: name, op, reason };
}

function looksLikeNorm(op: string): boolean {
  return /norm(alization)?$/i.test(op);
}

/** The shape of its input, or of its output, which is as large. @throws Unfit */
export function shapeOf(
  node: Pick<OnnxNode, "inputs" | "outputs">,
  { shapes }: OnnxModel,
  open: ReadonlyMap<string, number>,
): readonly number[] {
  const [input = ""] = node.inputs;
  const [output = ""] = node.outputs;
  const told = shapes.get(input) ?? shapes.get(output);
  if (told === undefined) {
    throw new Unfit(`the shape of ${input} is not in the file: run ONNX's shape inference on it first`);
  }
  const dims = told.map((dim: Dim) => {
    const size = typeof dim === "number" ? dim : open.get(dim);
    if (size !== undefined) return size;
    throw new Unfit(
      dim === "" ? `a dimension of ${input} has no name and no size` : `--dim ${dim}=… is missing`,
    );
  });
  // Exporters write -1 or 0 where they do not know an extent.
  const wrong = dims.find((size) => !(Number.isSafeInteger(size) && size >= 1));
  if (wrong !== undefined) throw new Unfit(`no shape: a dimension of ${input} is ${wrong}`);
  const count = dims.reduce((a, b) => a * b, 1);
  if (count > mostElements) throw new Unfit(`no shape: ${input} would have ${count} elements`);
  return dims;
}

/** TensorProto.DataType: 1 float, 10 float16. */
function dtypeOf(
  { inputs: [input = ""], outputs: [output = ""] }: OnnxNode,
  { types }: OnnxModel,
): "f32" | "f16" {
  const type = types.get(input) ?? types.get(output) ?? 1;
  if (type === 1 || type === 10) return type === 1 ? "f32" : "f16";
  throw new Unfit(`its elements are of type ${type}, neither float nor float16`);
}

function rms({ node, dims }: { node: OnnxNode; dims: readonly number[] }): ReturnType<Rule> {
  const extents = fromAxis(dims, integer(node, "axis", -1), "T");
  return { norm: "RMSNorm", extents, params: { eps: float(node, "epsilon", 1e-5) } };
}

function softmax({ node, dims }: { node: OnnxNode; dims: readonly number[] }): ReturnType<Rule> {
  const flat = node.version > 0 && node.version < 13;
  const axis = integer(node, "axis", flat ? 1 : -1);
  const extents = flat ? fromAxis(dims, axis, "N") : lastAxis(dims, axis);
  return { norm: node.op, extents, params: {} };
}

/** All axes from one axis on form one row, since they lie side by side. */
function fromAxis(dims: readonly number[], axis: number, kept: string): Record<string, readonly number[]> {
  const at = axis < 0 ? axis + dims.length : axis;
  if (at < 0 || at >= dims.length) throw new Unfit(`it has no axis ${axis}: its rank is ${dims.length}`);
  return { [kept]: dims.slice(0, at), D: [dims.slice(at).reduce((a, b) => a * b, 1)] };
}

function lastAxis(dims: readonly number[], axis: number): Record<string, readonly number[]> {
  if (axis !== -1 && axis !== dims.length - 1)
    throw new Unfit(`it runs over axis ${axis}, which is not the last`);
  return fromAxis(dims, -1, "N");
}

function channels(dims: readonly number[], groups = 1): Record<string, readonly number[]> {
  const [n, c, ...s] = dims;
  if (n === undefined || c === undefined) throw new Unfit(`its rank is ${dims.length}`);
  if (groups < 1 || c % groups !== 0) throw new Unfit(`${c} channels do not divide into ${groups} groups`);
  return { N: [n], C: [c], S: s };
}

function integer({ attributes }: OnnxNode, name: string, initial: number): number {
  const value = attributes.get(name);
  return typeof value === "number" ? value : initial;
}

/** An attribute is f32: 1e-5 comes as 0.000009999999747378752. */
function float(node: OnnxNode, name: string, initial: number): number {
  return rounded(integer(node, name, initial));
}

function rounded(value: number): number {
  return Number(value.toPrecision(7));
}
