/** The limit on WebGPU: the fastest of several copy kernels, since none is the fastest on every adapter. */
import { chainOf } from "../src/tuning/measure/chain.ts";
import type { Clock } from "../src/tuning/measure/clock.ts";
import { type CopyKernel, type CopyShape, copyBuffers, copyKernel } from "../src/tuning/measure/copy.ts";
import { median } from "../src/tuning/measure/spread.ts";

export interface FastestCopy extends CopyKernel {
  /** Its shape, in words. */
  readonly note: string;
}

/**
 * A GPU wants many short invocations. A software adapter pays for each workgroup: with 64 steps a copy takes half of the
 * processor's time (25 MB: llvmpipe 2.9 ms instead of 7.3, SwiftShader 18 instead of 45).
 */
const shapes: readonly CopyShape[] = [
  { lanes: 256, steps: 1 },
  { lanes: 256, steps: 4 },
  { lanes: 256, steps: 16 },
  { lanes: 256, steps: 64 },
  { lanes: 64, steps: 16 },
  { lanes: 64, steps: 64 },
  { lanes: 32, steps: 16 },
  { lanes: 32, steps: 64 },
];

const rounds = 3;
const chainMs = 30;

/** Times equal chains of all in turn, and keeps the fastest. */
export async function fastestCopy(device: GPUDevice, clock: Clock, bytes: number): Promise<FastestCopy> {
  const buffers = copyBuffers(device, bytes);
  const candidates = [];
  for (const { lanes, steps } of shapes) {
    const copy = await copyKernel(device, bytes, { lanes, steps }, buffers);
    const { time } = chainOf(clock, copy.record);
    // The first run compiles.
    await time(1);
    candidates.push({
      record: copy.record,
      note: `${lanes} lanes, ${steps} steps`,
      time,
      times: [] as number[],
    });
  }
  const length = Math.min(400, Math.max(2, Math.ceil(chainMs / (await candidates[0]!.time(1)))));
  for (let round = 0; round < rounds; round++) {
    for (const one of candidates) one.times.push(await one.time(length));
  }
  const [fastest] = candidates.sort((a, b) => median(a.times) - median(b.times));
  const { record, note } = fastest!;
  return {
    record,
    note,
    destroy() {
      buffers.source.destroy();
      buffers.copied.destroy();
    },
  };
}
