/** What users pass to the plugin. */
import type { NormConfig } from "../../../norm-config.ts";

/**
 * Fields of `norm.config.ts`, given in the bundler's config instead. Paths are relative to the root of the bundler.
 * Without options the plugin reads `norm.config.ts`.
 */
export type NormcOptions = Pick<
  NormConfig,
  "targets" | "layouts" | "gradients" | "inline" | "tuning" | "types"
>;
