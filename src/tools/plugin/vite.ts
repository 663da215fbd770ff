/** `normc/vite`: `.norm` imports in Vite. */
import { createUnplugin } from "unplugin";
import type { Plugin } from "vite";
import type { NormcOptions } from "./options.ts";
import { plugin } from "./plugin.ts";

export type { NormcOptions } from "./options.ts";

/** Compiles imported `.norm` files, and writes their types. */
export default function normc(options: NormcOptions = {}): Plugin {
  return createUnplugin<NormcOptions, false>(plugin).vite(options);
}
