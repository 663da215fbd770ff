/** `--shape N=2,C=320,S=64x64`: from the extents of axes to the dims of the tensors. */
import type { Program } from "../../../program/program.ts";
import { NormError } from "../../../runtime/shapes/errors.ts";
import { resolveShapes, type Shapes } from "../../../runtime/shapes/shapes.ts";
import { CommandError } from "../terminal/failure.ts";

export type Extents = ReadonlyMap<string, readonly number[]>;

/** Throws a CommandError 2 if the text does not have this form. */
export function parseShape(words: readonly string[]): Extents {
  const entries = words
    .flatMap((word) => word.split(","))
    .filter((one) => one.trim() !== "")
    .map((one): [string, readonly number[]] => {
      const [, name, sizes] = /^\s*([A-Za-z_]\w*)\s*=\s*((?:\d+(?:x\d+)*)?)\s*$/.exec(one) ?? [];
      if (name === undefined || sizes === undefined) {
        throw new CommandError(2, `--shape: expected AXIS=EXTENT, such as N=2 or S=64x64, given \`${one}\``);
      }
      return [name, sizes === "" ? [] : sizes.split("x").map(Number)];
    });
  return new Map(entries);
}

/** Throws a CommandError 2 with the message of the runtime if the extents do not fit the norm. */
export function shapesOf(
  program: Program,
  extents: Extents,
  params: Readonly<Record<string, number>>,
): Shapes {
  const axes = new Map(program.axes.flatMap((axis) => axis.factors.map((one) => [one.name, axis])));
  for (const axis of program.axes) axes.set(axis.name, axis);
  for (const [name, sizes] of extents) {
    const axis = axes.get(name);
    if (axis === undefined) {
      const known = program.axes.map((one) => one.name).join(", ");
      throw new CommandError(2, `--shape: ${program.norm} has no axis ${name}: it has ${known}`);
    }
    if (!axis.variadic && sizes.length !== 1) {
      throw new CommandError(2, `--shape: axis ${name} has one extent, given ${sizes.length}`);
    }
  }
  const sizesOf = (name: string): readonly number[] => {
    const own = extents.get(name) ?? fixedSizes(program, name, extents, params);
    if (own === undefined) throw new CommandError(2, `--shape: the extent of axis ${name} is missing`);
    return own;
  };
  const isKnown = (name: string): boolean =>
    (extents.get(name) ?? fixedSizes(program, name, extents, params)) !== undefined;
  // An affine or a state gives an extent that no input has. Others follow.
  const giving = program.tensors.filter(
    ({ role, dims }) => role === "input" || (role !== "output" && role !== "scratch" && dims.every(isKnown)),
  );
  const dims = Object.fromEntries(giving.map((one) => [one.name, one.dims.flatMap(sizesOf)]));
  try {
    return resolveShapes(program, dims, params);
  } catch (error) {
    if (error instanceof NormError) throw new CommandError(2, `${error.code}: ${error.message}`);
    throw error;
  }
}

/** Whether the extent of an axis follows: the spec or a param fixes it, or it is the product of such factors. */
function fixedSizes(
  program: Program,
  name: string,
  extents: Extents,
  params: Readonly<Record<string, number>>,
): readonly number[] | undefined {
  const axis = program.axes.find((one) => one.name === name);
  const factors =
    axis?.factors ?? program.axes.flatMap((one) => one.factors).filter((one) => one.name === name);
  let size = 1;
  for (const factor of factors) {
    const given = factor.name === name ? undefined : extents.get(factor.name)?.[0];
    const { extent } = factor;
    const fixed =
      typeof extent === "number" || extent === null
        ? extent
        : "axis" in extent
          ? (extents.get(extent.axis) ?? fixedSizes(program, extent.axis, extents, params))?.[0]
          : (params[extent.param] ?? program.params.find((one) => one.name === extent.param)?.initial);
    const found = given ?? fixed;
    if (found == null) return undefined;
    size *= found;
  }
  return [size];
}
