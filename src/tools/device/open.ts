import { type Dawn, loadDawn } from "./dawn.ts";
import { hasVulkanLoader, provideVulkanLoader } from "./loader.ts";
import { unpackSwiftShader } from "./swiftshader.ts";

/** Which device to open: the best one, only a real GPU, or a driver by the name that Dawn gives it. */
export type AdapterChoice = "auto" | "gpu" | "lavapipe" | "swiftshader" | (string & {});

export interface DeviceOptions {
  readonly adapter?: AdapterChoice;
  /** Features to request if the adapter has them. */
  readonly features?: readonly GPUFeatureName[];
  /** Called for every adapter that could not be opened, with the reason. */
  readonly onMiss?: (reason: string) => void;
}

export interface OpenedDevice {
  readonly device: GPUDevice;
  /** A description: name and driver. */
  readonly adapter: string;
  readonly kind: "gpu" | "software";
  /** Destroys the device and releases Dawn. */
  close(): Promise<void>;
}

const usefulFeatures: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** By default a device has only the limits that every device has; a program may need all that this one has. */
const usefulLimits = [
  "maxBufferSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
] as const;

// Dawn crashes if the object that made an open device is collected.
const inUse = new Set<GPU>();

/**
 * Opens a device in Node. "auto" tries in this order: the driver in `VK_ICD_FILENAMES` or `VK_DRIVER_FILES`, if set; a GPU;
 * a software driver of the system (lavapipe); SwiftShader from the development dependencies.
 * @returns undefined if there is no such device; `onMiss` was called with the reasons.
 */
export async function openDevice(options: DeviceOptions = {}): Promise<OpenedDevice | undefined> {
  const miss = options.onMiss ?? (() => undefined);
  let dawn: Dawn;
  try {
    dawn = await loadDawn();
  } catch (error) {
    miss(messageOf(error));
    return undefined;
  }
  const features = options.features ?? usefulFeatures;
  const choice = options.adapter ?? "auto";
  for (const source of sources(choice)) {
    try {
      return await source.open(dawn, features);
    } catch (error) {
      miss(`${source.name}: ${messageOf(error)}`);
    }
  }
  return undefined;
}

interface Source {
  readonly name: string;
  open(dawn: Dawn, features: readonly GPUFeatureName[]): Promise<OpenedDevice>;
}

function sources(choice: AdapterChoice): readonly Source[] {
  const system: Source = { name: "system driver", open: (dawn, features) => openWith(dawn, [], features) };
  switch (choice) {
    case "auto":
      return process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES ? [system] : [system, swiftShader];
    case "gpu":
      return [{ name: "GPU", open: (dawn, features) => openWith(dawn, [], features, "gpu") }];
    case "swiftshader":
      return [swiftShader];
    default: {
      const name = choice === "lavapipe" ? "llvmpipe" : choice;
      return [{ name: choice, open: (dawn, features) => openWith(dawn, [`adapter=${name}`], features) }];
    }
  }
}

const swiftShader: Source = {
  name: "SwiftShader",
  async open(dawn, features) {
    const { manifest, loader } = await unpackSwiftShader();
    provideVulkanLoader(loader);
    const before = process.env.VK_ICD_FILENAMES;
    // The loader reads this variable when the instance is made.
    process.env.VK_ICD_FILENAMES = manifest;
    try {
      return await openWith(dawn, ["adapter=SwiftShader"], features);
    } finally {
      if (before === undefined) delete process.env.VK_ICD_FILENAMES;
      else process.env.VK_ICD_FILENAMES = before;
    }
  },
};

async function openWith(
  dawn: Dawn,
  flags: readonly string[],
  features: readonly GPUFeatureName[],
  needed?: OpenedDevice["kind"],
): Promise<OpenedDevice> {
  if (process.platform === "linux" && !hasVulkanLoader())
    throw new Error("no Vulkan loader (libvulkan.so.1)");
  const gpu = dawn.create(flags);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error("no adapter");
  const kind = kindOf(adapter.info);
  if (needed !== undefined && kind !== needed) throw new Error(`only ${describe(adapter.info)} (${kind})`);

  const device = await adapter.requestDevice({
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(usefulLimits.map((limit) => [limit, adapter.limits[limit]])),
  });
  inUse.add(gpu);
  return {
    device,
    adapter: describe(adapter.info),
    kind,
    async close() {
      device.destroy();
      await device.lost;
      inUse.delete(gpu);
    },
  };
}

function kindOf(info: GPUAdapterInfo): OpenedDevice["kind"] {
  const software = /llvmpipe|swiftshader|software|basic render|warp/i;
  return info.isFallbackAdapter || software.test(`${info.description} ${info.architecture}`)
    ? "software"
    : "gpu";
}

function describe(info: GPUAdapterInfo): string {
  const parts = [info.description, info.device, info.architecture, info.vendor].filter((part) => part !== "");
  return parts[0] ?? "an adapter without a name";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll("\n", " ") : String(error);
}
