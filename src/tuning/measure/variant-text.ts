import type { Variant } from "../../runtime/webgpu/index.ts";

/**
 * A variant in words.
 * @param vector the factor along which the kernel takes fours, if any.
 */
export function variantText(variant: Variant, vector: string | null, dispatches: number): string {
  const { lanes, rows, together, columns, residency, parts, chunks } = variant;
  return [
    `${lanes} x ${rows}`,
    ...(vector === null ? [] : [`by fours of ${vector}`]),
    ...(together === 1 ? [] : [`${together} rows a lane`]),
    ...(columns ? ["columns"] : []),
    ...(residency === "reload" ? [] : [`row in ${residency}`]),
    ...(chunks === 1 ? [] : [`${chunks} chunks of rows`]),
    ...(parts === 1 ? [] : [`${parts} parts a row in ${dispatches} dispatches`]),
  ].join(", ");
}
