/** Looks up a program in a tuning file, on the adapter at hand. */

import { version } from "../../../program/compiler-version.ts";
import type { Program } from "../../../program/program.ts";
import { resolveDtypes } from "../../../runtime/shapes/element-types.ts";
import type { Shapes } from "../../../runtime/shapes/shapes.ts";
import type { ChooseVariant } from "../../../runtime/variants/variant.ts";
import { chooserOf } from "../../../tuning/file/choices.ts";
import { knownChoices } from "../../../tuning/file/lookup.ts";
import type { TuningFile } from "../../../tuning/file/tuning-file.ts";
import {
  adapterFacts,
  adapterName,
  bucketOf,
  programHash,
  programName,
} from "../../../tuning/file/tuning-key.ts";
import type { DtypeChoice } from "../arguments/dtype-choice.ts";
import { say } from "../terminal/output.ts";

/** Undefined if the file has nothing; then it says so. */
export async function tunedChooser(
  { path, file }: { readonly path: string; readonly file: TuningFile },
  device: GPUDevice,
  program: Program,
  shapes: Shapes,
  dtype: DtypeChoice,
): Promise<ChooseVariant | undefined> {
  const facts = adapterFacts(device);
  const bucket = bucketOf(program, shapes, resolveDtypes(program, dtype));
  const own = { hash: await programHash(program), compiler: version };
  const choices = knownChoices(file, facts, own, bucket);
  if (choices !== undefined) return chooserOf(choices);
  say(
    `${path} has nothing for ${programName(program)}, ${bucket}, on ${adapterName(facts)}: its default variant is timed`,
  );
  return undefined;
}
