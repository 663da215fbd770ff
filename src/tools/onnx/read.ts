/** Reads an ONNX model: its layers, with the shapes that the file gives. */
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
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly shapes: ReadonlyMap<string, readonly Dim[]>;
  /** ONNX's number of the element type, if the file gives it. */
  readonly types: ReadonlyMap<string, number>;
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

  const read = (graph: Graph): void => {
    for (const { name, dims, dataType } of graph.initializer) {
      shapes.set(name, dims);
      types.set(name, dataType);
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
      });
      // These are the branches of a condition and the body of a loop.
      for (const { g } of node.attribute) if (g !== null) read(g);
    }
  };
  read(model.graph);
  return { nodes, shapes, types };
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
  readonly initializer: readonly {
    readonly name: string;
    readonly dims: readonly number[];
    readonly dataType: number;
  }[];
  readonly input: readonly ValueInfo[];
  readonly output: readonly ValueInfo[];
  readonly valueInfo: readonly ValueInfo[];
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly f: number;
  readonly i: number;
  readonly s: Uint8Array;
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
