/** Whether this runs out of a pack (`npm run bench:pack`) and not in a checkout. */
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../vulkan/", import.meta.url));

/** The folder with a Vulkan loader and SwiftShader, in a pack; undefined in a checkout. */
export const packedVulkan: string | undefined = existsSync(folder) ? folder : undefined;

/** A file of the benchmark, which in a pack is JavaScript: `./norm.ts` there is `./norm.js`. */
export function besides(file: string): string {
  const url = new URL(file.replace(/\.ts$/, extname(import.meta.url)), import.meta.url);
  return fileURLToPath(url);
}
