/** `normc/esbuild`: `.norm` imports in esbuild. */

import type { Plugin } from "esbuild";
import { createUnplugin } from "unplugin";
import { plugin } from "./plugin.ts";
import type { NormcOptions } from "./specs/options.ts";

export type { NormcOptions } from "./specs/options.ts";

/**
 * Compiles imported `.norm` files, and writes their types.
 * @param options without them, those of `norm.config.ts` count.
 */
export default function normc(options?: NormcOptions): Plugin {
  return createUnplugin<NormcOptions | undefined, false>(plugin).esbuild(options);
}
