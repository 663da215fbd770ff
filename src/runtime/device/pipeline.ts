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

/** A pipeline, or a promise while it is being made. */
type Kept = Pipeline | Promise<Pipeline>;

const caches = new WeakMap<GPUDevice, Map<string, Kept>>();

/** Makes the pipeline of a launch, or returns the one made before for the same code and constants. */
export function openPipeline(device: GPUDevice, launch: Launch): Kept {
  return keptPipeline(device, launch) ?? keepPipeline(device, launch, compile(device, launch));
}

export function keptPipeline(device: GPUDevice, launch: Launch): Kept | undefined {
  return caches.get(device)?.get(keyOf(launch));
}

/** @param checked rejected if the device refuses the pipeline, which is then dropped. */
export function keepPipeline(
  device: GPUDevice,
  launch: Launch,
  checked: Promise<Pipeline>,
  now: Kept = checked,
): Kept {
  const cache = caches.get(device) ?? new Map<string, Kept>();
  caches.set(device, cache);
  const key = keyOf(launch);
  cache.set(key, now);
  checked.then(
    (made) => cache.has(key) && cache.set(key, made),
    () => cache.delete(key),
  );
  if (cache.size > keptPipelines) cache.delete(cache.keys().next().value!);
  return now;
}

function keyOf({ code, constants, slots }: Launch): string {
  return JSON.stringify([code, Object.entries(constants), slots.map(({ access }) => access)]);
}

/** The parts of a pipeline. A mistake in them is found by the error scope around this call. */
export function describePipeline(device: GPUDevice, { label, code, constants, slots }: Launch) {
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
  const descriptor: GPUComputePipelineDescriptor = {
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main", constants: { ...constants } },
  };
  return { module, layout, descriptor };
}

async function compile(device: GPUDevice, launch: Launch): Promise<Pipeline> {
  const { label } = launch;
  device.pushErrorScope("validation");
  const { module, layout, descriptor } = describePipeline(device, launch);
  const pending = device.createComputePipelineAsync(descriptor);
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
