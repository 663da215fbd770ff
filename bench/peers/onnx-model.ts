/** Builds ONNX models in code: a chain of one layer, so that the fixed costs of a run cancel. */
import proto from "onnx-proto";
import { toHalf } from "../../src/runtime/shapes/float16.ts";
import type { BenchCase } from "../cases.ts";
import type { CaseData, Dtype } from "../data.ts";
import { type Constant, type Node, recipe } from "./onnx-recipes.ts";

const { onnx } = proto;

export interface Chain {
  /** The number of layers. */
  readonly length: number;
  readonly provider: "webgpu" | "cpu";
  /** The first element of the last layer alone, so that no run copies out a tensor. The time of that copy varies. */
  readonly firstOnly?: boolean;
}

export function chainModel(
  one: BenchCase,
  data: CaseData,
  dtype: Dtype,
  { length, provider, firstOnly = false }: Chain,
): Uint8Array {
  const elemType = dtype === "f16" ? onnx.TensorProto.DataType.FLOAT16 : onnx.TensorProto.DataType.FLOAT;
  const { layer, constants } = recipe(one, data, provider);
  const value = (name: string, dims: readonly number[]) => ({
    name,
    type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
  });
  const ends = one.shape.map(() => 1);
  const last = firstOnly ? "last" : "y";
  const nodes: Node[] = [];
  for (let i = 0; i < length; i++) {
    nodes.push(...layer(i === 0 ? "x" : `y${i}`, i === length - 1 ? last : `y${i + 1}`, `${i}.`));
  }
  if (firstOnly) nodes.push({ op: "Slice", inputs: [last, "starts", "ends"], outputs: ["y"] });
  const bounds: readonly Constant[] = [
    { name: "starts", dims: [ends.length], values: ends.map(() => 0) },
    { name: "ends", dims: [ends.length], values: ends },
  ];
  const model = onnx.ModelProto.fromObject({
    irVersion: 10,
    producerName: "normc-bench",
    opsetImport: [{ domain: "", version: 21 }],
    graph: {
      name: one.op,
      node: nodes.map((node) => ({
        opType: node.op,
        input: node.inputs,
        output: node.outputs,
        attribute: Object.entries(node.attributes ?? {}).map(([name, given]) => attribute(name, given)),
      })),
      input: [value("x", one.shape)],
      output: [value("y", firstOnly ? ends : one.shape)],
      initializer: [...constants, ...(firstOnly ? bounds : [])].map(({ name, dims, values }) => {
        if (values instanceof Float32Array)
          return { name, dims, dataType: elemType, rawData: bytesOf(values, dtype) };
        const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
        return { name, dims, dataType: onnx.TensorProto.DataType.INT64, rawData };
      }),
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

function bytesOf(values: Float32Array, dtype: Dtype): Uint8Array {
  return dtype === "f16"
    ? new Uint8Array(Uint16Array.from(values, toHalf).buffer)
    : new Uint8Array(Float32Array.from(values).buffer);
}

/** Whole numbers become ints, others floats. `{ float }` marks a float that happens to be whole. */
function attribute(name: string, given: number | { float: number } | readonly number[]) {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof given === "number") return { name, type: AttributeType.INT, i: given };
  if ("float" in given) return { name, type: AttributeType.FLOAT, f: given.float };
  return { name, type: AttributeType.INTS, ints: [...given] };
}
