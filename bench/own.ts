/** Shared by normc's own processes: the device, the library norm of a case, its feeds and its results. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Graph } from "../src/graph/tensor/graph.ts";
import { checkFile } from "../src/language/check/check.ts";
import type { ProgramInterface } from "../src/program/program.ts";
import { toHalf } from "../src/runtime/shapes/float16.ts";
import { fromHalf } from "../src/runtime/shapes/from-half.ts";
import { giveWay, openDevice } from "../src/tools/device/index.ts";
import { chooseClock } from "../src/tuning/measure/choose-clock.ts";
import { type Clock, wallClock } from "../src/tuning/measure/clock.ts";
import { version } from "../src/version.ts";
import { type BenchCase, library } from "./cases.ts";
import type { Opened } from "./contestant.ts";
import type { CaseData, Dtype } from "./data.ts";

/** @throws Error if there is no device. The message says why. */
export async function openOwn(): Promise<Omit<Opened, "prepare"> & { readonly device: GPUDevice }> {
  const reasons: string[] = [];
  const opened = await openDevice({ adapter: "auto", onMiss: (reason) => reasons.push(reason) });
  if (opened === undefined) throw new Error(reasons.join("; "));
  const { device, adapter, kind } = opened;
  if (kind === "software") giveWay();
  const { version: dawn } = createRequire(import.meta.url)("webgpu/package.json") as { version: string };
  return {
    device,
    adapter,
    software: kind === "software",
    versions: { normc: version, "webgpu (Dawn)": dawn },
  };
}

/**
 * Most peers can only be timed with the wall clock, so everything is. With the argument `device-clock` a GPU's own clock is
 * used, which the peers beside us then have too.
 */
export function clockOf(device: GPUDevice, software: boolean | undefined): Clock | Promise<Clock> {
  return process.argv.includes("device-clock") && software !== true
    ? chooseClock(device)
    : wallClock(device, { recording: true });
}

export function graphOf({ op }: BenchCase): Graph {
  const { file, norm, mode } = library[op];
  const path = new URL(`../library/${file}.norm`, import.meta.url);
  const source = { path: file, text: readFileSync(path, "utf8") };
  // No case uses a library file that imports another.
  const { norms } = checkFile(
    source,
    () => undefined,
    () => {},
  );
  const graph = norms.find((one) => one.name === norm)?.graphs.find((one) => one.mode === mode);
  if (graph === undefined) throw new Error(`the library has no ${norm} ${mode}`);
  return graph;
}

export function paramsOf(
  { params }: Pick<ProgramInterface, "params">,
  { eps, groups }: BenchCase,
): Record<string, number> {
  const has = (name: string): boolean => params.some((param) => param.name === name);
  return { ...(has("eps") ? { eps } : {}), ...(has("G") ? { G: groups } : {}) };
}

export function feedsOf(one: BenchCase, data: CaseData, dtype: Dtype): Record<string, BufferSource> {
  const stored = (values: Float32Array): BufferSource =>
    dtype === "f16"
      ? Uint16Array.from({ length: Math.ceil(values.length / 2) * 2 }, (_, i) => toHalf(values[i] ?? 0))
      : Float32Array.from(values);
  return {
    [library[one.op].input]: stored(data.x),
    gamma: stored(data.gamma),
    beta: stored(data.beta),
    gain: stored(data.gamma),
    // Statistics stay f32 whatever the dtype.
    running_mean: Float32Array.from(data.mean),
    running_var: Float32Array.from(data.variance),
  };
}

export async function readBack(
  device: GPUDevice,
  buffer: GPUBuffer,
  count: number,
  dtype: Dtype,
): Promise<ArrayLike<number>> {
  const read = device.createBuffer({ size: buffer.size, usage: 0x1 | 0x8 });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, read, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(0x1);
    const bytes = read.getMappedRange().slice(0);
    if (dtype === "f32") return new Float32Array(bytes, 0, count);
    return Float32Array.from(new Uint16Array(bytes, 0, count), fromHalf);
  } finally {
    read.destroy();
  }
}
