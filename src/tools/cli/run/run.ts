import { refusedSaves } from "../../../compile/build/refused-saves.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import { escaped } from "../../../language/diagnostics/display.ts";
import { NormError } from "../../../runtime/shapes/errors.ts";
import { refuseUnknown } from "../../../runtime/shapes/unknown-names.ts";
import type { BackendChoice } from "../arguments/backend-choice.ts";
import { type DtypeChoice, refuseUnknownTensors } from "../arguments/dtype-choice.ts";
import { savingOf } from "../arguments/save-choice.ts";
import { readSettings } from "../arguments/settings.ts";
import { graphOf, missingMode, resolveSpec, type Spec } from "../arguments/specs.ts";
import { refuseSameFile, refuseUnwritable } from "../files/outputs.ts";
import { type Case, CaseError, readCase, readCases } from "../files/read-cases.ts";
import { type ExitCode, InputError } from "../terminal/failure.ts";
import { say } from "../terminal/output.ts";
import { progress } from "../terminal/progress.ts";
import type { Backend, Job } from "./backend-interface.ts";
import {
  backwardFeeds,
  backwardOf,
  completeFeeds,
  gradientFeeds,
  refuseWithoutGradients,
} from "./gradients.ts";
import { openBackend } from "./open-backend.ts";
import { type Outcome, writeOutcomes } from "./outcomes.ts";

export interface RunOptions {
  readonly feeds: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly backend: BackendChoice;
  readonly adapter: string;
  readonly mode?: string;
  readonly dtype: DtypeChoice;
  readonly grad?: boolean;
  readonly save: Save;
  readonly json?: boolean;
}

export async function run(specName: string, options: RunOptions): Promise<ExitCode> {
  const settings = readSettings(options.set);
  const spec = resolveSpec(specName);
  if (options.grad) refuseWithoutGradients(spec);
  for (const graph of spec.norm.graphs) refuseUnknownTensors(options.dtype, graph, options.grad === true);
  const refused = options.grad ? refusedSaves(spec.source, spec.norm.graphs, options.save) : [];
  if (refused.length > 0) throw new InputError(refused);
  const { cases, isArray } = readCases(options.feeds);
  if (options.out !== undefined) {
    refuseUnwritable(options.out);
    refuseSameFile("--out", options.out, { "the feeds": options.feeds, "the spec": spec.source.path });
  }

  const backend = await openBackend(options.backend, options.adapter);
  const outcomes: Outcome[] = [];
  const shown = progress(cases.length);
  try {
    for (const [i, one] of cases.entries()) {
      outcomes.push(await runCase(spec, one, settings, options, backend));
      shown.step(`case ${i}`);
    }
  } finally {
    shown.done();
    await backend.close();
  }

  writeOutcomes(isArray ? outcomes : outcomes[0]!, options.out);
  showErrors(outcomes, isArray);
  return outcomes.some((one) => one.error !== undefined) ? 1 : 0;
}

/** More than a screenful helps nobody. The output has all of them. */
const shownErrors = 20;

function showErrors(outcomes: readonly Outcome[], isArray: boolean): void {
  const lines = outcomes.flatMap(({ error, name }, i) => {
    if (error === undefined) return [];
    const which = isArray ? `case ${i}${name === undefined ? "" : ` (${name})`}: ` : "";
    return [escaped(`error[${error.code}]: ${which}${error.message}`)];
  });
  for (const line of lines.slice(0, shownErrors)) say(line);
  if (lines.length > shownErrors) say(`… and ${lines.length - shownErrors} more cases failed`);
}

/** The label of a case, even if the rest of it cannot be read. */
function labelOf(value: unknown): string | undefined {
  const label = typeof value === "object" && value !== null && "name" in value ? value.name : undefined;
  return typeof label === "string" ? label : undefined;
}

async function runCase(
  spec: Spec,
  value: unknown,
  settings: Readonly<Record<string, number>>,
  options: RunOptions,
  backend: Backend,
): Promise<Outcome> {
  let name: string | undefined;
  const head = (): Pick<Outcome, "name" | "backend" | "adapter"> => ({
    ...(name === undefined ? {} : { name }),
    backend: backend.name,
    adapter: backend.adapter,
  });
  try {
    name = labelOf(value);
    const one = readCase(value);
    const mode = one.mode ?? options.mode;
    const graph = graphOf(spec.norm, mode);
    if (graph === undefined) throw new CaseError("N511", missingMode(spec.norm, String(mode)));
    const params = { ...settings, ...one.set };
    const job = options.grad ? backwardJob(spec, graph, one, params, options.save) : forwardJob(graph, one);
    const outputs = await backend.run({ ...job, params, dtype: options.dtype });
    return { ...head(), outputs };
  } catch (error) {
    if (error instanceof CaseError || error instanceof NormError) {
      return { ...head(), error: { code: error.code, message: error.message } };
    }
    // The other cases may still be useful.
    if (process.env.NORMC_DEBUG === "1") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { ...head(), error: { code: "N513", message: `this is a defect of normc: ${reason}` } };
  }
}

type Values = Pick<Job, "graph" | "feeds" | "saving">;

function forwardJob(graph: Graph, { feeds }: Case): Values {
  const fed = graph.tensors.filter((tensor) => tensor.role !== "output").map((tensor) => tensor.name);
  refuseUnknown("an input, affine or state", Object.keys(feeds), fed);
  return { graph, feeds };
}

function backwardJob(
  { source }: Spec,
  graph: Graph,
  { feeds }: Case,
  params: Job["params"],
  save: Save,
): Values {
  refuseUnknown("an input, affine, state or d_OUTPUT", Object.keys(feeds), gradientFeeds(graph));
  const complete = completeFeeds(graph, feeds, params);
  const backward = { graph: backwardOf(graph), feeds: backwardFeeds(graph, complete) };
  if (save === "none") return backward;
  return { ...backward, saving: { ...savingOf(source, graph, save), plain: graph, feeds: complete } };
}
