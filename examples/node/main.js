import { create, globals } from "webgpu";
import { LayerNorm } from "./generated/layer_norm.js";
import { gradient, largestDifference, normalized } from "./reference.js";

Object.assign(globalThis, globals); // GPUBufferUsage and the like, as in a browser
const gpu = create([]); // keep it: the device ends with it
const adapter = await gpu.requestAdapter();
if (adapter === null) throw new Error("there is no WebGPU adapter");
const device = await adapter.requestDevice();

const shape = { x: [128, 768] };
const x = Float32Array.from({ length: 128 * 768 }, () => 5 + Math.random());
const d_y = Float32Array.from({ length: 128 * 768 }, () => Math.random() - 0.5);

const norm = await LayerNorm.create(device, shape);
const back = await LayerNorm.createBackward(device, { ...shape, of: ["x"] });

// Both passes in one submission, on buffers of our own: nothing is copied between them.
const [xBuffer, yBuffer] = [norm.tensors.x.createBuffer(), norm.tensors.y.createBuffer()];
const [d_yBuffer, d_xBuffer] = [back.tensors.d_y.createBuffer(), back.tensors.d_x.createBuffer()];
device.queue.writeBuffer(xBuffer, 0, x);
device.queue.writeBuffer(d_yBuffer, 0, d_y);
const encoder = device.createCommandEncoder();
norm.encode(encoder, { x: xBuffer, y: yBuffer });
back.encode(encoder, { x: xBuffer, d_y: d_yBuffer, d_x: d_xBuffer });
device.queue.submit([encoder.finish()]);

const differences = {
  y: largestDifference(await read(yBuffer), normalized(x, 768)),
  d_x: largestDifference(await read(d_xBuffer), gradient(x, d_y, 768)),
};
console.log(
  `on ${adapter.info.description || adapter.info.vendor}, largest differences from plain JavaScript:`,
);
console.log(JSON.stringify(differences));

norm.destroy();
back.destroy();
device.destroy();

async function read(buffer) {
  const copy = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const commands = device.createCommandEncoder();
  commands.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
  device.queue.submit([commands.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  return new Float32Array(copy.getMappedRange().slice(0));
}
