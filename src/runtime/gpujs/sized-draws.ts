/** Decides which draws a program needs for given shapes, and how large each one is. */
import type { GatherDraw, GatherProgram, WholeOrSplitDraw } from "../../program/gather-program.ts";
import { partsFactor } from "../../program/names.ts";
import { NormError } from "../shapes/errors.ts";
import { product } from "../shapes/lengths.ts";
import type { Shapes } from "../shapes/shapes.ts";
import type { GpuBackend, Opened } from "./backend.ts";

export interface SizedDraw {
  readonly draw: GatherDraw;
  /** Texels. */
  readonly count: number;
  /** The number of parts of a row that is split. */
  readonly parts: number;
}

/**
 * The draws that the results with these names need, in order. No backend has an empty texture, so the statistics of zero
 * rows have one texel, which nobody reads.
 */
export function sizedDraws(
  program: GatherProgram,
  shapes: Shapes,
  wanted: ReadonlySet<string>,
  backend: GpuBackend,
): SizedDraw[] {
  const needed = new Set(wanted);
  const taken: SizedDraw[] = [];
  for (const { whole, split } of [...program.draws].reverse()) {
    if (!needed.has(whole.name)) continue;
    const rows = countOf(whole, shapes, 1);
    if (rows === 0 && wanted.has(whole.name)) continue;
    const parts = partsOf(split, rows, shapes, backend);
    const draws = parts > 1 && split !== null ? [split.part, split.merge] : [whole];
    for (const draw of draws.reverse()) {
      taken.unshift({ draw, count: Math.max(1, countOf(draw, shapes, parts)), parts });
      for (const read of draw.reads) needed.add(read.from);
    }
  }
  return taken;
}

/**
 * The number of rows that keep a GPU busy. On a processor, the number that fills the lanes of a few threads (with 4096
 * there, 512 rows of 768 took two draws for statistics too many).
 */
const busy: Readonly<Record<GpuBackend, number>> = { webgl2: 4096, webasm: 64, cpu: 1 };

/** A part with fewer elements is not worth its merge. */
const shortest = 256;

/** The number of parts of a row, if rows are long and few. */
function partsOf(
  split: WholeOrSplitDraw["split"],
  rows: number,
  shapes: Shapes,
  backend: GpuBackend,
): number {
  if (split === null || rows === 0) return 1;
  const length = product(split.row.map((one) => shapes.factors.get(one)!));
  return Math.max(1, Math.min(Math.ceil(busy[backend] / rows), Math.floor(length / shortest)));
}

function countOf(draw: GatherDraw, shapes: Shapes, parts: number): number {
  return product(draw.factors.map((one) => (one === partsFactor ? parts : shapes.factors.get(one)!)));
}

export function constantsOf({ draw, parts }: SizedDraw, shapes: Shapes): Record<string, number> {
  return Object.fromEntries(
    draw.constants.map((one) => [
      one.name,
      one.kind === "param"
        ? shapes.params.get(one.param)!
        : one.factor === partsFactor
          ? parts
          : shapes.factors.get(one.factor)!,
    ]),
  );
}

/** On webasm an index is an f32, which is exact up to here. */
const exactIndex = 2 ** 24;

/** Throws N508 if a tensor, or a value between draws, is larger than the backend can index. */
export function checkSizes(
  program: GatherProgram,
  shapes: Shapes,
  draws: readonly SizedDraw[],
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
    ...draws.map(({ draw, count }) => [draw.name, count] as const),
  ];
  for (const [name, count] of sizes) {
    if (count <= limit) continue;
    throw new NormError("N508", `tensor ${name}: ${count} elements are above ${limit} (${backend}: ${why})`);
  }
}
