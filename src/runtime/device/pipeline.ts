import type { Launch } from "../shader/launch.ts";
import { defect } from "./device-errors.ts";

/** A kernel ready to run, and the layout of its bind group 0. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Pipelines kept for each device. The oldest is dropped first, so that many shapes in one program do not pile up. */
const keptPipelines = 256;

const bindingTypes = { read: "read-only-storage", read_write: "storage", uniform: "uniform" } as const;

const caches = new WeakMap<GPUDevice, Map<string, Promise<Pipeline>>>();

/** Makes the pipeline of a launch, or returns the one made before for the same code and constants. */
export function openPipeline(device: GPUDevice, launch: Launch): Promise<Pipeline> {
  const cache = caches.get(device) ?? new Map<string, Promise<Pipeline>>();
  caches.set(device, cache);
  const accesses = launch.slots.map(({ access }) => access);
  const key = JSON.stringify([launch.code, Object.entries(launch.constants), accesses]);
  const found = cache.get(key);
  if (found !== undefined) return found;

  const made = compile(device, launch);
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  if (cache.size > keptPipelines) cache.delete(cache.keys().next().value!);
  return made;
}

async function compile(device: GPUDevice, { label, code, constants, slots }: Launch): Promise<Pipeline> {
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ label, code });
  const layout = device.createBindGroupLayout({
    label,
    entries: slots.map(({ access }, binding) => ({
      binding,
      // GPUShaderStage is a global of browsers, not of Node; its COMPUTE is 4.
      visibility: 4,
      buffer: { type: bindingTypes[access] },
    })),
  });
  const pending = device.createComputePipelineAsync({
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main", constants: { ...constants } },
  });
  const [outcome, error] = await Promise.allSettled([pending, device.popErrorScope()]);

  const refused = error.status === "fulfilled" ? error.value : null;
  if (outcome.status === "fulfilled" && refused === null) return { pipeline: outcome.value, layout };
  // Compilation also fails when the device is lost. Then nothing is wrong with the code.
  const { messages } = await module.getCompilationInfo().catch(() => ({ messages: [] }));
  const lines = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.type}: ${m.message}`);
  const cause = refused ?? (outcome.status === "rejected" ? outcome.reason : undefined);
  const reason = cause instanceof Error || refused ? cause.message : String(cause);
  throw defect(`the device refused kernel ${label}`, [...lines, reason].join("\n"), cause);
}
