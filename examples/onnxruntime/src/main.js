import { RMSNorm } from "normc/library/rms_norm.norm";
import * as ort from "onnxruntime-web/webgpu";
import { largestDifference, multiplied, normalized } from "./reference.js";

// One thread needs no cross-origin isolation of the page.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: new URL("ort-wasm-simd-threaded.asyncify.wasm", location.href) };

const [rows, width] = [32, 256];

async function start() {
  const session = await ort.InferenceSession.create("matmul.onnx", {
    executionProviders: ["webgpu"],
    preferredOutputLocation: "gpu-buffer",
  });
  const device = await ort.env.webgpu.device;
  const norm = await RMSNorm.create(device, { x: [rows, width] });
  const y = norm.tensors.y.createBuffer();

  const [x, first, second] = [random(rows * width), random(width * width), random(width * width)];
  const tensor = (data, dims) => new ort.Tensor("float32", data, dims);
  const { h } = await session.run({ x: tensor(x, [rows, width]), w: tensor(first, [width, width]) });

  const encoder = device.createCommandEncoder();
  norm.encode(encoder, { x: h.gpuBuffer, y });
  device.queue.submit([encoder.finish()]);

  const given = ort.Tensor.fromGpuBuffer(y, { dataType: "float32", dims: [rows, width] });
  const { h: result } = await session.run({ x: given, w: tensor(second, [width, width]) });
  const values = await result.getData();

  const wanted = multiplied(normalized(multiplied(x, first, width), width), second, width);
  return largestDifference(values, wanted);
}

function random(count) {
  return Float32Array.from({ length: count }, () => Math.random() - 0.5);
}

const output = document.querySelector("output");
start().then(
  (difference) => {
    output.textContent = `largest difference from plain JavaScript: ${difference.toExponential(1)}`;
    document.body.dataset.state = "done";
  },
  (error) => {
    output.textContent = String(error?.stack ?? error);
    document.body.dataset.state = "failed";
  },
);
