/** Opens a backend of gpu.js. `GPU` comes from the user, so nothing is bundled, and 2.24 or any newer version will do. */
import { NormError } from "../shapes/errors.ts";

/** The constructor `GPU` of gpu.js. Its own declarations omit half of its modes. */
export type GpuConstructor = new (settings?: never) => object;

/** In the order of preference. */
export const backends = ["webgl2", "webasm", "cpu"] as const;

export type GpuBackend = (typeof backends)[number];

/** Where to run: gpu.js's `GPU` and one of its backends. */
export interface GpuSettings {
  readonly GPU: GpuConstructor;
  /** `"auto"` takes the best backend of the machine that can run the norm. @default "auto" */
  readonly backend?: GpuBackend | "auto" | undefined;
}

export interface GpuJs {
  createKernel(source: string, settings: object): KernelCall;
  createPipeline(drawAll: (...args: readonly unknown[]) => unknown): PipelineCall;
  destroy(): Promise<void>;
}

export interface KernelCall {
  (...args: readonly unknown[]): unknown;
  destroy(): void;
}

export interface PipelineCall {
  (...args: readonly unknown[]): Promise<readonly unknown[]>;
  destroy(): Promise<void>;
  readonly backend: string | null;
  readonly executorKind: string;
  readonly plan: { readonly kernels: readonly { readonly clone: KernelClone }[] } | null;
}

interface KernelClone {
  readonly kernel: {
    readonly fallbackReason?: string;
    readonly constructor: { readonly mode: string };
  };
}

interface GpuStatics {
  readonly isWebGL2Supported: boolean;
  readonly isWebAssemblySupported: boolean;
}

interface OpenedGpu extends GpuJs {
  /** Set on webgl2, from the first kernel on. */
  readonly context?: { isContextLost?(): boolean } | null;
  readonly Kernel: { readonly mode: string; readonly features: { readonly maxTextureSize: number } | null };
}

export interface Opened {
  readonly gpu: GpuJs;
  readonly backend: GpuBackend;
  /** The longest side of a texture; Infinity without textures. */
  readonly maxTextureSize: number;
  /** Whether the browser took the WebGL context away. Runs then give zeros. */
  isLost(): boolean;
  /**
   * Releases it once the runs of the caller have ended. `own` destroys what the caller made with it; it is not called if the
   * whole backend is destroyed.
   */
  close(own: () => Promise<void>): Promise<void>;
}

/**
 * Opens the named backend, or the best one that `fits`.
 * @param fits throws for a backend that cannot run the norm.
 * @throws NormError N517 if gpu.js does not have the backend; the error of `fits` if none fits.
 */
export async function openGpu(
  settings: GpuSettings,
  fits: (opened: Opened) => void = () => undefined,
): Promise<Opened> {
  // A caller without types may give nothing at all.
  const { GPU, backend = "auto" } = settings ?? ({} as GpuSettings);
  const statics = GPU as unknown as GpuStatics;
  if (typeof GPU !== "function" || typeof statics.isWebAssemblySupported !== "boolean") {
    throw new NormError(
      "N517",
      `GPU: expected the constructor \`GPU\` of gpu.js 2.24, given ${String(GPU).slice(0, 40)}`,
    );
  }
  if (backend !== "auto" && !backends.includes(backend)) {
    throw new NormError("N517", `backend: expected ${backends.join(", ")} or auto, given ${String(backend)}`);
  }
  const there = backends.filter((one) => isThere(statics, one));
  const candidates = backend === "auto" ? there : there.filter((one) => one === backend);
  let refused: unknown = new NormError(
    "N517",
    `gpu.js has no backend ${backend} here: available are ${there.join(", ") || "none"}${backend === "cpu" ? ": code from strings is forbidden" : ""}`,
  );
  for (const candidate of candidates) {
    const opened = openBackend(GPU, candidate);
    try {
      fits(opened);
      return opened;
    } catch (error) {
      await opened.close(async () => undefined);
      refused = error;
    }
  }
  throw refused;
}

/**
 * The open webgl2 backends by constructor, with the number of their users. A page may have 16 WebGL contexts; for one more
 * the browser takes the oldest away (Chromium 147).
 */
const open = new WeakMap<GpuConstructor, Shared>();

interface Shared {
  readonly gpu: OpenedGpu;
  users: number;
  /** See `close`. */
  anchor: KernelCall | null;
}

function openBackend(GPU: GpuConstructor, chosen: GpuBackend): Opened {
  const start = (): OpenedGpu =>
    new (GPU as unknown as new (settings: object) => OpenedGpu)({ mode: chosen });
  if (chosen !== "webgl2") {
    const gpu = start();
    return {
      gpu,
      backend: chosen,
      maxTextureSize: Number.POSITIVE_INFINITY,
      isLost: () => false,
      close: async () => gpu.destroy(),
    };
  }
  const known = open.get(GPU);
  const shared = known === undefined || isLost(known.gpu) ? { gpu: start(), users: 0, anchor: null } : known;
  open.set(GPU, shared);
  shared.users++;
  const { gpu } = shared;
  return {
    gpu,
    backend: chosen,
    maxTextureSize: gpu.Kernel.features?.maxTextureSize ?? Number.POSITIVE_INFINITY,
    isLost: () => isLost(gpu),
    async close(own) {
      shared.users--;
      if (shared.users > 0) {
        // gpu.js points the vertex attributes of the context to a buffer of the kernel that it built last. It draws nothing
        // once that kernel is destroyed, so a kernel that stays is built first.
        const before = shared.anchor;
        shared.anchor = gpu.createKernel("function () { return 0; }", { output: [1], pipeline: true });
        shared.anchor();
        before?.destroy();
        return own();
      }
      if (open.get(GPU) === shared) open.delete(GPU);
      await gpu.destroy();
    },
  };
}

function isLost({ context }: OpenedGpu): boolean {
  return context?.isContextLost?.() === true;
}

function isThere(statics: GpuStatics, backend: GpuBackend): boolean {
  switch (backend) {
    case "webgl2":
      return statics.isWebGL2Supported;
    case "webasm":
      return statics.isWebAssemblySupported;
    case "cpu":
      return canMakeFunctions();
  }
}

/** gpu.js makes the kernels of this backend from strings, which a policy of the page or an option of Node can forbid. */
function canMakeFunctions(): boolean {
  try {
    new Function("");
    return true;
  } catch {
    return false;
  }
}

/** gpu.js's own word for the backend of a kernel. All of its GL backends say `gpu`. */
const modes: Readonly<Record<GpuBackend, string>> = { webgl2: "gpu", webasm: "webasm", cpu: "cpu" };

/** Throws N517 if gpu.js ran another backend than it was asked for. It falls back in silence. */
export function refuseFallback(pipeline: PipelineCall, backend: GpuBackend): void {
  const ran = new Set([
    ...(pipeline.backend === null ? [] : [pipeline.backend]),
    ...(pipeline.plan?.kernels.map(({ clone }) => clone.kernel.constructor.mode) ?? []),
  ]);
  const other = [...ran].find((one) => one !== modes[backend]);
  if (other === undefined) return;
  const reason = pipeline.plan?.kernels.map(({ clone }) => clone.kernel.fallbackReason).find(Boolean);
  throw new NormError(
    "N517",
    `gpu.js ran ${other} instead of ${backend}${reason === undefined ? "" : `: ${reason}`}`,
  );
}
