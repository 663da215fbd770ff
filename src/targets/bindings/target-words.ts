/** What differs between the modules of the two runtimes: what a norm is made on, and what it can be asked. */
export interface BindingsTarget {
  /** The first parameter of `create`. */
  readonly device: { readonly name: string; readonly type: string; readonly doc: string };
  readonly create: string;
  readonly createBackward: string;
  readonly norm: string;
  readonly backward: string;
  readonly program: string;
  /** Whether a norm also takes the user's own buffers. Only then gradients can be added to what is there. */
  readonly buffers: boolean;
  readonly runtime: string;
}

export const webgpuTarget: BindingsTarget = {
  device: { name: "device", type: "GPUDevice", doc: "on a device" },
  create: "createFromOptions",
  createBackward: "createBackwardFromOptions",
  norm: "Norm",
  backward: "Backward",
  program: "Program",
  buffers: true,
  runtime: "normc/runtime",
};

export const gpujsTarget: BindingsTarget = {
  device: { name: "gpu", type: "GpuSettings", doc: "with the `GPU` of gpu.js, on one of its backends" },
  create: "createGatherFromOptions",
  createBackward: "createGatherBackwardFromOptions",
  norm: "GatherNorm",
  backward: "GatherBackward",
  program: "GatherProgram",
  buffers: false,
  runtime: "normc/gpujs",
};

/** What a module imports from its runtime. */
export function importsOf(target: BindingsTarget, backward: boolean, saving = false): string {
  return [
    ...(backward ? [`type ${target.backward}`, target.createBackward] : []),
    ...(saving ? ["type Saving", "createSavingFromOptions"] : []),
    target.create,
    `type ${target.norm}`,
    `type ${target.program}`,
    target.buffers ? "type Tune" : `type ${target.device.type}`,
  ].join(", ");
}
