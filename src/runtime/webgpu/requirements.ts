import type { Norm } from "../options/norm-types.ts";
import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { type Creator, createPlanned, type PlannedNorms, plannedList } from "./planned-norms.ts";

/** The part of a `GPUAdapter` that is read. */
export type AdapterFacts = Pick<GPUAdapter, "features" | "limits"> & { readonly info?: GPUAdapterInfo };

/** What a `GPUDeviceDescriptor` has to ask for. */
export interface Requirements {
  readonly requiredFeatures: GPUFeatureName[];
  readonly requiredLimits: Record<string, number>;
}

/** The limits of a device that asks for none, where a norm may need more. */
const usual = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 16384,
} as const;

/**
 * Finds the features and limits that norms make use of on an adapter: `shader-f16` and `subgroups` where the adapter has
 * them, and limits above those of every device where the sizes need them. What the adapter lacks is not asked for, so the
 * request is granted; whether the norms fit is checked by `create`.
 *
 *     const device = await adapter.requestDevice(await requirements(adapter, [[LayerNorm, { x: [32, 768] }]]));
 *
 * @throws NormError (as a rejection) the errors of `create`, N508 among them: what not even this adapter can have. N530
 * without an adapter, N532 for anything but a list of norms.
 */
export async function requirements<const T extends readonly Creator[]>(
  adapter: AdapterFacts,
  norms: PlannedNorms<T>,
): Promise<Requirements> {
  if (!("limits" in Object(adapter))) {
    throw new NormError("N530", `expected a GPUAdapter, given ${shownValue(adapter)}`);
  }
  const features = new Set<GPUFeatureName>();
  const limits = new Map<keyof typeof usual, number>();
  const need = (limit: keyof typeof usual, value: number): void => {
    limits.set(limit, Math.max(value, limits.get(limit) ?? 0));
  };
  const needBuffer = (bytes: number): void => {
    need("maxBufferSize", bytes);
    // Bindings begin at multiples of 256 bytes.
    need("maxStorageBufferBindingSize", Math.ceil(bytes / 256) * 256);
  };
  const needDispatch = ({ variant, shader, rowLength }: Norm["dispatches"][number]): void => {
    const { lanes, rows, residency } = variant;
    need("maxComputeInvocationsPerWorkgroup", lanes * rows);
    need("maxComputeWorkgroupSizeX", lanes * rows);
    if (residency !== "workgroup") return;
    // As `whyIllegal` counts: the fours of the row, and two for the tree.
    need(
      "maxComputeWorkgroupStorageSize",
      (Math.ceil(rowLength / lanes) * shader.held + 2) * lanes * rows * 16,
    );
  };

  /** A device with all that the adapter has. It makes nothing and notes what it is asked for. */
  const device = {
    features: adapter.features,
    limits: adapter.limits,
    adapterInfo: adapter.info,
    queue: {},
    lost: new Promise(() => undefined),
    pushErrorScope: () => undefined,
    popErrorScope: async () => null,
    createShaderModule({ code }: GPUShaderModuleDescriptor) {
      if (code.includes("enable f16;")) features.add("shader-f16");
      if (code.includes("enable subgroups;")) features.add("subgroups");
      return {};
    },
    createBindGroupLayout({ entries }: GPUBindGroupLayoutDescriptor) {
      const storage = [...entries].filter(({ buffer }) => buffer?.type !== "uniform");
      need("maxStorageBuffersPerShaderStage", storage.length);
      return {};
    },
    createPipelineLayout: () => ({}),
    createComputePipelineAsync: async () => ({}),
    createBuffer({ size }: GPUBufferDescriptor) {
      needBuffer(size);
      return { destroy: () => undefined };
    },
  } as unknown as GPUDevice;

  for (const [i, one] of plannedList(norms).entries()) {
    const norm = await createPlanned(device, one, i);
    for (const { bytes } of Object.values(norm.tensors)) needBuffer(bytes);
    norm.dispatches.forEach(needDispatch);
    norm.destroy();
  }
  const wanted = [...limits].map(
    ([limit, value]) => [limit, Math.min(value, adapter.limits[limit])] as const,
  );
  return {
    requiredFeatures: [...features],
    requiredLimits: Object.fromEntries(wanted.filter(([limit, value]) => value > usual[limit])),
  };
}
