/** `normc/esbuild`: `.norm` imports in esbuild. */

import type { Plugin } from "esbuild";
import { createUnplugin } from "unplugin";
import type { NormcOptions } from "./options.ts";
import { plugin } from "./plugin.ts";

export type { NormcOptions } from "./options.ts";

/** Compiles imported `.norm` files, and writes their types. */
export default function normc(options: NormcOptions = {}): Plugin {
  return createUnplugin<NormcOptions, false>(plugin).esbuild(options);
}
