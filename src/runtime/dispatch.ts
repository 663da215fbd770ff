import type { ProgramKernel } from "../program/program.ts";
import { product, type Shapes } from "./shapes.ts";
import { chooseVariant, type Variant, type WorkgroupLimits } from "./variant.ts";

/** How often and in which variant a kernel runs. */
export interface Dispatch {
  readonly kernel: ProgramKernel;
  readonly variant: Variant;
  /** Rows in all, and the elements of one. */
  readonly rowCount: number;
  readonly rowLength: number;
  /** Workgroups in x and y; none where there are no rows. */
  readonly workgroups: readonly [x: number, y: number];
}

type DispatchLimits = WorkgroupLimits & Pick<GPUSupportedLimits, "maxComputeWorkgroupsPerDimension">;

/** Lays a kernel out over the device for the given extents. */
export function planDispatch(kernel: ProgramKernel, shapes: Shapes, limits: DispatchLimits): Dispatch {
  const rowCount = product(kernel.grid.map((factor) => shapes.factors.get(factor)!));
  const rowLength = product(kernel.row.map((factor) => shapes.factors.get(factor)!));
  const variant = chooseVariant(rowLength, rowCount, limits);
  const groups = Math.ceil(rowCount / variant.rows);
  // The kernel counts its workgroups as x + y * (number in x) and ignores those past the last row.
  const y = Math.ceil(groups / limits.maxComputeWorkgroupsPerDimension);
  const x = y === 0 ? 0 : Math.ceil(groups / y);
  return { kernel, variant, rowCount, rowLength, workgroups: [x, y] };
}
