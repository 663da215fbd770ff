import type { Variant } from "../../src/runtime/webgpu/index.ts";

/** One lane for each row, 64 rows in a workgroup. Every kernel and device supports it. */
export const laneARow: Variant = {
  lanes: 1,
  rows: 64,
  subgroup: 1,
  together: 1,
  columns: false,
  residency: "reload",
  parts: 1,
  chunks: 1,
  reason: "the test",
};
