import type { Variant } from "../../src/runtime/webgpu/index.ts";

/** A lane a row, 64 rows a workgroup: what every kernel and device can do. */
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
