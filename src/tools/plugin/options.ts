/** What users pass to the plugin. */
import type { BuildTarget } from "../../compile/build/build-spec.ts";
import type { Save } from "../../graph/autodiff/divide.ts";

/** All of them can be left out. Paths are relative to the working directory. */
export interface NormcOptions {
  /**
   * What the project imports: `wgsl` is WebGPU (`./group_norm.norm`), `glsl` is gpu.js (`./group_norm.gpujs.norm`).
   * @default ["wgsl"]
   */
  readonly targets?: readonly BuildTarget[];
  /** Orders of axes in memory: `N,...S,C` for all tensors with these axes, `x=N,...S,C` for one tensor. */
  readonly layouts?: readonly string[];
  readonly gradients?: {
    /** Whether backward passes are built. They are chunks of their own, loaded on demand. @default true */
    readonly backward?: boolean;
    /** What forward passes save for backward passes. @default "none" */
    readonly save?: Save;
  };
  /** A tuning file, which `normc tune` writes. It is used if it exists. */
  readonly tuning?: string;
  /**
   * Where the types of imports are written, `group_norm.d.norm.ts`: true is beside the spec, a path is a folder that
   * mirrors the project, for the `rootDirs` of a tsconfig; false writes none. @default true
   */
  readonly types?: boolean | string;
}
