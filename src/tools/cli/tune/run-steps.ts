/** `normc tune --save each`: times a training step, forward and backward, for each choice of saved values. */
import type { Save } from "../../../graph/autodiff/divide.ts";
import type { Choices } from "../../../tuning/file/tuning-file.ts";
import { timeSteps } from "../../workbench/time-steps.ts";
import { progress } from "../terminal/progress.ts";
import { keyOf, type StepJob, type TuneTask } from "./jobs.ts";
import { file, type TuneRun } from "./run-jobs.ts";
import type { Row } from "./table.ts";

export interface StepRow {
  readonly title: string;
  /** The fastest first. */
  readonly times: readonly { readonly save: Save; readonly ms: number }[];
}

/** Times are filed with the backward passes. Times that the file has are not measured again. */
export async function compareSteps(
  run: TuneRun,
  tasks: readonly TuneTask[],
  rows: ReadonlyMap<string, Row>,
): Promise<readonly StepRow[]> {
  const compared: StepRow[] = [];
  for (const { steps } of tasks) {
    // A job with a wrong default variant is already reported.
    const able = steps.every(
      ({ forward, backward }) => rows.has(keyOf(forward)) && rows.has(keyOf(backward)),
    );
    if (steps.length < 2 || !able) continue;
    const known = steps.map(({ backward }) => rows.get(keyOf(backward))!.result.stepMs);
    const times = known.every((ms) => ms !== undefined) ? known : await measureSteps(run, steps, rows);
    compared.push({
      title: steps[0]!.forward.title,
      times: steps.map(({ save }, i) => ({ save, ms: times[i]! })).sort((a, b) => a.ms - b.ms),
    });
  }
  return compared;
}

async function measureSteps(
  run: TuneRun,
  steps: readonly StepJob[],
  rows: ReadonlyMap<string, Row>,
): Promise<readonly number[]> {
  const choicesOf = (key: string): Choices => rows.get(key)!.result.choices;
  const pass = (job: StepJob["forward"]) => ({ sized: job.sized, choices: choicesOf(keyOf(job)) });
  let shown: ReturnType<typeof progress> | undefined;
  const times = await timeSteps(
    run.place.current().device,
    steps.map(({ forward, backward }) => ({ forward: pass(forward), backward: pass(backward) })),
    (_, of) => {
      shown ??= progress(of);
      shown.step(
        `${steps[0]!.forward.title}: forward and backward, ${steps.map(({ save }) => save).join(", ")} saved`,
      );
    },
  ).finally(() => shown?.done());
  return steps.map(({ backward }, i) => {
    const stepMs = Number(times[i]!.toPrecision(4));
    file(run, backward, { ...rows.get(keyOf(backward))!.result, stepMs });
    return stepMs;
  });
}

/** A smaller gain is not worth the memory. */
const tie = 0.03;

export function stepText({ title, times }: StepRow): string {
  const none = times.find(({ save }) => save === "none")!;
  const [fastest] = times;
  const each = times.map(({ save, ms }) => `${save} ${ms.toPrecision(3)} ms (${(ms / none.ms).toFixed(2)})`);
  const worth = fastest!.ms < (1 - tie) * none.ms;
  const advice = worth ? `build with --save ${fastest!.save}` : "save nothing";
  return `${title}, forward and backward by what is saved: ${each.join(", ")}: ${advice}`;
}

export function stepJson({ title, times }: StepRow): object {
  return { spec: title, ms: Object.fromEntries(times.map(({ save, ms }) => [save, ms])) };
}
