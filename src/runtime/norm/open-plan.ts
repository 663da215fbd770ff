/**
 * What a norm with open extents consists of, step by step, so that `create` can wait between the steps and `createNow`
 * need not. Loaded on demand.
 */
import { chunkFactor } from "../../program/names.ts";
import type { Program } from "../../program/program.ts";
import type { NormOptions, OpenOptions } from "../options/norm-types.ts";
import type { LaunchCode } from "../shader/launch-code.ts";
import { openLaunch } from "../shader/open-extents.ts";
import { type Launches, planLaunches } from "../shader/plan-launches.ts";
import { NormError } from "../shapes/errors.ts";
import { product } from "../shapes/lengths.ts";
import { type OpenAxes, openAxes } from "../shapes/open-axes.ts";
import { resolveShapes, type Shapes } from "../shapes/shapes.ts";
import { chooseVariant } from "../variants/default-variant.ts";
import type { Variant } from "../variants/variant.ts";
import { type Chosen, chooseFor, type PlannedNorm, planNorm, type Rewrite } from "./plan-norm.ts";

export interface OpenStart {
  readonly axes: OpenAxes;
  /** The factors that are data, in the order of their numbers in the uniform buffer. */
  readonly order: readonly string[];
  readonly choices: readonly Chosen[];
}

/** @throws NormError N524 and those of `resolveShapes`. */
export function startOpen(device: GPUDevice, program: Program, options: OpenOptions): OpenStart {
  if (options.tune !== undefined) {
    throw new NormError(
      "N524",
      "a norm with open extents is not tuned in the background: leave out one of them",
    );
  }
  const axes = openAxes(program, options.dims);
  const shapes: Shapes = { ...resolveShapes(program, axes.most, options.params), open: axes.factors };
  const order = [...[...shapes.factors.keys()].filter((one) => axes.factors.has(one)), chunkFactor];
  return { axes, order, choices: choicesFor(device, program, shapes, options) };
}

/** @param loaded the program with the shaders that all choices need. */
export function planOpen(
  device: GPUDevice,
  loaded: Program,
  { choices }: OpenStart,
  { dtype }: OpenOptions,
  rewrite: Rewrite | undefined,
): readonly PlannedNorm[] {
  return choices.map((choice) => planNorm(device, loaded, choice, dtype, rewrite));
}

/** The kernels in one choice of variants. */
export interface OpenPlan {
  readonly planned: PlannedNorm;
  readonly variants: readonly Variant[];
  readonly bound: Launches;
}

export function bindOpen(
  device: GPUDevice,
  { order, choices }: OpenStart,
  plans: readonly PlannedNorm[],
  code: LaunchCode,
): readonly OpenPlan[] {
  const open: LaunchCode["open"] = (launch, shader) => openLaunch(launch, shader, order);
  return plans.map((planned, i) => {
    const { program, laidOut, shapes, dtypes } = planned;
    const bound = planLaunches(program, laidOut, shapes, dtypes, device, { ...code, open });
    return { planned, variants: choices[i]!.variants, bound };
  });
}

/**
 * The variants for the largest extents. If rows are taken together and their number may not be a multiple of that, also
 * variants that take them one by one.
 */
function choicesFor(
  device: GPUDevice,
  program: Program,
  shapes: Shapes,
  { choose = chooseVariant }: Pick<NormOptions, "choose">,
): readonly Chosen[] {
  const best = chooseFor(device, program, shapes, { choose });
  const always = program.kernels.every((kernel, i) => {
    const rows = kernel.chunked.length > 0 ? kernel.chunked : kernel.grid;
    const fixed = rows.filter((factor) => !shapes.open!.has(factor));
    return product(fixed.map((factor) => shapes.factors.get(factor)!)) % best.variants[i]!.together === 0;
  });
  if (always) return [best];
  const oneByOne: NormOptions["choose"] = (work, ...rest) => choose({ ...work, together: 1 }, ...rest);
  return [best, chooseFor(device, program, shapes, { choose: oneByOne })];
}
