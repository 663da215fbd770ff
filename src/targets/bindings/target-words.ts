import type { ProgramInterface } from "../../program/program.ts";
import { isInline } from "./inline-api.ts";
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

/** A name that a module imports from its runtime. */
export interface Import {
  readonly name: string;
  /** What needs it: the types of its declarations, the methods, which call it, or the types of its constants. */
  readonly use: "types" | "calls" | "constants";
}

/** The imports of the norms' module from its runtime. */
export function importsOf(
  target: BindingsTarget,
  norms: readonly BoundNorm<ProgramInterface>[],
): readonly Import[] {
  const training = norms.filter((one) => one.backward !== undefined);
  const saves = training.some(({ saving = [] }) => saving.length > 0);
  const type = (name: string): Import => ({ name, use: "types" });
  const called = (name: string): Import => ({ name, use: "calls" });
  return [
    ...(training.length > 0 ? [type(target.backward), called(target.createBackward)] : []),
    ...(saves ? [type("Saving"), called("createSavingFromOptions")] : []),
    ...(norms.some(isInline) ? [type("Inline"), type("InlinePlace"), called("createInlineFromOptions")] : []),
    called(target.create),
    ...(target.buffers ? [called("createNowFromOptions"), called("loadPrograms"), type("Extent")] : []),
    type("DimsList"),
    ...(norms.some(({ programs }) => returnsFloats(programs)) ? [type("FloatArray")] : []),
    type(target.norm),
    { name: target.program, use: "constants" },
    type(target.buffers ? "Tune" : target.device.type),
  ];
}
