/** The strategies by name: what of a variant is another way to do it, and not another size. */
import type { Variant } from "../../runtime/variants/variant.ts";

export const strategies = [
  "a lane a row",
  "a subgroup a row",
  "a workgroup a row",
  "rows together",
  "row in registers",
  "row in workgroup memory",
  "a tile of columns",
  "split rows",
] as const;

export type Strategy = (typeof strategies)[number];

export function strategyOf(variant: Variant): Strategy {
  const { lanes, subgroup, together, columns, residency, parts } = variant;
  if (parts > 1) return "split rows";
  if (columns) return "a tile of columns";
  if (together > 1) return "rows together";
  if (residency === "registers") return "row in registers";
  if (residency === "workgroup") return "row in workgroup memory";
  if (lanes === 1) return "a lane a row";
  return lanes <= subgroup ? "a subgroup a row" : "a workgroup a row";
}

/**
 * The choice as one word, the same for two variants that differ in their reason alone. Of two with one key the tuner tries
 * one: a field that is missing here is never tried.
 */
export function variantKey(variant: Variant): string {
  const { lanes, rows, subgroup, together, columns, residency, parts, chunks } = variant;
  return [lanes, rows, subgroup, together, columns ? "columns" : "rows", residency, parts, chunks].join(" ");
}
