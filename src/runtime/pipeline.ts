import type { Program, ProgramConstant } from "../program/program.ts";
import type { Dispatch } from "./dispatch.ts";
import { defect } from "./lost.ts";
import { moduleCode } from "./module.ts";
import type { Shapes } from "./shapes.ts";
import type { Storages } from "./storage.ts";

/** A kernel ready to run, and the layout of its bind group 0. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Pipelines kept for each device; the oldest goes first, so that many shapes in one program do not pile up. */
const keptPipelines = 256;

const caches = new WeakMap<GPUDevice, Map<string, Promise<Pipeline>>>();

/** Makes the pipeline of a kernel, or finds it where the same code and constants were asked for before. */
export function openPipeline(
  device: GPUDevice,
  program: Program,
  dispatch: Dispatch,
  shapes: Shapes,
  storages: Storages,
): Promise<Pipeline> {
  const { kernel, form, variant } = dispatch;
  const code = moduleCode(form, (tensor) => storages.get(tensor)!, {
    subgroups: variant.subgroup > 1,
    residency: variant.residency,
    held: Math.ceil(dispatch.rowLength / variant.lanes),
  });
  const constants = Object.fromEntries(
    form.constants.map((constant) => [constant.name, constantValue(constant, dispatch, shapes)]),
  );
  const accesses = form.bindings.map((binding) => binding.access);

  const cache = caches.get(device) ?? new Map<string, Promise<Pipeline>>();
  caches.set(device, cache);
  const key = JSON.stringify([code, Object.entries(constants), accesses]);
  const found = cache.get(key);
  if (found !== undefined) return found;

  const made = compile(device, `${program.norm}.${kernel.name}`, code, constants, accesses);
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  if (cache.size > keptPipelines) cache.delete(cache.keys().next().value!);
  return made;
}

function constantValue(constant: ProgramConstant, { variant }: Dispatch, shapes: Shapes): number {
  switch (constant.kind) {
    case "extent":
      return shapes.factors.get(constant.factor)!;
    case "param":
      return shapes.params.get(constant.param)!;
    case "lanes":
      return variant.lanes;
    case "rows":
      return variant.rows;
    case "subgroup":
      return variant.subgroup;
    case "columns":
      return variant.columns ? 1 : 0;
    case "parts":
      return variant.parts;
  }
}

async function compile(
  device: GPUDevice,
  label: string,
  code: string,
  constants: Record<string, number>,
  accesses: readonly ("read" | "read_write")[],
): Promise<Pipeline> {
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ label, code });
  const layout = device.createBindGroupLayout({
    label,
    entries: accesses.map((access, binding) => ({
      binding,
      // GPUShaderStage is a global of browsers, not of Node; its COMPUTE is 4.
      visibility: 4,
      buffer: { type: access === "read" ? "read-only-storage" : "storage" },
    })),
  });
  const pending = device.createComputePipelineAsync({
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main", constants },
  });
  const [outcome, error] = await Promise.allSettled([pending, device.popErrorScope()]);

  const refused = error.status === "fulfilled" ? error.value : null;
  if (outcome.status === "fulfilled" && refused === null) return { pipeline: outcome.value, layout };
  // A pipeline fails too when the device is lost: then there is nothing wrong with the code.
  const { messages } = await module.getCompilationInfo().catch(() => ({ messages: [] }));
  const lines = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.type}: ${m.message}`);
  const cause = refused ?? (outcome.status === "rejected" ? outcome.reason : undefined);
  const reason = cause instanceof Error || refused ? cause.message : String(cause);
  throw defect(`kernel ${label} is refused by the device`, [...lines, reason].join("\n"), cause);
}
