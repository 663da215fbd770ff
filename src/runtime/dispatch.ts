import type { KernelForm, ProgramKernel } from "../program/program.ts";
import { product, type Shapes } from "./shapes.ts";
import { type Described, traitsOf } from "./traits.ts";
import { type ChooseVariant, chooseVariant, type Variant } from "./variant.ts";

/** How often and in which form and variant a kernel runs. */
export interface Dispatch {
  readonly kernel: ProgramKernel;
  readonly form: KernelForm;
  /** The factor along which the form takes four elements at a time. */
  readonly vector: string | null;
  readonly variant: Variant;
  /** Rows in all, and the steps of one; in the wide form four rows, or four elements, are one. */
  readonly rowCount: number;
  readonly rowLength: number;
  /** Workgroups in x and y; none where there are no rows. */
  readonly workgroups: readonly [x: number, y: number];
}

/** Lays a kernel out over the device for the given extents. */
export function planDispatch(
  kernel: ProgramKernel,
  shapes: Shapes,
  device: Described,
  choose: ChooseVariant = chooseVariant,
): Dispatch {
  const vector = vectorFactor(kernel, shapes);
  const form = vector === null || kernel.wide === undefined ? kernel : kernel.wide;
  const steps = (factors: readonly string[]): number =>
    product(factors.map((factor) => shapes.factors.get(factor)!)) / (factors.at(-1) === vector ? 4 : 1);
  const rowCount = steps(kernel.grid);
  const rowLength = steps(kernel.row);
  const across = kernel.wide !== undefined && kernel.grid.at(-1) === kernel.wide.factor;
  const { limits } = device;
  const variant = choose({ rowSteps: rowLength, rowCount, across }, traitsOf(device), limits);
  const workgroups = foldWorkgroups(Math.ceil(rowCount / variant.rows), limits);
  return { kernel, form, vector, variant, rowCount, rowLength, workgroups };
}

/** Kernels count their workgroups as x + y * (number in x) and ignore those past the last row. */
export function foldWorkgroups(
  groups: number,
  limits: Pick<GPUSupportedLimits, "maxComputeWorkgroupsPerDimension">,
): [x: number, y: number] {
  const y = Math.ceil(groups / limits.maxComputeWorkgroupsPerDimension);
  return [y === 0 ? 0 : Math.ceil(groups / y), y];
}

function vectorFactor({ wide, bindings }: ProgramKernel, shapes: Shapes): string | null {
  if (wide === undefined || shapes.factors.get(wide.factor)! % 4 !== 0) return null;
  // An empty buffer has room for one element only, not for four.
  return bindings.some(({ tensor }) => shapes.elements.get(tensor) === 0) ? null : wide.factor;
}
