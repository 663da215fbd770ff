import { RMSNorm } from "normc/library/rms_norm.norm";
import { onTensors, sessionDevice } from "normc/onnxruntime";
import { largestDifference, multiplied, normalized } from "./reference.js";

const [rows, width] = [32, 256];

/**
 * @param {typeof import("onnxruntime-web")} ort
 * @param {string} wasm the file of ONNX Runtime that lies beside the page
 */
export function start(ort, wasm) {
  // One thread needs no cross-origin isolation of the page.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL(wasm, location.href) };
  compute(ort).then(
    (difference) =>
      finish("done", `largest difference from plain JavaScript: ${difference.toExponential(1)}`),
    (error) => finish("failed", String(error?.stack ?? error)),
  );
}

/** @param {typeof import("onnxruntime-web")} ort */
async function compute(ort) {
  const session = await ort.InferenceSession.create("matmul.onnx", {
    executionProviders: ["webgpu"],
    preferredOutputLocation: "gpu-buffer",
  });
  const device = await sessionDevice(ort);
  const norm = onTensors(ort, device, await RMSNorm.create(device, { x: [rows, width] }));

  const [x, first, second] = [random(rows * width), random(width * width), random(width * width)];
  /** @type {(data: Float32Array, dims: number[]) => import("onnxruntime-web").Tensor} */
  const tensor = (data, dims) => new ort.Tensor("float32", data, dims);
  const { h } = await session.run({ x: tensor(x, [rows, width]), w: tensor(first, [width, width]) });
  const { y } = norm({ x: h });
  const { h: result } = await session.run({ x: y, w: tensor(second, [width, width]) });
  const values = await result.getData();
  for (const one of [h, y, result]) one.dispose();

  const wanted = multiplied(normalized(multiplied(x, first, width), width), second, width);
  return largestDifference(values, wanted);
}

/** @param {number} count */
function random(count) {
  return Float32Array.from({ length: count }, () => Math.random() - 0.5);
}

/** @type {(state: string, text: string) => void} */
function finish(state, text) {
  const output = document.querySelector("output");
  if (output !== null) output.textContent = text;
  document.body.dataset.state = state;
}
