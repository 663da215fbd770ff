/** `normc/rspack`: `.norm` imports in Rspack. */

import type { RspackPluginInstance } from "@rspack/core";
import { createUnplugin } from "unplugin";
import type { NormcOptions } from "./options.ts";
import { plugin } from "./plugin.ts";

export type { NormcOptions } from "./options.ts";

/** Compiles imported `.norm` files, and writes their types. */
export default function normc(options: NormcOptions = {}): RspackPluginInstance {
  return createUnplugin<NormcOptions, false>(plugin).rspack(options);
}
