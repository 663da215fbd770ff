/** What a tuning file has for a program on the adapter at hand. */
import type { Program, Storage } from "../program/program.ts";
import { version } from "../program/version.ts";
import type { Shapes } from "../runtime/shapes.ts";
import { resolveStorage } from "../runtime/storage.ts";
import type { ChooseVariant } from "../runtime/variant.ts";
import { chooserOf } from "../tune/choices.ts";
import type { TuningFile } from "../tune/file.ts";
import { adapterFacts, adapterName, bucketOf, programHash, programName } from "../tune/key.ts";
import { knownChoices } from "../tune/known.ts";
import { say } from "./output.ts";

/** Undefined, with a word, where the file has nothing. */
export async function tunedChooser(
  { path, file }: { readonly path: string; readonly file: TuningFile },
  device: GPUDevice,
  program: Program,
  shapes: Shapes,
  storage: Storage,
): Promise<ChooseVariant | undefined> {
  const facts = adapterFacts(device);
  const bucket = bucketOf(program, shapes, resolveStorage(program, storage));
  const own = { hash: await programHash(program), compiler: version };
  const choices = knownChoices(file, facts, own, bucket);
  if (choices !== undefined) return chooserOf(choices);
  say(
    `${path} has nothing for ${programName(program)}, ${bucket}, on ${adapterName(facts)}: its default variant is timed`,
  );
  return undefined;
}
