/** The worker that runs norms, so that the page never waits: for a device, the oracle, or WebAssembly. */

import { sizesOf } from "../compiler/fields.ts";
import { backwardOf, type FoundNorm, findNorm, hasGradients, specReader } from "../compiler/spec.ts";
import { libraryTexts } from "../library.ts";
import { answerCalls, Refusal } from "../workers/calls.ts";
import { checkGradients } from "./gradients.ts";
import type { Job, RunCalls } from "./protocol.ts";
import { errorCurve, runEverywhere, warm } from "./run.ts";
import { type Sized, sizedBackward, sizedGraph } from "./sized.ts";
import { smallSizes } from "./small-sizes.ts";
import { tune } from "./tune.ts";

const reader = specReader(libraryTexts());

function foundIn({ chosen }: Job): FoundNorm {
  const found = findNorm(reader.read(chosen.text), chosen);
  if (found === undefined) throw new Refusal("The spec has a mistake.");
  return found;
}

function sizedJob(job: Job): Sized {
  const { forward, graph, grad } = foundIn(job);
  const sized = sizedGraph(forward, sizesOf(job.sizes, forward));
  return grad ? sizedBackward(graph, sized) : sized;
}

let isStopped = false;
const stopped = (): boolean => isStopped;

answerCalls<RunCalls>(self, {
  async warm(job) {
    await warm(sizedJob(job));
    return undefined;
  },
  async run(job, tell) {
    isStopped = false;
    await runEverywhere(sizedJob(job), tell, stopped);
    return undefined;
  },
  curve(job, tell) {
    isStopped = false;
    const { forward } = foundIn(job);
    return errorCurve(sizedGraph(forward, sizesOf(job.sizes, forward)), tell, stopped);
  },
  gradients(job, tell) {
    isStopped = false;
    const { forward } = foundIn(job);
    if (!hasGradients(forward)) throw new Refusal("This norm has no gradients.");
    const small = sizedGraph(forward, smallSizes(forward, sizesOf(job.sizes, forward)));
    return checkGradients(small, backwardOf(forward), tell, stopped);
  },
  tune(job, tell) {
    isStopped = false;
    return tune(sizedJob(job), tell, stopped);
  },
  stop() {
    isStopped = true;
    return undefined;
  },
});
