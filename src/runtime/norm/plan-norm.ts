/** What is decided before anything is made on the device: shapes, variants and dispatches. */
import type { Program } from "../../program/program.ts";
import { checkDispatch, checkSizes } from "../device/limits.ts";
import type { NormOptions } from "../options/norm-types.ts";
import type { LaidOut } from "../shader/launch.ts";
import { layOutAll } from "../shader/plan-launches.ts";
import { type Dtypes, resolveDtypes } from "../shapes/element-types.ts";
import type { Shapes } from "../shapes/shapes.ts";
import { chooseVariant } from "../variants/default-variant.ts";
import { chooseVariants, type Dispatch, dispatchesOf, withPartials } from "../variants/dispatch.ts";
import type { Variant } from "../variants/variant.ts";

export interface Chosen {
  readonly shapes: Shapes;
  readonly variants: readonly Variant[];
}

export function chooseFor(
  device: GPUDevice,
  program: Program,
  shapes: Shapes,
  { choose = chooseVariant }: Pick<NormOptions, "choose">,
): Chosen {
  return chooseVariants(program, shapes, device, choose);
}

/** Gets the dispatches in the order in which they run. */
export type Rewrite = (dispatches: readonly Dispatch[], dtypes: Dtypes) => readonly Dispatch[];

export interface PlannedNorm {
  readonly program: Program;
  readonly shapes: Shapes;
  readonly dtypes: Dtypes;
  readonly dispatches: readonly Dispatch[];
  readonly laidOut: readonly LaidOut[];
}

/**
 * @param program with all shaders that the variants need.
 * @param rewrite changes how shaders bind their tensors.
 * @throws NormError N501, N508, N514, and the errors of `rewrite`.
 */
export function planNorm(
  device: GPUDevice,
  program: Program,
  { shapes: chosen, variants }: Chosen,
  dtype: NormOptions["dtype"],
  rewrite: Rewrite | undefined,
): PlannedNorm {
  const dtypes = resolveDtypes(program, dtype);
  const planned = program.kernels.flatMap((kernel, i) => dispatchesOf(kernel, chosen, device, variants[i]!));
  const shapes = withPartials(chosen, planned);
  checkSizes(program, shapes, dtypes, device);
  for (const dispatch of planned) checkDispatch(dispatch, device);
  const needed = planned.filter((dispatch) => dispatch.rowCount > 0);
  const dispatches = rewrite?.(needed, dtypes) ?? needed;
  const laidOut = layOutAll(dispatches, { elements: shapes.elements, dtypes }, device);
  return { program, shapes, dtypes, dispatches, laidOut };
}
