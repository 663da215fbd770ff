/** `normc/webpack`: `.norm` imports in Webpack. */
import { createUnplugin } from "unplugin";
import type { WebpackPluginInstance } from "webpack";
import { plugin } from "./plugin.ts";
import type { NormcOptions } from "./specs/options.ts";

export type { NormcOptions } from "./specs/options.ts";

/**
 * Compiles imported `.norm` files, and writes their types.
 * @param options without them, those of `norm.config.ts` count.
 */
export default function normc(options?: NormcOptions): WebpackPluginInstance {
  return createUnplugin<NormcOptions | undefined, false>(plugin).webpack(options);
}
