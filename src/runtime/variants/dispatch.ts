import { partialsTensor } from "../../program/names.ts";
import type { Program, ProgramKernel, Shader } from "../../program/program.ts";
import { product, type Shapes, withChunks } from "../shapes/shapes.ts";
import { chooseVariant } from "./default-variant.ts";
import { type Described, traitsOf } from "./traits.ts";
import type { ChooseVariant, Variant, Work } from "./variant.ts";

/** How often and in which shader and variant a kernel, or one stage of a split kernel, runs. */
export interface Dispatch {
  readonly kernel: ProgramKernel;
  /** Which dispatch of a kernel whose rows are split. */
  readonly stage: number | null;
  readonly shader: Shader;
  readonly variant: Variant;
  /** Rows in all, and the steps of one; in a shader that takes fours, four rows, or four elements, are one. */
  readonly rowCount: number;
  readonly rowLength: number;
  /** Numbers that the parts of all rows hand on. */
  readonly partials: number;
  /** Workgroups in x and y; none where there are no rows. */
  readonly workgroups: readonly [x: number, y: number];
}

/** Lays a program out over the device for the given extents. */
export function planProgram(
  program: Program,
  shapes: Shapes,
  device: Described,
  choose: ChooseVariant = chooseVariant,
): { readonly shapes: Shapes; readonly dispatches: readonly Dispatch[] } {
  const chosen = chooseVariants(program, shapes, device, choose);
  const dispatches = program.kernels.flatMap((kernel, i) =>
    dispatchesOf(kernel, chosen.shapes, device, chosen.variants[i]!),
  );
  return { shapes: withPartials(chosen.shapes, dispatches), dispatches };
}

/** Kernel by kernel: how many chunks one has is an extent for the next. */
export function chooseVariants(
  program: Program,
  shapes: Shapes,
  device: Described,
  choose: ChooseVariant,
): { readonly shapes: Shapes; readonly variants: readonly Variant[] } {
  let known = shapes;
  const traits = traitsOf(device);
  const variants = program.kernels.map((kernel) => {
    const work = workOf(kernel, known, vectorFactor(kernel, known));
    const variant = choose(work, traits, device.limits, kernel.name);
    if (kernel.chunked.length > 0) {
      known = withChunks(program, known, work.chunkRows === 0 ? 0 : variant.chunks);
    }
    return variant;
  });
  return { shapes: known, variants };
}

/** A kernel that holds what the variant needs. */
export async function loadedFor(program: Program, variants: readonly Variant[]): Promise<Program> {
  const wanted = variants.some((one) => one.parts > 1 || one.together > 1 || one.residency !== "reload");
  if (!wanted || program.lazy === undefined) return program;
  const { lazy } = await program.lazy();
  const kernels = program.kernels.map((one, i) => ({
    ...one,
    shaders: [...one.shaders, ...lazy[i]!.shaders],
    split: lazy[i]!.split,
  }));
  return { ...program, kernels };
}

export function dispatchesOf(
  kernel: ProgramKernel,
  shapes: Shapes,
  { limits }: Described,
  variant: Variant,
): readonly Dispatch[] {
  const vector = vectorFactor(kernel, shapes);
  const { rowCount, rowSteps: rowLength, chunkRows } = workOf(kernel, shapes, vector);
  const rows = rowCount * (kernel.grid.at(-1) === vector && vector !== null ? 4 : 1);
  const partials = variant.parts === 1 ? 0 : rows * variant.parts * (kernel.split?.slots ?? 0);
  const dispatch = (shaders: readonly Shader[], stage: number | null, shared: boolean): Dispatch => {
    const shader = shaders.find((one) => serves(one, vector, variant));
    if (shader === undefined)
      throw new Error(`kernel ${kernel.name} has no shader for ${JSON.stringify(variant)}`);
    const taken = chunkRows === 0 ? rowCount / variant.together : (rowCount / chunkRows) * variant.chunks;
    const groups = Math.ceil(taken / variant.rows) * (shared ? variant.parts : 1);
    const workgroups = foldWorkgroups(groups, limits);
    return { kernel, stage, shader, variant, rowCount, rowLength, partials, workgroups };
  };
  if (variant.parts === 1) return [dispatch(kernel.shaders, null, false)];
  return (kernel.split?.stages ?? []).map(({ shaders, shared }, stage) => dispatch(shaders, stage, shared));
}

/** Kernels count their workgroups as x + y * (number in x) and ignore those past the last row. */
export function foldWorkgroups(
  groups: number,
  limits: Pick<GPUSupportedLimits, "maxComputeWorkgroupsPerDimension">,
): [x: number, y: number] {
  const y = Math.ceil(groups / limits.maxComputeWorkgroupsPerDimension);
  return [y === 0 ? 0 : Math.ceil(groups / y), y];
}

/** What a kernel has to do for the given extents, taking fours along `vector`. */
export function workOf(kernel: ProgramKernel, shapes: Shapes, vector: string | null): Work {
  const steps = (factors: readonly string[]): number =>
    product(factors.map((factor) => shapes.factors.get(factor)!)) /
    (vector !== null && factors.at(-1) === vector ? 4 : 1);
  const { held, together, split } = kernel.supports;
  const rowSteps = steps(kernel.row);
  return {
    rowSteps,
    rowCount: steps(kernel.grid),
    across: kernel.shaders.some((shader) => shader.vector !== null && shader.vector === kernel.grid.at(-1)),
    reduces: kernel.shaders[0]!.exchanges,
    held: vector === null ? 0 : held,
    together: vector === null ? 1 : together,
    split: split && rowSteps > 0,
    chunkRows: kernel.chunked.length === 0 ? 0 : steps(kernel.chunked),
  };
}

/** The factor along which the extents let a kernel take fours. */
export function vectorFactor({ shaders }: ProgramKernel, shapes: Shapes): string | null {
  const wide = shaders.find((shader) => shader.vector !== null);
  if (wide === undefined || shapes.factors.get(wide.vector!)! % 4 !== 0) return null;
  // An empty buffer has room for one element only, not for four.
  return wide.bindings.some(({ tensor }) => shapes.elements.get(tensor) === 0) ? null : wide.vector;
}

/**
 * Every field of a variant that needs a text of its own must be compared here. Otherwise a shader of another structure
 * serves too, and gives the right results in another way than was asked for.
 */
function serves(shader: Shader, vector: string | null, { together, residency }: Variant): boolean {
  return (
    shader.vector === vector && shader.together === together && shader.held > 0 === (residency !== "reload")
  );
}

/** The shapes, with the size that the dispatches give to the tensor between them. */
export function withPartials(shapes: Shapes, dispatches: readonly Dispatch[]): Shapes {
  if (!shapes.elements.has(partialsTensor)) return shapes;
  const most = Math.max(0, ...dispatches.map((one) => one.partials));
  return { ...shapes, elements: new Map([...shapes.elements, [partialsTensor, most]]) };
}
