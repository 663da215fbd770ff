/** The keys of a tuning result: the adapter, the compiled spec, the element types, the extents. */
import type { Program, ProgramTensor } from "../../program/program.ts";
import type { Dtypes } from "../../runtime/shapes/element-types.ts";
import type { Shapes } from "../../runtime/shapes/shapes.ts";
import { vectorFactor } from "../../runtime/variants/dispatch.ts";
import type { Described } from "../../runtime/variants/traits.ts";

/** The adapter as WebGPU describes it. In browsers `device` and `driver` are mostly empty. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** The description. Native implementations put the driver and its version there. */
  readonly driver: string;
  /** Only the features that a shader depends on. */
  readonly features: readonly string[];
  readonly subgroups: readonly [least: number, most: number];
}

const features = ["shader-f16", "subgroups"];

export function adapterFacts(device: Described): AdapterFacts {
  const info = device.adapterInfo ?? {};
  return {
    vendor: info.vendor ?? "",
    architecture: info.architecture ?? "",
    device: info.device ?? "",
    driver: info.description ?? "",
    features: features.filter((one) => device.features.has(one)),
    subgroups: [info.subgroupMinSize ?? 1, info.subgroupMaxSize ?? 1],
  };
}

/** One line that names an adapter in a file. */
export function adapterName({ vendor, architecture, device, driver, features }: AdapterFacts): string {
  const words = [vendor, architecture, device, driver].filter((one) => one !== "");
  return [words.join(" / ") || "unnamed", ...features].join(", ");
}

/**
 * Whether a result of one adapter is valid for another. Browsers hide device and driver, so these are only compared if
 * both adapters have them.
 */
export function sameAdapter(a: AdapterFacts, b: AdapterFacts): boolean {
  const untold = (x: string, y: string): boolean => x === "" || y === "" || x === y;
  return (
    a.vendor === b.vendor &&
    a.architecture === b.architecture &&
    untold(a.device, b.device) &&
    untold(a.driver, b.driver) &&
    a.features.join() === b.features.join() &&
    a.subgroups.join() === b.subgroups.join()
  );
}

/**
 * `LayerNorm`, `BatchNorm.train`, `LayerNorm.saving`, `LayerNorm.d_gamma,d_x from saved,x`: the name of a backward
 * program lists the tensors that it writes and reads.
 */
export function programName({ norm, mode, tensors }: Program): string {
  const named = (some: readonly ProgramTensor[]): string =>
    some
      .map(({ name }) => name)
      .sort()
      .join();
  const gradients = tensors.filter(({ role, gradientOf }) => role === "output" && gradientOf !== undefined);
  const read = tensors.filter(
    ({ role, gradientOf, updated }) =>
      gradientOf === undefined && (role === "input" || (role === "saved" && !updated)),
  );
  const saving = tensors.some(({ role, updated }) => role === "saved" && updated === true);
  return [
    norm,
    ...(mode === null ? [] : [mode]),
    ...(saving ? ["saving"] : []),
    ...(gradients.length > 0 ? [`${named(gradients)} from ${named(read)}`] : []),
  ].join(".");
}

/**
 * The hash of the kernels, without the blanks and comments of their shaders. A program fresh from the compiler and the
 * same program in a generated module have the same hash. If a change of the spec or the compiler changes a kernel, the
 * hash changes.
 */
export async function programHash({ kernels }: Program): Promise<string> {
  const told = kernels.map(({ name, grid, row, chunked, supports, shaders }) => [
    name,
    grid,
    row,
    chunked,
    [supports.held, supports.neighbours ?? supports.together, supports.split],
    shaders
      .filter(({ held, together }) => held === 0 && together === 1)
      .map(({ vector, wgsl }) => [vector, wgsl.replace(/\/\/.*/g, "").replace(/\s+/g, "")]),
  ]);
  const bytes = new TextEncoder().encode(JSON.stringify(told));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The extents, each rounded up to a power of two, with the element types. Shapes in one bucket share their result.
 * Whether a kernel takes fours is part of it, because that is another shader.
 */
export function bucketOf(program: Program, shapes: Shapes, dtypes: Dtypes): string {
  const extents = program.axes
    .flatMap((axis) => axis.factors)
    .map(({ name }) => `${name}<=${bucket(shapes.factors.get(name)!)}`);
  const fours = program.kernels.map((kernel) => (vectorFactor(kernel, shapes) === null ? 1 : 4));
  return `${dtypeOf(program, dtypes)} ${extents.join(" ")} by ${[...new Set(fours)].join("/")}`;
}

function bucket(extent: number): number {
  return extent <= 1 ? extent : 2 ** Math.ceil(Math.log2(extent));
}

/** `f32`, `f16`, or by tensor if they differ. States and scratch are f32 unless the user chose another type. */
function dtypeOf({ tensors }: Program, dtypes: Dtypes): string {
  const told = tensors.filter(({ role }) => role !== "scratch" && role !== "state");
  const types = new Set(told.map(({ name }) => dtypes.get(name)!));
  if (types.size === 1) return [...types][0]!;
  return told.map(({ name }) => `${name}:${dtypes.get(name)}`).join(",");
}
