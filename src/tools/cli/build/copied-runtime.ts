/** The copy of the runtime that `normc build --copy-runtime` writes beside the modules. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildTarget } from "../../../compile/build/file-names.ts";
import { packageRoot } from "../files/package.ts";
import { CommandError } from "../terminal/failure.ts";

/** Its folder within the output folder. */
export const runtimeFolder = "runtime";

/** What the modules of each target import. */
export const copiedRuntimes = {
  runtime: "./runtime/webgpu.js",
  gpujsRuntime: "./runtime/gpujs.js",
  wasmRuntime: "./runtime/wasm.js",
};

/** How the names of a target's files begin. */
const starts: Readonly<Record<BuildTarget, readonly string[]>> = {
  wgsl: ["webgpu.", "tuning."],
  glsl: ["gpujs."],
  // Bundlers look for the file of the threads beside the others.
  wasm: ["wasm.", "worker."],
};

/** The files that the modules of the targets need, by path in the output folder. */
export function copiedRuntime(targets: readonly BuildTarget[]): ReadonlyMap<string, string> {
  const folder = join(packageRoot, "dist", "copied-runtime");
  if (!existsSync(folder)) throw new CommandError(1, "this checkout has no runtime to copy: npm run build");
  const wanted = targets.flatMap((one) => starts[one]);
  const names = readdirSync(folder).filter((name) => wanted.some((start) => name.startsWith(start)));
  return new Map(
    names.sort().map((name) => [`${runtimeFolder}/${name}`, readFileSync(join(folder, name), "utf8")]),
  );
}
