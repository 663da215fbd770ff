/** What `normc tune` is to tune: a spec in one mode, with extents. */
import { compileGraph } from "../compile/passes.ts";
import type { Program, Storage } from "../program/program.ts";
import { resolveStorage } from "../runtime/storage.ts";
import type { Graph } from "../tensor/graph.ts";
import type { Subject } from "../tune/bed.ts";
import { bucketOf, programHash, programName } from "../tune/key.ts";
import { CommandError } from "./failure.ts";
import { backwardOf, refuseNameClash } from "./gradients.ts";
import { parseShape, shapesOf } from "./shape.ts";
import { graphOf, missingMode, type Spec } from "./specs.ts";

export interface TuneJob {
  /** The program's name and the extents, to be read. */
  readonly title: string;
  readonly graph: Graph;
  readonly subject: Subject;
  /** Under which the result is filed. */
  readonly name: string;
  readonly hash: string;
  readonly bucket: string;
  readonly at: string;
}

export interface JobWish {
  readonly spec: Spec;
  readonly mode: string | undefined;
  readonly grad: boolean;
  /** As on the command line: `N=4096,D=768`. */
  readonly shape: readonly string[];
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: Storage;
}

const compiled = new Map<Graph, Promise<{ readonly program: Program; readonly hash: string }>>();

/** @throws CommandError where the extents do not fit. */
export async function jobOf({ spec, mode, grad, shape, params, dtype }: JobWish): Promise<TuneJob> {
  if (grad) refuseNameClash(spec);
  const forward = graphOf(spec.norm, mode);
  if (forward === undefined) throw new CommandError(2, missingMode(spec.norm, String(mode)));
  const graph = grad ? backwardOf(forward) : forward;
  const known = compiled.get(graph) ?? compile(graph);
  compiled.set(graph, known);
  const { program, hash } = await known;
  const own = Object.fromEntries(
    Object.entries(params).filter(([name]) => program.params.some((one) => one.name === name)),
  );
  const shapes = shapesOf(program, parseShape(shape), own);
  const inputs = program.tensors.filter((one) => one.role === "input");
  const dims = Object.fromEntries(inputs.map((one) => [one.name, shapes.dims.get(one.name) ?? []]));
  const at = program.axes
    .flatMap((axis) => axis.factors)
    .map(({ name }) => `${name}=${shapes.factors.get(name)}`)
    .join(" ");
  const name = programName(program);
  return {
    title: `${name} ${at}${dtype === "f32" ? "" : ` ${dtype}`}`,
    graph,
    subject: { program, options: { dims, params: own, storage: dtype } },
    name,
    hash,
    bucket: bucketOf(program, shapes, resolveStorage(program, dtype)),
    at,
  };
}

async function compile(graph: Graph): Promise<{ readonly program: Program; readonly hash: string }> {
  const { program } = compileGraph(graph);
  return { program, hash: await programHash(program) };
}
