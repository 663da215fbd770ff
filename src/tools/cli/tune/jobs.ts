/** The jobs of `normc tune`: a spec in one mode, with extents. */

import { whyNotSaved } from "../../../compile/compile-backward.ts";
import { compileGraph } from "../../../compile/passes.ts";
import { readsOverwritten, type Save } from "../../../graph/autodiff/divide.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { Source } from "../../../language/diagnostics/diagnostic.ts";
import type { Program } from "../../../program/program.ts";
import { resolveDtypes } from "../../../runtime/shapes/element-types.ts";
import { bucketOf, programHash, programName } from "../../../tuning/file/tuning-key.ts";
import type { SizedProgram } from "../../../tuning/trial/trial-buffers.ts";
import { type DtypeChoice, dtypeFor, dtypeText, refuseUnknownTensors } from "../arguments/dtype-choice.ts";
import { saves, savingOf } from "../arguments/save-choice.ts";
import type { Sizes } from "../arguments/settings.ts";
import { hasDims, isEmpty, paramsOf, shapesOf } from "../arguments/shape.ts";
import { graphOf, missingMode, type Spec } from "../arguments/specs.ts";
import { backwardOf, refuseWithoutGradients } from "../run/gradients.ts";
import { CommandError } from "../terminal/failure.ts";

export interface TuneJob {
  /** The program's name and the extents, for people. */
  readonly title: string;
  /** The graph that the oracle computes: as the checker made it, whatever is saved. */
  readonly graph: Graph;
  readonly sized: SizedProgram;
  /** The forward pass, if it saves values that this pass reads. */
  readonly after?: TuneJob;
  /** The result is filed under this. */
  readonly name: string;
  readonly hash: string;
  readonly bucket: string;
  readonly at: string;
}

/** A forward pass and the backward pass that fits it. */
export interface StepJob {
  readonly save: Save;
  readonly forward: TuneJob;
  readonly backward: TuneJob;
}

/** The work that one shard does as a whole. */
export interface TuneTask {
  readonly key: string;
  readonly jobs: readonly TuneJob[];
  /** Compared with each other once their passes are tuned. */
  readonly steps: readonly StepJob[];
}

/** `each` tries every choice of saved values and finds the fastest training step. */
export type TuneSave = Save | "each";

export interface JobWish {
  readonly spec: Spec;
  readonly mode: string | undefined;
  readonly grad: boolean;
  readonly save: TuneSave;
  readonly sizes: Sizes;
  readonly dtype: DtypeChoice;
}

/**
 * @throws CommandError if the extents do not fit.
 * @throws InputError N515, and N516 if the wanted values cannot be saved.
 */
export async function taskOf(wish: JobWish): Promise<TuneTask> {
  const { spec, mode, grad, save } = wish;
  if (grad) refuseWithoutGradients(spec);
  const graph = graphOf(spec.norm, mode);
  if (graph === undefined) throw new CommandError(2, missingMode(spec.norm, String(mode)));
  refuseUnknownTensors(wish.dtype, graph, grad);
  if (!grad) return task([await jobOf(wish, graph, forwardOf(graph))]);
  if (save === "none" && !readsOverwritten(graph)) {
    return task([await jobOf(wish, backwardOf(graph), backwardProgram(graph))]);
  }
  const wanted = save === "each" ? saves.filter((one) => whyNotSaved(graph, one) === undefined) : [save];
  const steps = await Promise.all(
    wanted.map(async (one): Promise<StepJob> => {
      const { saving, backward } = passesOf(spec.source, graph, one);
      const forward = await jobOf(wish, graph, saving);
      const job = await jobOf(wish, backwardOf(graph), backward);
      const isRead = saving.tensors.some(({ role }) => role === "saved");
      return { save: one, forward, backward: isRead ? { ...job, after: forward } : job };
    }),
  );
  return task(
    steps.flatMap(({ forward, backward }) => [forward, backward]),
    save === "each" ? steps : [],
  );
}

function task(jobs: readonly TuneJob[], steps: readonly StepJob[] = []): TuneTask {
  const [first] = jobs as [TuneJob];
  return { key: keyOf(first), jobs, steps };
}

export function keyOf({ name, bucket, at }: TuneJob): string {
  return `${name} ${bucket} ${at}`;
}

// Many extents of one spec share a graph, and each graph is compiled once.
const compiled = new Map<Graph, Map<string, Program>>();

function compiledAs(graph: Graph, what: string, compile: () => Program): Program {
  const own = compiled.get(graph) ?? new Map<string, Program>();
  compiled.set(graph, own);
  const program = own.get(what) ?? compile();
  own.set(what, program);
  return program;
}

function forwardOf(graph: Graph): Program {
  return compiledAs(graph, "forward", () => compileGraph(graph).program);
}

function backwardProgram(graph: Graph): Program {
  return compiledAs(graph, "backward", () => compileGraph(backwardOf(graph)).program);
}

function passesOf(source: Source, graph: Graph, save: Save): { saving: Program; backward: Program } {
  if (save === "none" && !readsOverwritten(graph))
    return { saving: forwardOf(graph), backward: backwardProgram(graph) };
  const made = (): ReturnType<typeof savingOf> => savingOf(source, graph, save);
  return {
    saving: compiledAs(graph, `saving ${save}`, () => made().saving?.program ?? forwardOf(graph)),
    backward: compiledAs(graph, `backward ${save}`, () => made().backward.program),
  };
}

async function jobOf(wish: JobWish, graph: Graph, program: Program): Promise<TuneJob> {
  const params = paramsOf(program, wish.sizes.params);
  const dtype = dtypeFor(wish.dtype, program);
  const shapes = shapesOf(program, wish.sizes);
  if (isEmpty(program, shapes)) {
    throw new CommandError(
      2,
      `--shape: ${graph.norm} has no elements of this shape: there is nothing to tune`,
    );
  }
  const dims = Object.fromEntries(
    program.tensors.filter(hasDims).map((one) => [one.name, shapes.dims.get(one.name) ?? []]),
  );
  const at = program.axes
    .flatMap((axis) => axis.factors)
    .map(({ name }) => `${name}=${shapes.factors.get(name)}`)
    .join(" ");
  const name = programName(program);
  return {
    title: `${name} ${at}${dtype === "f32" ? "" : ` ${dtypeText(dtype)}`}`,
    graph,
    sized: { program, options: { dims, params, dtype } },
    name,
    hash: await programHash(program),
    bucket: bucketOf(program, shapes, resolveDtypes(program, dtype)),
    at,
  };
}
