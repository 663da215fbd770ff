/** From the extents of axes, as `--shape` gives them, to the dims of the tensors. */
import type { Program, ProgramAxis, ProgramTensor } from "../../../program/program.ts";
import { NormError } from "../../../runtime/shapes/errors.ts";
import { product } from "../../../runtime/shapes/lengths.ts";
import { resolveShapes, type Shapes } from "../../../runtime/shapes/shapes.ts";
import { CommandError } from "../terminal/failure.ts";
import type { Sizes } from "./settings.ts";

/**
 * Extents that are not given follow from the others: an axis from its factors, a factor from its param or from its axis.
 * @throws CommandError 2, with the message of the runtime if the extents do not fit the norm.
 */
export function shapesOf(program: Program, sizes: Sizes): Shapes {
  const params = paramsOf(program, sizes.params);
  const sizesOf = (name: string): readonly number[] => {
    const own = knownSizes(program, name, sizes);
    if (own === undefined) throw new CommandError(2, `--shape: the extent of axis ${name} is missing`);
    return own;
  };
  const isKnown = (name: string): boolean => knownSizes(program, name, sizes) !== undefined;
  // An affine or a state gives an extent that no input has. Others follow.
  const giving = program.tensors.filter(
    (one) => one.role === "input" || (hasDims(one) && one.dims.every(isKnown)),
  );
  const dims = Object.fromEntries(giving.map((one) => [one.name, one.dims.flatMap(sizesOf)]));
  try {
    const shapes = resolveShapes(program, dims, params);
    refuseContradictions(program, sizes, shapes);
    return shapes;
  } catch (error) {
    if (error instanceof NormError) throw new CommandError(2, error.message, error.code);
    throw error;
  }
}

/** Those of the params that the program has: a backward pass may lack some of its norm. */
export function paramsOf(
  program: Pick<Program, "params">,
  params: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => program.params.some((one) => one.name === name)),
  );
}

/** Whether a caller can give the dims of a tensor: of an affine, an extent may follow from no input. */
export function hasDims({ role }: ProgramTensor): boolean {
  return role === "input" || role === "affine" || role === "state";
}

/** Whether no result has elements, so that nothing is dispatched. */
export function isEmpty({ tensors }: Program, { elements }: Shapes): boolean {
  const results = tensors.filter(
    ({ role, updated }) => role === "output" || (role === "state" && updated === true),
  );
  return results.every(({ name }) => elements.get(name) === 0);
}

/** Undefined if it is not given and does not follow from what is given, the params and the spec. */
function knownSizes(
  program: Program,
  name: string,
  { extents, params }: Sizes,
): readonly number[] | undefined {
  const given = extents.get(name);
  if (given !== undefined) return given;
  const whole = program.axes.find((one) => one.name === name);
  const factorSize = (factor: string): number | undefined => {
    const own = extents.get(factor);
    if (own !== undefined) return product(own);
    const extent = program.axes.flatMap((one) => one.factors).find((one) => one.name === factor)?.extent;
    if (extent === undefined || extent === null || typeof extent === "number") return extent ?? undefined;
    if ("param" in extent)
      return params[extent.param] ?? program.params.find((one) => one.name === extent.param)?.initial;
    const like = knownSizes(program, extent.axis, { extents, params });
    return like && product(like);
  };
  if (whole !== undefined) {
    const [factor] = whole.factors;
    // An axis that is not split has one factor of its own name.
    if (whole.factors.length === 1 && factor!.name === name) return listOf(factorSize(name));
    const all = whole.factors.map((one) => factorSize(one.name) ?? restOf(one.name));
    return all.every((one) => one !== undefined) ? [product(all)] : undefined;
  }
  return listOf(factorSize(name) ?? restOf(name));

  /** A factor is what its axis leaves to it, if the axis and the other factors are known. */
  function restOf(factor: string): number | undefined {
    const axis = axisWith(program, factor);
    const total = axis === undefined ? undefined : extents.get(axis.name);
    if (axis === undefined || total === undefined) return undefined;
    const others = axis.factors.filter((one) => one.name !== factor).map((one) => factorSize(one.name));
    if (!others.every((one) => one !== undefined)) return undefined;
    // What does not divide is refused with the extents of both.
    return product(total) / product(others);
  }
}

function listOf(size: number | undefined): readonly number[] | undefined {
  return size === undefined ? undefined : [size];
}

/** An extent may be given that no tensor shows: `K` beside `C = G * K` and a default of `G`. */
function refuseContradictions(program: Program, { extents, params }: Sizes, { factors }: Shapes): void {
  for (const [name, sizes] of extents) {
    const axis = axisWith(program, name);
    // A backward pass may lack an axis of its norm.
    if (axis === undefined) continue;
    const whole = product(axis.factors.map((one) => factors.get(one.name)!));
    const follows = factors.get(name) ?? whole;
    if (follows === product(sizes)) continue;
    const parts = axis.factors
      .filter((one) => one.name !== name)
      .map((one) => {
        const { extent } = one;
        const isDefault =
          typeof extent === "object" && extent !== null && "param" in extent && !(extent.param in params);
        return `${one.name} = ${factors.get(one.name)}${isDefault ? " (the default)" : ""}`;
      });
    const others = [...(name === axis.name ? [] : [`${axis.name} = ${whole}`]), ...parts].join(" and ");
    throw new CommandError(
      2,
      `--shape: ${name} = ${sizes.join("x")} contradicts ${others || "what fixes it"}: ${name} would be ${follows}`,
    );
  }
}

function axisWith({ axes }: Program, name: string): ProgramAxis | undefined {
  return axes.find((one) => one.name === name || one.factors.some((factor) => factor.name === name));
}

/** As `--shape` takes it: `N=2,S=64x64`. */
export function shapeText(extents: Readonly<Record<string, readonly number[]>>): string {
  return Object.entries(extents)
    .map(([axis, sizes]) => `${axis}=${sizes.join("x")}`)
    .join(",");
}
