import type { ProgramInterface } from "../../program/program.ts";
import { type BoundNorm, returnsFloats } from "./members.ts";

/** How the modules for the two runtimes differ: names of types and functions, and what a norm can do. */
export interface BindingsTarget {
  /** The first parameter of `create`. */
  readonly device: { readonly name: string; readonly type: string; readonly doc: string };
  readonly create: string;
  readonly createBackward: string;
  readonly norm: string;
  readonly backward: string;
  readonly program: string;
  /** The type of what is loaded later for each kernel of a program. */
  readonly later: string;
  /** Whether a norm also takes the user's own buffers. Only then can it add gradients to existing values. */
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
  later: "LazyShaders",
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
  later: "never",
  buffers: false,
  runtime: "normc/gpujs",
};

/** The imports of the norms' module from its runtime. */
export function importsOf(target: BindingsTarget, norms: readonly BoundNorm<ProgramInterface>[]): string {
  const training = norms.filter((one) => one.backward !== undefined);
  const saves = training.some(({ saving = [] }) => saving.length > 0);
  return [
    ...(training.length > 0 ? [`type ${target.backward}`, target.createBackward] : []),
    ...(saves ? ["type Saving", "createSavingFromOptions"] : []),
    target.create,
    ...(target.buffers ? ["createNowFromOptions", "loadPrograms", "type Extent"] : []),
    "type DimsList",
    ...(norms.some(({ programs }) => returnsFloats(programs)) ? ["type FloatArray"] : []),
    `type ${target.norm}`,
    `type ${target.program}`,
    target.buffers ? "type Tune" : `type ${target.device.type}`,
  ].join(", ");
}
