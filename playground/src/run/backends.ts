/** The backends of this browser: each makes a norm of a graph. The code of each is loaded when it is first used. */

import { compileGraph } from "../../../src/compile/passes.ts";
import type { Graph } from "../../../src/graph/tensor/graph.ts";
import type { Program } from "../../../src/program/program.ts";
import type { BackendName } from "./protocol.ts";
import type { Sized, Values } from "./sized.ts";

export interface Running {
  readonly run: (feeds: Values) => Promise<Values>;
  readonly steps: number;
  readonly destroy: () => unknown;
}

export interface Backend {
  readonly name: BackendName;
  readonly machine: string;
  readonly create: (sized: Sized) => Promise<Running>;
}

/** Why it is not there, in a sentence. */
export interface Missing {
  readonly missing: string;
}

export interface OpenedGpu {
  readonly device: GPUDevice;
  /** Whether the processor is the device. */
  readonly software: boolean;
}

const opened = new Map<BackendName, Promise<Backend | Missing>>();

export function openBackend(name: BackendName): Promise<Backend | Missing> {
  const known = opened.get(name) ?? openers[name]();
  opened.set(name, known);
  return known;
}

const openers: Readonly<Record<BackendName, () => Promise<Backend | Missing>>> = {
  webgpu: openWebGpu,
  webgl2: openWebGl2,
  wasm: openWasm,
};

function named(values: Values): Record<string, ArrayLike<number>> {
  return Object.fromEntries(values);
}

function results(values: Readonly<Record<string, ArrayLike<number>>>): Values {
  return new Map(Object.entries(values));
}

const programs = new WeakMap<Graph, Program>();

export function webgpuProgram(graph: Graph): Program {
  const made = programs.get(graph) ?? compileGraph(graph).program;
  programs.set(graph, made);
  return made;
}

let gpu: Promise<(OpenedGpu & { readonly machine: string }) | Missing> | undefined;

/** The device of this worker. It is opened anew after it was lost. */
export function openGpu(): Promise<(OpenedGpu & { readonly machine: string }) | Missing> {
  gpu ??= requestGpu();
  return gpu;
}

/** What a large norm may need beyond what every device has. */
const limits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
] as const;

async function requestGpu(): Promise<(OpenedGpu & { readonly machine: string }) | Missing> {
  if (navigator.gpu === undefined) return { missing: "This browser has no WebGPU." };
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) return { missing: "WebGPU is there, but it found no adapter to run on." };
  const features = (["subgroups", "timestamp-query"] as const).filter((one) => adapter.features.has(one));
  const device = await adapter.requestDevice({
    requiredFeatures: features,
    requiredLimits: Object.fromEntries(limits.map((one) => [one, adapter.limits[one]])),
  });
  void device.lost.then(() => {
    gpu = undefined;
    opened.delete("webgpu");
  });
  const { vendor, architecture, description } = adapter.info;
  const words = [vendor, architecture].filter((one) => one !== "").join(" ");
  const machine = description || words || "an adapter without a name";
  return {
    device,
    machine,
    software: /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${machine} ${words}`),
  };
}

async function openWebGpu(): Promise<Backend | Missing> {
  const found = await openGpu();
  if ("missing" in found) return found;
  const { createNorm } = await import("../../../src/runtime/webgpu/norm.ts");
  const { device, machine } = found;
  return {
    name: "webgpu",
    machine,
    async create({ graph, dims, params }) {
      const norm = await createNorm(device, webgpuProgram(graph), { dims, params, dtype: "f32" });
      return {
        run: async (feeds) => results(await norm.run(named(feeds))),
        steps: norm.dispatches.length,
        destroy: () => norm.destroy(),
      };
    },
  };
}

async function openWebGl2(): Promise<Backend | Missing> {
  const context = new OffscreenCanvas(1, 1).getContext("webgl2");
  if (context === null) return { missing: "This browser has no WebGL2 in workers." };
  if (context.getExtension("EXT_color_buffer_float") === null)
    return { missing: "WebGL2 is there, but it cannot draw into float textures." };
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const machine = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  const [{ GPU }, { compileGather }, { createGatherNorm }] = await Promise.all([
    import("gpu.js"),
    import("../../../src/compile/compile-gather.ts"),
    import("../../../src/runtime/gpujs/gather-norm.ts"),
  ]);
  return {
    name: "webgl2",
    machine,
    async create({ graph, dims, params }) {
      const { program } = compileGather(graph);
      const norm = await createGatherNorm({ GPU, backend: "webgl2" }, program, {
        dims,
        params,
        dtype: "f32",
      });
      return {
        run: async (feeds) => results(await norm.run(named(feeds))),
        steps: norm.draws.length,
        destroy: () => norm.destroy(),
      };
    },
  };
}

async function openWasm(): Promise<Backend | Missing> {
  const [{ compileWasm }, { createWasmNorm }, { sizedStages }] = await Promise.all([
    import("../../../src/compile/compile-wasm.ts"),
    import("../../../src/runtime/wasm/create-wasm.ts"),
    import("../../../src/runtime/wasm/schedules.ts"),
  ]);
  return {
    name: "wasm",
    machine: "this processor, SIMD, one thread",
    async create({ graph, dims, params, shapes }) {
      const { program } = await compileWasm(graph);
      const norm = await createWasmNorm(program, { dims, params, dtype: "f32" }, { threads: 1 });
      return {
        run: async (feeds) => results(norm.run(named(feeds))),
        steps: sizedStages(program, undefined, shapes).stages.length,
        destroy: () => norm[Symbol.dispose](),
      };
    },
  };
}
