/** One layer norm in ONNX Runtime's cpu provider, for `bench/gpujs.ts`: arrays in, arrays out. */
import ort from "onnxruntime-node";
import { caseOf } from "../cases.ts";
import { chainModel } from "./onnx-model.ts";

export interface OnnxLayerNorm {
  run(): Promise<Float32Array>;
  close(): Promise<void>;
}

export async function onnxLayerNorm(
  rows: number,
  length: number,
  { x, gamma, beta }: { readonly x: Float32Array; readonly gamma: Float32Array; readonly beta: Float32Array },
): Promise<OnnxLayerNorm> {
  const none = new Float32Array(length);
  const one = caseOf("layer", [rows, length]);
  const model = chainModel(one, { x, gamma, beta, mean: none, variance: none }, "f32", {
    length: 1,
    provider: "cpu",
  });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    logSeverityLevel: 3,
  });
  return {
    async run() {
      const { y } = await session.run({ x: new ort.Tensor("float32", x, [rows, length]) });
      return (await y!.getData()) as Float32Array;
    },
    close: () => session.release(),
  };
}
