/** What a `norm.config.ts` says. It loads nothing, so that a config costs no time. */
import type { BuildTarget } from "./compile/build/file-names.ts";
import type { Save } from "./graph/autodiff/divide.ts";
import type { FloatType } from "./program/program.ts";

/** The settings of a project, for the command line and the plugin. Words on the command line win over them. */
export interface NormConfig {
  /** The folder that all paths here are relative to. @default the folder of the config */
  readonly root?: string;
  /**
   * The specs: paths, patterns such as `norms/**\/*.norm`, patterns to leave out (`!norms/old/**`), and names of shipped
   * norms (`GroupNorm`).
   */
  readonly specs?: readonly string[];
  /** WebGPU is `wgsl`, gpu.js is `glsl`, processors are `wasm`. @default ["wgsl"] */
  readonly targets?: readonly BuildTarget[];
  /** Orders of axes in memory: `N,...S,C` for all tensors with these axes, `x=N,...S,C` for one tensor. */
  readonly layouts?: readonly string[];
  /**
   * The element types that the project uses. `tune` measures each; `run` and `bench` take the first. Generated modules
   * serve both. @default ["f32"]
   */
  readonly dtypes?: readonly FloatType[];
  readonly gradients?: {
    /** Whether backward passes are built. @default true */
    readonly backward?: boolean;
    /** What forward passes save for backward passes. @default "none" */
    readonly save?: Save;
  };
  /** The tuning file: `tune` writes it, `build` and `bench` use it if it exists. */
  readonly tuning?: string;
  /** The folder that `normc build` writes into. The plugin needs none. */
  readonly out?: string;
  /**
   * Where the types of `.norm` imports are written, `group_norm.d.norm.ts`: true is beside each spec, a path is a folder
   * that mirrors the project, for the `rootDirs` of a tsconfig; with false the plugin writes none. @default true
   */
  readonly types?: boolean | string;
  /** Whether norms can also stand in kernels of yours (`createInline`), on WebGPU. @default false */
  readonly inline?: boolean;
  /** The language of generated modules. @default "ts" */
  readonly language?: "ts" | "js";
}

/**
 * Returns the config as it is. With it, an editor knows the fields and their types.
 * @example
 * import { defineConfig } from "normc";
 * export default defineConfig({ specs: ["norms/*.norm"], out: "src/generated" });
 */
export function defineConfig(config: NormConfig): NormConfig {
  return config;
}
