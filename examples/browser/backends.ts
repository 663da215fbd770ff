/** The two backends of the page: whether each is there, what it runs on, and how long a run takes. */
import { GPU } from "gpu.js";
import type { Feeds, Made, Shape } from "./norms.ts";

export type BackendName = "webgpu" | "webgl2";

export interface Backend {
  readonly name: BackendName;
  readonly title: string;
  /** The adapter or renderer. */
  readonly machine: string;
  create(shape: Shape): Promise<Made>;
}

export interface Missing {
  readonly name: BackendName;
  readonly title: string;
  /** Why it is not there, in a sentence. */
  readonly missing: string;
}

export async function openWebGpu(): Promise<Backend | Missing> {
  const about = { name: "webgpu", title: "WebGPU" } as const;
  if (navigator.gpu === undefined) return { ...about, missing: "This browser has no WebGPU." };
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) return { ...about, missing: "WebGPU is there, but it found no adapter to run on." };
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has("subgroups") ? ["subgroups"] : [],
  });
  const { vendor, architecture, description } = adapter.info;
  return {
    ...about,
    machine: description || [vendor, architecture].filter(Boolean).join(" ") || "an adapter without a name",
    create: (shape) => shape.webgpu(device),
  };
}

export function openWebGl2(): Backend | Missing {
  const about = { name: "webgl2", title: "WebGL2" } as const;
  const context = document.createElement("canvas").getContext("webgl2");
  if (context === null) return { ...about, missing: "This browser has no WebGL2." };
  if (context.getExtension("EXT_color_buffer_float") === null) {
    return { ...about, missing: "WebGL2 is there, but it cannot draw into float textures." };
  }
  const named = context.getExtension("WEBGL_debug_renderer_info");
  const machine = String(context.getParameter(named?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return { ...about, machine, create: (shape) => shape.webgl2({ GPU, backend: "webgl2" }) };
}

export interface Outcome {
  readonly y: Float32Array;
  /** Dispatches or draws of a run. */
  readonly steps: number;
  /** Milliseconds: until the first result, shaders compiled, and the median of the runs after it. */
  readonly first: number;
  readonly median: number;
  readonly runs: number;
}

/** So many runs, or fewer where they take longer than a second. */
const most = 15;
const longest = 1000;

export async function measure(backend: Backend, shape: Shape, feeds: Feeds): Promise<Outcome> {
  const began = performance.now();
  const made = await backend.create(shape);
  try {
    const { y } = await made.run(feeds);
    const first = performance.now() - began;
    await made.run(feeds);
    const times: number[] = [];
    const until = performance.now() + longest;
    while (times.length < 3 || (times.length < most && performance.now() < until)) {
      const start = performance.now();
      await made.run(feeds);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const steps = (made.draws ?? made.dispatches ?? []).length;
    return { y, steps, first, median: times[times.length >> 1]!, runs: times.length };
  } finally {
    await made.destroy();
  }
}
