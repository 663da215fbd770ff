/** Reads an ONNX model: its layers, with the shapes that the file gives. */
import { fromHalf } from "../../runtime/shapes/from-half.ts";
import { decode } from "./decode.ts";
import { onnxSchema } from "./schema.ts";

/** An extent, or the name of an extent that the model leaves open. */
export type Dim = number | string;

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** Empty for the operators of the standard. */
  readonly domain: string;
  /** The version of its operator set; 0 if the model does not say. */
  readonly version: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, number | string | readonly number[]>;
  /** Names of the attributes that are floats, whole ones too. */
  readonly floats: ReadonlySet<string>;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly shapes: ReadonlyMap<string, readonly Dim[]>;
  /** ONNX's number of the element type, if the file gives it. */
  readonly types: ReadonlyMap<string, number>;
  /** Small constants: numbers such as an eps, and lists of axes. */
  readonly constants: ReadonlyMap<string, readonly number[]>;
}

/** @throws Error for bytes that are not a model. */
export async function readModel(bytes: Uint8Array): Promise<OnnxModel> {
  // Most commands never read a model.
  const { default: protobuf } = await import("protobufjs/minimal.js");
  const model = decode(protobuf.Reader.create(bytes), onnxSchema, "ModelProto") as unknown as Model;
  if (model.graph === null || model.graph.node.length === 0) throw new Error("it has no graph");
  const versions = new Map(model.opsetImport.map(({ domain, version }) => [ownDomain(domain), version]));
  const nodes: OnnxNode[] = [];
  const shapes = new Map<string, readonly Dim[]>();
  const types = new Map<string, number>();
  const constants = new Map<string, readonly number[]>();

  const read = (graph: Graph): void => {
    for (const one of graph.initializer) {
      shapes.set(one.name, one.dims);
      types.set(one.name, one.dataType);
      const values = smallValues(one);
      if (values !== undefined) constants.set(one.name, values);
    }
    for (const { name, type: told } of [...graph.valueInfo, ...graph.output, ...graph.input]) {
      const tensor = told?.tensorType;
      if (tensor == null) continue;
      types.set(name, tensor.elemType);
      if (tensor.shape === null) continue;
      shapes.set(
        name,
        tensor.shape.dim.map((one) => (one.value === "dimValue" ? one.dimValue : (one.dimParam ?? ""))),
      );
    }
    for (const node of graph.node) {
      const domain = ownDomain(node.domain);
      nodes.push({
        name: node.name,
        op: node.opType,
        domain,
        version: versions.get(domain) ?? 0,
        inputs: node.input,
        outputs: node.output,
        attributes: new Map(node.attribute.map((one) => [one.name, attributeValue(one)])),
        floats: new Set(node.attribute.filter((one) => one.type === 1).map((one) => one.name)),
      });
      const [made] = node.opType === "Constant" ? node.attribute : [];
      const values = made && constantOf(made);
      if (values !== undefined) constants.set(node.output[0] ?? "", values);
      // These are the branches of a condition and the body of a loop.
      for (const { g } of node.attribute) if (g !== null) read(g);
    }
  };
  read(model.graph);
  return { nodes, shapes, types, constants };
}

interface Model {
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: Graph | null;
}

interface Graph {
  readonly node: readonly {
    readonly name: string;
    readonly opType: string;
    readonly domain: string;
    readonly input: readonly string[];
    readonly output: readonly string[];
    readonly attribute: readonly Attribute[];
  }[];
  readonly initializer: readonly Tensor[];
  readonly input: readonly ValueInfo[];
  readonly output: readonly ValueInfo[];
  readonly valueInfo: readonly ValueInfo[];
}

interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly floatData: readonly number[];
  readonly int64Data: readonly number[];
  readonly rawData: Uint8Array;
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly f: number;
  readonly i: number;
  readonly s: Uint8Array;
  readonly t: Tensor | null;
  readonly g: Graph | null;
  readonly ints: readonly number[];
}

interface ValueInfo {
  readonly name: string;
  readonly type: {
    readonly tensorType?: {
      readonly elemType: number;
      readonly shape: {
        readonly dim: readonly {
          readonly value?: string;
          readonly dimValue: number;
          readonly dimParam?: string;
        }[];
      } | null;
    } | null;
  } | null;
}

/** `ai.onnx` is the long name of the standard's own domain. */
function ownDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

/** AttributeProto.AttributeType: 1 a float, 2 an integer, 3 a text, 7 integers. */
function attributeValue({ type, f, i, s, ints }: Attribute): number | string | readonly number[] {
  switch (type) {
    case 1:
      return f;
    case 2:
      return i;
    case 3:
      return new TextDecoder().decode(s);
    default:
      return ints;
  }
}

/** The value of a node `Constant`. */
function constantOf(one: Attribute): readonly number[] | undefined {
  if (one.t !== null) return smallValues(one.t);
  const value = attributeValue(one);
  if (typeof value === "number") return [value];
  return typeof value === "string" ? undefined : value;
}

/** As many elements as a tensor has axes are enough. */
const mostValues = 16;

function smallValues({
  dims,
  dataType,
  floatData,
  int64Data,
  rawData,
}: Tensor): readonly number[] | undefined {
  const count = dims.reduce((a, b) => a * b, 1);
  if (count > mostValues) return undefined;
  if (floatData.length === count) return floatData;
  if (int64Data.length === count) return int64Data;
  const bytes = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const values = (size: number, at: (place: number) => number): readonly number[] | undefined =>
    rawData.byteLength === size * count ? Array.from({ length: count }, (_, i) => at(size * i)) : undefined;
  switch (dataType) {
    case 1:
      return values(4, (at) => bytes.getFloat32(at, true));
    case 7:
      return values(8, (at) => Number(bytes.getBigInt64(at, true)));
    case 10:
      return values(2, (at) => fromHalf(bytes.getUint16(at, true)));
    case 11:
      return values(8, (at) => bytes.getFloat64(at, true));
    default:
      return undefined;
  }
}
