/**
 * Timing a norm beside a copy kernel that moves the same bytes, in turn, in one run: machines drift, and a ratio of
 * neighbours holds. Times are slopes of wall-clock time over the number of dispatches, so that submission and waiting
 * cancel and no timestamp is needed (browsers quantize those to 65,536 ns). Medians over rounds. Data are random.
 */
import type { Program, Storage } from "../program/program.ts";
import { createNorm, type Norm } from "../runtime/index.ts";
import { median, slope, type Timed } from "./slope.ts";

export interface Measurement {
  /** What must move at least: each input read once, each output written once. */
  readonly bytes: number;
  readonly ms: number;
  readonly copyMs: number;
  readonly dispatches: number;
  readonly variant: string;
}

export interface MeasureOptions {
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params: Readonly<Record<string, number>>;
  readonly storage: Storage;
  readonly rounds: number;
}

const storageUsage = 0x80 | 0x4 | 0x8;

/** @throws NormError where the dims do not fit the norm or the device. */
export async function measure(
  device: GPUDevice,
  program: Program,
  options: MeasureOptions,
): Promise<Measurement> {
  const norm = await createNorm(device, program, options);
  const buffers: Record<string, GPUBuffer> = {};
  try {
    let bytes = 0;
    for (const tensor of program.tensors) {
      if (tensor.role === "scratch") continue;
      const count = (norm.dims.get(tensor.name) ?? []).reduce((a, b) => a * b, 1);
      const size = count * (norm.storage.get(tensor.name) === "f16" ? 2 : 4);
      buffers[tensor.name] = randomBuffer(device, size, tensor.role === "state");
      bytes += size * (tensor.updated === true ? 2 : 1);
    }
    const copy = await copyKernel(device, bytes);
    const timed = timedNorm(device, norm, buffers);
    const times: number[] = [];
    const copies: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      copies.push(await slope(copy));
      times.push(await slope(timed));
    }
    copy.release();
    const variant = norm.dispatches.map(
      ({ variant, form }) =>
        `${variant.lanes}x${variant.rows}${form.vector === null ? "" : ` by fours of ${form.vector}`}`,
    );
    return {
      bytes,
      ms: median(times),
      copyMs: median(copies),
      dispatches: norm.dispatches.length,
      variant: variant.join("; "),
    };
  } finally {
    norm.destroy();
    for (const buffer of Object.values(buffers)) buffer.destroy();
  }
}

function timedNorm(device: GPUDevice, norm: Norm, buffers: Readonly<Record<string, GPUBuffer>>): Timed {
  return {
    async run(count) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < count; i++) norm.encode(pass, buffers);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    },
  };
}

function randomBuffer(device: GPUDevice, bytes: number, positive: boolean): GPUBuffer {
  const size = Math.max(16, Math.ceil(bytes / 4) * 4);
  const buffer = device.createBuffer({ size, usage: storageUsage });
  const values = Float32Array.from({ length: size / 4 }, () => Math.random() * 2 - (positive ? 0 : 1));
  device.queue.writeBuffer(buffer, 0, values);
  return buffer;
}

/** Reads half of the bytes and writes as many: what a norm of those bytes does at least. Four floats an invocation. */
async function copyKernel(device: GPUDevice, bytes: number): Promise<Timed & { release(): void }> {
  const count = Math.max(1, Math.floor(bytes / 32));
  const lanes = 256;
  const groups = Math.ceil(count / lanes);
  const y = Math.ceil(groups / device.limits.maxComputeWorkgroupsPerDimension);
  const x = Math.ceil(groups / y);
  const code = `@group(0) @binding(0) var<storage, read> from: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> to: array<vec4f>;
@compute @workgroup_size(${lanes}) fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let i = (id.x + id.y * ${x}u) * ${lanes}u + lane.x;
  if (i < ${count}u) { to[i] = from[i]; }
}`.replaceAll("from", "source");
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const source = randomBuffer(device, count * 16, false);
  const target = randomBuffer(device, count * 16, false);
  const entries = [source, target].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return {
    async run(times) {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < times; i++) pass.dispatchWorkgroups(x, y);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    },
    release() {
      source.destroy();
      target.destroy();
    },
  };
}
