import type { ProgramInterface } from "../../program/program.ts";
import type { Method } from "./declarations.ts";
import { isInline } from "./inline-api.ts";
import { type BoundNorm, returnsFloats } from "./members.ts";

/** How the modules for the runtimes differ: names of types and functions, and what a norm can do. */
export interface BindingsTarget {
  /** The first parameter of `create`. A processor needs none. */
  readonly device?: { readonly name: string; readonly type: string };
  /** Behind `device`, in the documentation of `create`. */
  readonly place: string;
  /** The type of the last parameter of `create`, which may be omitted. */
  readonly settings?: string;
  readonly create: string;
  readonly createBackward: string;
  /** If the forward pass can save what the backward pass reads: the function that creates it. */
  readonly createSaving?: string;
  /** Where a norm can be created without waiting: the functions that load and create, and what its creation may do. */
  readonly now?: { readonly load: string; readonly create: string; readonly missing: string };
  readonly norm: string;
  readonly backward: string;
  readonly program: string;
  /** The type of what is loaded later for each kernel of a program. */
  readonly later: string;
  /** Whether a norm also takes the user's own buffers. Only then can it add gradients to existing values. */
  readonly buffers: boolean;
  /** Whether the tensors of a norm lie in memory that a page sees. */
  readonly views: boolean;
  readonly runtime: string;
}

export const webgpuTarget: BindingsTarget = {
  device: { name: "device", type: "GPUDevice" },
  place: "on a device",
  create: "createFromOptions",
  createBackward: "createBackwardFromOptions",
  createSaving: "createSavingFromOptions",
  now: {
    load: "loadPrograms",
    create: "createNowFromOptions",
    missing: "Missing pipelines are compiled at once.",
  },
  norm: "Norm",
  backward: "Backward",
  program: "Program",
  later: "LazyShaders",
  buffers: true,
  views: false,
  runtime: "normc/runtime",
};

export const gpujsTarget: BindingsTarget = {
  device: { name: "gpu", type: "GpuSettings" },
  place: "with the `GPU` of gpu.js, on one of its backends",
  create: "createGatherFromOptions",
  createBackward: "createGatherBackwardFromOptions",
  norm: "GatherNorm",
  backward: "GatherBackward",
  program: "GatherProgram",
  later: "never",
  buffers: false,
  views: false,
  runtime: "normc/gpujs",
};

export const wasmTarget: BindingsTarget = {
  place: "on the processor, in WebAssembly",
  settings: "WasmSettings",
  create: "createWasmFromOptions",
  createBackward: "createWasmBackwardFromOptions",
  createSaving: "createWasmSavingFromOptions",
  now: {
    load: "loadWasmPrograms",
    create: "createWasmNowFromOptions",
    missing: "It runs on one thread, in a memory that norms share.",
  },
  norm: "WasmNorm",
  backward: "WasmBackward",
  program: "WasmProgram",
  later: "WasmParts",
  buffers: false,
  views: true,
  runtime: "normc/wasm",
};

/** The parameters of a method that creates a norm: a device, the options, settings. */
export function creationParameters(
  { device, settings }: BindingsTarget,
  options: string,
): Method["parameters"] {
  return [
    ...(device === undefined ? [] : [device]),
    { name: "options", type: options },
    ...(settings === undefined ? [] : [{ name: "settings", type: settings, optional: true }]),
  ];
}

/**
 * The arguments of the function of the runtime that creates a norm.
 * @param programs the expressions between the device and the options: the programs, and what loads others.
 * @param keys the argument with the names of options, if there is one.
 */
export function creationArguments(
  { device, settings }: BindingsTarget,
  programs: readonly string[],
  keys: readonly string[],
): string[] {
  return [
    ...(device === undefined ? [] : [device.name]),
    ...programs,
    "options",
    ...(settings === undefined ? [] : ["settings"]),
    ...keys,
  ];
}

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
    ...(saves && target.createSaving !== undefined
      ? [...(target.buffers ? [type("Saving")] : []), called(target.createSaving)]
      : []),
    ...(norms.some(isInline) ? [type("Inline"), type("InlinePlace"), called("createInlineFromOptions")] : []),
    called(target.create),
    ...(target.now === undefined ? [] : [called(target.now.create), called(target.now.load)]),
    ...(target.buffers ? [type("Extent")] : []),
    type("DimsList"),
    ...(norms.some(({ programs }) => returnsFloats(programs)) ? [type("FloatArray")] : []),
    type(target.norm),
    type(target.program),
    ...(target.buffers
      ? [type("Tune")]
      : [target.device?.type, target.settings].flatMap((one) => one ?? []).map(type)),
  ];
}
