/** `normc/rolldown`: `.norm` imports in Rolldown. */

import type { Plugin } from "rolldown";
import { createUnplugin } from "unplugin";
import type { NormcOptions } from "./options.ts";
import { plugin } from "./plugin.ts";

export type { NormcOptions } from "./options.ts";

/** Compiles imported `.norm` files, and writes their types. */
export default function normc(options: NormcOptions = {}): Plugin {
  return createUnplugin<NormcOptions, false>(plugin).rolldown(options);
}
