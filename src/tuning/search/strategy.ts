/** The strategies by name: the properties in which variants differ in kind, not just in size. */
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
 * The choice as one string. It is equal for two variants that differ only in their reason. The tuner tries one variant a
 * key, so it never tries a field that is missing here.
 */
export function variantKey(variant: Variant): string {
  const { lanes, rows, subgroup, together, columns, residency, parts, chunks } = variant;
  return [lanes, rows, subgroup, together, columns ? "columns" : "rows", residency, parts, chunks].join(" ");
}
