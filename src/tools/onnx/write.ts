/** Writes a small ONNX model: some nodes of another one, with inputs of known dims and small constants. */
import type { OnnxNode } from "./read.ts";

export interface SmallModel {
  readonly nodes: readonly OnnxNode[];
  /** f32 tensors, by name. */
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  /** Constants that the nodes read: f32, or int64 where they are axes. */
  readonly constants: ReadonlyMap<
    string,
    { readonly values: readonly number[]; readonly isInteger: boolean }
  >;
  readonly output: string;
}

const [varint, fixed32, bytes] = [0, 5, 2];
/** TensorProto.DataType. */
const [float, int64] = [1, 7];
/** AttributeProto.AttributeType. */
const kinds = { float: 1, int: 2, string: 3, ints: 7 };

/** Numbers of fields are those of onnx.proto3 (`schema.ts`). */
export async function writeModel({ nodes, inputs, constants, output }: SmallModel): Promise<Uint8Array> {
  const { default: protobuf } = await import("protobufjs/minimal.js");
  type Writer = ReturnType<typeof protobuf.Writer.create>;
  const message = (write: (to: Writer) => void): Uint8Array => {
    const to = protobuf.Writer.create();
    write(to);
    return to.finish();
  };
  const part = (to: Writer, id: number, value: Uint8Array | string): void => {
    to.uint32((id << 3) | bytes);
    if (typeof value === "string") to.string(value);
    else to.bytes(value);
  };
  const number = (to: Writer, id: number, value: number): void => {
    to.uint32((id << 3) | varint).int64(value);
  };
  const attribute = (node: OnnxNode, name: string): Uint8Array =>
    message((to) => {
      const value = node.attributes.get(name) ?? [];
      part(to, 1, name);
      if (typeof value === "string") part(to, 4, new TextEncoder().encode(value));
      else if (typeof value !== "number") for (const one of value) number(to, 8, one);
      else if (node.floats.has(name)) to.uint32((2 << 3) | fixed32).float(value);
      else number(to, 3, value);
      const kind = typeof value === "string" ? "string" : typeof value !== "number" ? "ints" : undefined;
      number(to, 20, kinds[kind ?? (node.floats.has(name) ? "float" : "int")]);
    });
  const nodeMessage = (node: OnnxNode): Uint8Array =>
    message((to) => {
      for (const one of node.inputs) part(to, 1, one);
      for (const one of node.outputs) part(to, 2, one);
      part(to, 3, node.name);
      part(to, 4, node.op);
      for (const name of node.attributes.keys()) part(to, 5, attribute(node, name));
      part(to, 7, node.domain);
    });
  const constant = (name: string, values: readonly number[], isInteger: boolean): Uint8Array =>
    message((to) => {
      // A single number is a scalar, but for axes.
      if (isInteger || values.length > 1) number(to, 1, values.length);
      number(to, 2, isInteger ? int64 : float);
      part(to, 8, name);
      const raw = isInteger ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
      part(to, 9, new Uint8Array(raw.buffer));
    });
  const valueInfo = (name: string, dims: readonly number[] | undefined): Uint8Array =>
    message((to) => {
      const shape = message((shape) => {
        for (const size of dims ?? [])
          part(
            shape,
            1,
            message((dim) => number(dim, 1, size)),
          );
      });
      const tensor = message((type) => {
        number(type, 1, float);
        if (dims !== undefined) part(type, 2, shape);
      });
      part(to, 1, name);
      part(
        to,
        2,
        message((type) => part(type, 1, tensor)),
      );
    });
  const versions = new Map(nodes.map((one) => [one.domain, one.version]));
  return message((to) => {
    number(to, 1, 8);
    part(
      to,
      7,
      message((graph) => {
        for (const node of nodes) part(graph, 1, nodeMessage(node));
        part(graph, 2, "part");
        for (const [name, one] of constants) part(graph, 5, constant(name, one.values, one.isInteger));
        for (const [name, dims] of inputs) part(graph, 11, valueInfo(name, dims));
        part(graph, 12, valueInfo(output, undefined));
      }),
    );
    for (const [domain, version] of versions)
      part(
        to,
        8,
        message((set) => {
          part(set, 1, domain);
          number(set, 2, version === 0 ? 13 : version);
        }),
      );
  });
}
