/** Which passes a program takes for given shapes, and how large each is. */
import type { GatherPass, GatherProgram, GatherStep } from "../../program/gather-program.ts";
import { partsFactor } from "../../program/names.ts";
import { NormError } from "../shapes/errors.ts";
import { product, type Shapes } from "../shapes/shapes.ts";
import type { GpuBackend, Opened } from "./backend.ts";

export interface SizedPass {
  readonly pass: GatherPass;
  /** Texels. */
  readonly count: number;
  /** The parts of a row, where it is in parts. */
  readonly parts: number;
}

/**
 * The passes that the results of those names need, in order. No backend has an empty texture: of statistics of no rows,
 * which nobody takes, there is one texel all the same.
 */
export function sizedPasses(
  program: GatherProgram,
  shapes: Shapes,
  wanted: ReadonlySet<string>,
  backend: GpuBackend,
): SizedPass[] {
  const needed = new Set(wanted);
  const taken: SizedPass[] = [];
  for (const step of [...program.steps].reverse()) {
    if (!needed.has(step.whole.name)) continue;
    const rows = countOf(step.whole, shapes, 1);
    if (rows === 0 && wanted.has(step.whole.name)) continue;
    const parts = partsOf(step, rows, shapes, backend);
    const passes = parts > 1 && step.split !== null ? [step.split.part, step.split.merge] : [step.whole];
    for (const pass of passes.reverse()) {
      taken.unshift({ pass, count: Math.max(1, countOf(pass, shapes, parts)), parts });
      for (const read of pass.reads) needed.add(read.from);
    }
  }
  return taken;
}

/**
 * Rows that keep a GPU busy; on a processor, those that fill the lanes of a few threads (at 4096, 512 rows of 768 took
 * two passes over statistics more than they need).
 */
const busy: Readonly<Record<GpuBackend, number>> = { webgl2: 4096, webasm: 64, cpu: 1 };

/** Elements of a row below which a part is not worth the merging. */
const shortest = 256;

/** Into how many parts rows are divided that are long and few. */
function partsOf({ split }: GatherStep, rows: number, shapes: Shapes, backend: GpuBackend): number {
  if (split === null || rows === 0) return 1;
  const length = product(split.row.map((one) => shapes.factors.get(one)!));
  return Math.max(1, Math.min(Math.ceil(busy[backend] / rows), Math.floor(length / shortest)));
}

function countOf(pass: GatherPass, shapes: Shapes, parts: number): number {
  return product(pass.factors.map((one) => (one === partsFactor ? parts : shapes.factors.get(one)!)));
}

export function constantsOf({ pass, parts }: SizedPass, shapes: Shapes): Record<string, number> {
  return Object.fromEntries(
    pass.constants.map((one) => [
      one.name,
      one.kind === "param"
        ? shapes.params.get(one.param)!
        : one.factor === partsFactor
          ? parts
          : shapes.factors.get(one.factor)!,
    ]),
  );
}

/** An index is an f32 on webasm, exact up to here. */
const exactIndex = 2 ** 24;

/** Throws N508 where a tensor, or what lies between passes, is larger than the backend can index. */
export function checkSizes(
  program: GatherProgram,
  shapes: Shapes,
  passes: readonly SizedPass[],
  { backend, maxTextureSize }: Pick<Opened, "backend" | "maxTextureSize">,
): void {
  const [limit, why] =
    backend === "webgl2"
      ? [maxTextureSize ** 2, `a texture of ${maxTextureSize} × ${maxTextureSize}`]
      : backend === "webasm"
        ? [exactIndex, "an index is an f32 there"]
        : [2 ** 31 - 1, "an array"];
  const sizes: (readonly [string, number])[] = [
    ...program.tensors.map(({ name }) => [name, shapes.elements.get(name)!] as const),
    ...passes.map(({ pass, count }) => [pass.name, count] as const),
  ];
  for (const [name, count] of sizes) {
    if (count <= limit) continue;
    throw new NormError("N508", `tensor ${name}: ${count} elements are above ${limit} (${backend}: ${why})`);
  }
}
