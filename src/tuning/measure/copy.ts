/** The yardstick: a kernel that reads half of the bytes and writes the other half, four floats at a time. */
import { storageBuffer } from "./storage-buffer.ts";
import { uniform } from "./uniform.ts";

export interface CopyKernel {
  record(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

export interface CopyShape {
  /** The size of a workgroup. */
  readonly lanes: number;
  /** How many times four floats an invocation moves. Those of neighbours lie side by side. */
  readonly steps: number;
}

const plain: CopyShape = { lanes: 256, steps: 1 };

export interface CopyBuffers {
  readonly source: GPUBuffer;
  readonly copied: GPUBuffer;
}

export function copyBuffers(device: GPUDevice, bytes: number): CopyBuffers {
  const size = countOf(bytes) * 16;
  return { source: randomBuffer(device, size), copied: randomBuffer(device, size) };
}

/** @param shared buffers for as many bytes, which stay. It has its own otherwise. */
export async function copyKernel(
  device: GPUDevice,
  bytes: number,
  { lanes, steps }: CopyShape = plain,
  shared?: CopyBuffers,
): Promise<CopyKernel> {
  const count = countOf(bytes);
  const groups = Math.ceil(count / (lanes * steps));
  const y = Math.ceil(groups / device.limits.maxComputeWorkgroupsPerDimension);
  const x = Math.ceil(groups / y);
  const code = `@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4f>;
@compute @workgroup_size(${lanes}) fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let first = (id.x + id.y * ${x}u) * ${lanes * steps}u + lane.x;
  for (var step = 0u; step < ${steps}u; step++) {
    let i = first + step * ${lanes}u;
    if (i < ${count}u) { copied[i] = source[i]; }
  }
}`;
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const { source, copied } = shared ?? copyBuffers(device, bytes);
  const entries = [source, copied].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return {
    record(pass) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(x, y);
    },
    destroy() {
      if (shared !== undefined) return;
      source.destroy();
      copied.destroy();
    },
  };
}

/** How many times four floats are moved. */
function countOf(bytes: number): number {
  return Math.max(1, Math.floor(bytes / 32));
}

/** Floats between -1 and 1. Pages of zeros can share one page, and arithmetic on zeros may be faster. */
function randomBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  const buffer = storageBuffer(device, bytes);
  const next = uniform(1);
  const values = Float32Array.from({ length: buffer.size / 4 }, () => 2 * next() - 1);
  device.queue.writeBuffer(buffer, 0, values);
  return buffer;
}
