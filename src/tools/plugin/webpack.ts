/** `normc/webpack`: `.norm` imports in Webpack. */
import { createUnplugin } from "unplugin";
import type { WebpackPluginInstance } from "webpack";
import type { NormcOptions } from "./options.ts";
import { plugin } from "./plugin.ts";

export type { NormcOptions } from "./options.ts";

/** Compiles imported `.norm` files, and writes their types. */
export default function normc(options: NormcOptions = {}): WebpackPluginInstance {
  return createUnplugin<NormcOptions, false>(plugin).webpack(options);
}
