/** The names of generated files. */
import type { Gradients } from "../compile-backward.ts";
import { fingerprint } from "./fingerprint.ts";

/** The last part of a path of any operating system. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** Shortens a name: a file name can have at most 255 bytes. */
export function short(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 64)}-${fingerprint(name)}`;
}

/** What distinguishes the programs of one norm. */
export interface ProgramKind {
  readonly saving?: boolean;
  readonly gradients?: Gradients | undefined;
}

/** `LayerNorm`, `BatchNorm.train`, `LayerNorm.backward`, `LayerNorm.backward.inputs`, `LayerNorm.saving`. */
export function programLabel(
  { norm, mode }: { readonly norm: string; readonly mode: string | null },
  { saving = false, gradients }: ProgramKind = {},
): string {
  return [
    short(norm),
    ...(mode === null ? [] : [mode]),
    ...(saving ? ["saving"] : []),
    ...(gradients === undefined ? [] : ["backward"]),
    ...(gradients === undefined || gradients === "all" ? [] : [gradients]),
  ].join(".");
}

/** WGSL for WebGPU; GLSL and JavaScript for gpu.js; WebAssembly for processors. */
export type BuildTarget = "wgsl" | "glsl" | "wasm";

/** All of them, the one that is built by default first. */
export const buildTargets: readonly BuildTarget[] = ["wgsl", "glsl", "wasm"];

/** The languages in which kernels are written for people to read. Each has a folder of its name. */
export type KernelText = "wgsl" | "glsl" | "wat";

export const targetOfText: Readonly<Record<KernelText, BuildTarget>> = {
  wgsl: "wgsl",
  glsl: "glsl",
  wat: "wasm",
};

/** What the names of a target's modules have behind that of the spec. */
export const targetParts: Readonly<Record<BuildTarget, readonly string[]>> = {
  wgsl: [],
  glsl: ["gpujs"],
  wasm: ["wasm"],
};

/** The languages of modules. */
export type Language = "ts" | "js";

/** `group_norm.ts`, `group_norm.backward.ts`, `group_norm.gpujs.js`, … In TypeScript too, imports name the `.js`. */
export function modulePath(stem: string, target: BuildTarget, kind: string, language: Language): string {
  const parts = [stem, ...targetParts[target], ...(kind === "forward" ? [] : [kind])];
  return [...parts, language].join(".");
}

/** Returns a function that gives out each name once: the wanted name, or one with a number if it is taken. */
export function nameClaimer(): (path: string) => string {
  const taken = new Set<string>();
  return (path) => {
    for (let number = 1; ; number++) {
      const free = number === 1 ? path : path.replace(/(?=\.\w+$)/, `-${number}`);
      // Some file systems ignore case.
      if (taken.has(free.toLowerCase())) continue;
      taken.add(free.toLowerCase());
      return free;
    }
  };
}
