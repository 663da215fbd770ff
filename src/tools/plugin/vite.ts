/** `normc/vite`: `.norm` imports in Vite. */
import { createUnplugin } from "unplugin";
import type { Plugin } from "vite";
import { plugin } from "./plugin.ts";
import type { NormcOptions } from "./specs/options.ts";

export type { NormcOptions } from "./specs/options.ts";

/**
 * Compiles imported `.norm` files, and writes their types.
 * @param options without them, those of `norm.config.ts` count.
 */
export default function normc(options?: NormcOptions): Plugin {
  return createUnplugin<NormcOptions | undefined, false>(plugin).vite(options);
}
