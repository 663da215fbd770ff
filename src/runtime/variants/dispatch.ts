import { partialsTensor } from "../../program/names.ts";
import type { LazyShaders, Program, ProgramKernel, Shader } from "../../program/program.ts";
import { product, withChunks } from "../shapes/lengths.ts";
import type { Shapes } from "../shapes/shapes.ts";
import { chooseVariant } from "./default-variant.ts";
import { type Described, traitsOf } from "./traits.ts";
import type { ChooseVariant, Variant, Work } from "./variant.ts";

/** One dispatch of a kernel, or of one stage of a split kernel: its shader, its variant and its size. */
export interface Dispatch {
  readonly kernel: ProgramKernel;
  /** The stage, for a kernel whose rows are split; else null. */
  readonly stage: number | null;
  readonly shader: Shader;
  readonly variant: Variant;
  /** The number of rows, and of steps in each. In a shader that takes fours, a row or a step stands for four. */
  readonly rowCount: number;
  readonly rowLength: number;
  /** The number of partial results that the parts of all rows pass to the next stage. */
  readonly partials: number;
  /** Workgroups in x and y; 0 if there are no rows. */
  readonly workgroups: readonly [x: number, y: number];
}

/** Plans the dispatches of a program for the given extents and device. */
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

/** Chooses kernel by kernel, because the number of chunks of one kernel is an extent for the next. */
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

/** Loads the lazy shaders if a variant needs them. */
export async function loadedFor(program: Program, variants: readonly Variant[]): Promise<Program> {
  const wanted = variants.some((one) => one.parts > 1 || one.together > 1 || one.residency !== "reload");
  return wanted && program.lazy !== undefined ? withLazy(program, (await program.lazy()).lazy) : program;
}

export function withLazy(program: Program, lazy: readonly LazyShaders[]): Program {
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

/** Kernels number their workgroups x + y * (number in x) and ignore those past the last row. */
export function foldWorkgroups(
  groups: number,
  limits: Pick<GPUSupportedLimits, "maxComputeWorkgroupsPerDimension">,
): [x: number, y: number] {
  const y = Math.ceil(groups / limits.maxComputeWorkgroupsPerDimension);
  return [y === 0 ? 0 : Math.ceil(groups / y), y];
}

/** The work of a kernel for the given extents, with fours along the factor `vector`. */
export function workOf(kernel: ProgramKernel, shapes: Shapes, vector: string | null): Work {
  const steps = (factors: readonly string[]): number =>
    product(factors.map((factor) => shapes.factors.get(factor)!)) /
    (vector !== null && factors.at(-1) === vector ? 4 : 1);
  const { held, split } = kernel.supports;
  const rowSteps = steps(kernel.row);
  return {
    rowSteps,
    rowCount: steps(kernel.grid),
    across: kernel.shaders.some((shader) => shader.vector !== null && shader.vector === kernel.grid.at(-1)),
    reduces: kernel.shaders[0]!.exchanges,
    held: vector === null ? 0 : held,
    together: vector === null ? 1 : rowsTogether(kernel, shapes),
    split: split && rowSteps > 0,
    chunkRows: kernel.chunked.length === 0 ? 0 : steps(kernel.chunked),
  };
}

function rowsTogether({ supports: { together, neighbours } }: ProgramKernel, shapes: Shapes): number {
  if (neighbours === undefined) return together;
  return shapes.factors.get(neighbours.factor)! % neighbours.rows === 0 ? neighbours.rows : 1;
}

/** The factor along which the extents let a kernel take fours; null if there is none. */
export function vectorFactor({ shaders }: ProgramKernel, shapes: Shapes): string | null {
  const wide = shaders.find((shader) => shader.vector !== null);
  if (wide === undefined || shapes.factors.get(wide.vector!)! % 4 !== 0) return null;
  if (shapes.open?.has(wide.vector!)) return null;
  // An empty buffer has room for only one element, not for four.
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

/** The shapes, with the number of partial results that the dispatches need. */
export function withPartials(shapes: Shapes, dispatches: readonly Dispatch[]): Shapes {
  if (!shapes.elements.has(partialsTensor)) return shapes;
  const most = Math.max(0, ...dispatches.map((one) => one.partials));
  return { ...shapes, elements: new Map([...shapes.elements, [partialsTensor, most]]) };
}
