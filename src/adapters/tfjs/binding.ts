/** What an op needs of a generated module: the object of a norm, for WebGPU or for processors. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Program } from "../../program/program.ts";
import type { WasmProgram } from "../../program/wasm-program.ts";
import type { Norm } from "../../runtime/options/norm-types.ts";
import { NormError } from "../../runtime/shapes/errors.ts";
import { shownValue } from "../../runtime/shapes/shown-value.ts";
import type { WasmNorm } from "../../runtime/wasm/index.ts";

/** The passes that an op takes. `createSaving` is there if the module was built with `--save`. */
export type Pass = "create" | "createBackward" | "createSaving";

interface Loads {
  load(pass?: never): Promise<void>;
}

/** The object of a norm in a module for WebGPU, such as `GroupNorm` of `group_norm.js`. */
export interface WebgpuBinding extends Loads {
  readonly programs: readonly Program[];
  createNow(device: GPUDevice, options: never): object;
  createBackwardNow?(device: GPUDevice, options: never): object;
  createSavingNow?(device: GPUDevice, options: never): object;
}

/** The object of a norm in a module for processors, such as `GroupNorm` of `group_norm.wasm.js`. */
export interface WasmBinding extends Loads {
  readonly programs: readonly WasmProgram[];
  createNow(options: never): object;
  createBackwardNow?(options: never): object;
  createSavingNow?(options: never): object;
}

export type Binding = WebgpuBinding | WasmBinding;

/** The modules of one norm. */
export interface Bindings {
  readonly webgpu: WebgpuBinding | undefined;
  readonly wasm: WasmBinding | undefined;
}

/** @throws NormError N560 for anything but objects of generated modules, all of one norm. */
export function readBindings(given: readonly Binding[]): Bindings {
  for (const one of given) {
    if (one?.programs?.[0] !== undefined && typeof one.createNow === "function") continue;
    throw new NormError(
      "N560",
      `tfOp: expected the object of a norm in a module that normc built for wgsl or wasm, given ${shownValue(one)}`,
    );
  }
  const names = [...new Set(given.map(({ programs }) => programs[0]!.norm))];
  if (names.length !== 1) {
    throw new NormError("N560", `tfOp: expected modules of one norm, given ${names.join(" and ") || "none"}`);
  }
  return { webgpu: given.find(isWebgpu), wasm: given.find((one): one is WasmBinding => !isWebgpu(one)) };
}

function isWebgpu(one: Binding): one is WebgpuBinding {
  return !("module" in one.programs[0]!);
}

export function createWebgpu(binding: WebgpuBinding, pass: Pass, device: GPUDevice, options: object): Norm {
  return binding[`${pass}Now`]!(device, options as never) as Norm;
}

export function createWasm(binding: WasmBinding, pass: Pass, options: object): WasmNorm {
  return binding[`${pass}Now`]!(options as never) as WasmNorm;
}

/** The dims, params and options that the functions of a module take. */
type OptionsOf<B extends Binding> = B extends WebgpuBinding
  ? Parameters<B["createNow"]>[1]
  : Parameters<B["createNow"]>[0];

/** Of these the params, and the mode. A param is the only option that is a number. */
export type ParamsOf<B extends Binding> = {
  readonly [K in keyof OptionsOf<B> as K extends "mode"
    ? K
    : NonNullable<OptionsOf<B>[K]> extends number
      ? K
      : never]: OptionsOf<B>[K];
};

type RunOf<B extends Binding> =
  ReturnType<B["createNow"]> extends infer N
    ? N extends { run(feeds: infer Feeds): infer Results }
      ? Exclude<keyof Awaited<Results>, keyof Feeds>
      : never
    : never;

type ToIntersection<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void
  ? I
  : never;

/** One tensor, or, of a norm with several outputs, a record of them. */
export type ResultOf<B extends Binding> = [RunOf<B>] extends [ToIntersection<RunOf<B>>]
  ? Tensor
  : Readonly<Record<RunOf<B>, Tensor>>;
