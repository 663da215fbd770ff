/** Runs in the browser: all runtimes, and programs from the test. */
import { GPU } from "gpu.js";
import { createGatherNorm, type GatherNorm, type GatherProgram } from "../../src/runtime/gpujs/index.ts";
import type { ResultsByName } from "../../src/runtime/options/norm-types.ts";
import { createWasmNorm } from "../../src/runtime/wasm/index.ts";
import { creatorFor } from "../../src/runtime/webgpu/creator.ts";
import { createNorm, NormError, type Program } from "../../src/runtime/webgpu/index.ts";
import type { Answer, Job, Machine, TestPage } from "./job.ts";

let device: GPUDevice | undefined;

async function openDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("no WebGPU adapter");
  const limits = ["maxStorageBuffersPerShaderStage", "maxStorageBufferBindingSize", "maxBufferSize"] as const;
  return adapter.requestDevice({
    requiredFeatures: adapter.features.has("subgroups") ? ["subgroups"] : [],
    requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])),
  });
}

async function machine(): Promise<Machine> {
  const gl = document.createElement("canvas").getContext("webgl2");
  const named = gl?.getExtension("WEBGL_debug_renderer_info");
  const info = (await navigator.gpu?.requestAdapter())?.info;
  return {
    webgl2: gl === null ? null : String(gl.getParameter(named?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER)),
    webgpu: info === undefined ? null : `${info.vendor} ${info.architecture}`,
  };
}

async function answer(job: Job): Promise<Answer> {
  const { dims, params, dtype } = job;
  const feeds = feedsOf(job);
  if (job.target === "webgpu") {
    device ??= await openDevice();
    const norm = await createNorm(device, job.program, { dims, params, dtype });
    try {
      return told(norm.dims, await norm.run(feeds), device.adapterInfo.architecture);
    } finally {
      norm.destroy();
    }
  }
  if (job.target === "wasm") {
    using norm = await createWasmNorm(job.program, { dims, params, dtype });
    return told(norm.dims, norm.run(feeds), "wasm");
  }
  const norm = await gathering(job);
  try {
    return told(norm.dims, await norm.run(feeds), norm.backend);
  } finally {
    await norm.destroy();
  }
}

function gathering({ program, dims, params, dtype }: Job): Promise<GatherNorm> {
  return createGatherNorm({ GPU, backend: "webgl2" }, program as GatherProgram, { dims, params, dtype });
}

function feedsOf({ feeds }: Job): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(feeds).map(([name, text]) => [name, decode(text)]));
}

async function firstOf(norm: GatherNorm, job: Job): Promise<number[]> {
  return [...(await norm.run(feedsOf(job))).y!.slice(0, 4)];
}

function told(dims: ReadonlyMap<string, readonly number[]>, results: ResultsByName, ran: string): Answer {
  const encoded = Object.entries(results).map(([name, values]) => [name, encode(Float32Array.from(values))]);
  return { ran, dims: Object.fromEntries(dims), results: Object.fromEntries(encoded) };
}

function decode(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function encode(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  // A call takes so many arguments and no more.
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

const page: TestPage = {
  machine,
  async run(jobs) {
    const answers: Answer[] = [];
    for (const job of jobs) {
      answers.push(
        await answer(job).catch((error: unknown) => ({
          error: error instanceof Error ? error.message : String(error),
        })),
      );
    }
    return answers;
  },
  async together(job, count) {
    const norms: GatherNorm[] = [];
    for (let i = 0; i < count; i++) {
      const norm = await gathering(job);
      await firstOf(norm, job);
      norms.push(norm);
    }
    await norms.pop()!.destroy();
    // Two runs of each at once, with other numbers.
    const { x } = feedsOf(job);
    const scaled = [...norms, ...norms].map((norm, i) =>
      norm.run({ x: x!.map((one) => one * 2 ** i) }).then(({ y }) => y![0]! / 2 ** i),
    );
    const first = await Promise.all(scaled);
    for (const norm of norms) await norm.destroy();
    return first;
  },
  async lose(job) {
    const norm = await gathering(job);
    await firstOf(norm, job);
    // The oldest goes where there are too many.
    const others = Array.from({ length: 20 }, () => document.createElement("canvas").getContext("webgl2"));
    const code = await firstOf(norm, job).then(
      () => "none",
      (error: unknown) => (error instanceof NormError ? error.code : String(error)),
    );
    for (const one of others) one?.getExtension("WEBGL_lose_context")?.loseContext();
    const next = await gathering(job);
    const after = await firstOf(next, job);
    await norm.destroy();
    await next.destroy();
    return { code, after };
  },
  async tune(job) {
    device ??= await openDevice();
    const { dims, params, dtype } = job;
    const program = job.program as Program;
    const options = { dims, params, dtype, tune: "background" } as const;
    const create = await creatorFor(program, options);
    const norm = await create(device, program, options);
    try {
      const outcome = await norm.tuning;
      return {
        outcome: outcome?.kind === "given up" ? outcome.reason : String(outcome?.kind),
        storages: (await indexedDB.databases()).map(({ name }) => String(name)),
        answer: told(norm.dims, await norm.run(feedsOf(job)), device.adapterInfo.architecture),
      };
    } finally {
      norm.destroy();
    }
  },
};

Object.assign(globalThis, { testPage: page });
