/** `normc build`: what its words and the config say together. */
import { resolve } from "node:path";
import type { LoadedConfig } from "../../config/load-config.ts";
import { fromHere, type IsGiven, specFiles, tuningOf } from "../arguments/project.ts";
import { CommandError } from "../terminal/failure.ts";
import type { BuildOptions } from "./build.ts";

/** The options as the command line has them: those that are not given have their defaults. */
export type BuildWords = Omit<BuildOptions, "out"> & { readonly out?: string };

/** What a command line without options says. */
export const defaultBuild: BuildWords = {
  target: ["wgsl"],
  language: "ts",
  emit: [],
  backward: true,
  runtime: "normc/runtime",
  gpujsRuntime: "normc/gpujs",
  wasmRuntime: "normc/wasm",
  layout: [],
  save: "none",
};

export interface BuildPlan {
  readonly paths: readonly string[];
  readonly options: BuildOptions;
}

/** @throws InputError or CommandError if they do not say what to build. */
export async function planBuild(
  words: readonly string[],
  own: BuildWords,
  isGiven: IsGiven,
  loaded: LoadedConfig,
): Promise<BuildPlan> {
  const { config, root } = loaded;
  const paths = await specFiles(words, "build", loaded);
  const chosen = <T>(option: string, word: T, setting: T | undefined): T =>
    isGiven(option) ? word : (setting ?? word);
  const out = own.out ?? (config.out === undefined ? undefined : fromHere(resolve(root, config.out)));
  if (out === undefined) {
    throw new CommandError(
      2,
      "required option '--out <dir>' not specified, and no config says `out` (--help)",
    );
  }
  // What the command line says of one of the two also decides the other: nothing is saved for no backward pass.
  const backward = isGiven("save") || chosen("backward", own.backward, config.gradients?.backward);
  const save = backward ? chosen("save", own.save, config.gradients?.save) : "none";
  const tuning = own.tuning ?? tuningOf(loaded);
  const options: BuildOptions = {
    ...own,
    out,
    target: chosen("target", own.target, config.targets),
    language: chosen("language", own.language, config.language),
    layout: chosen("layout", own.layout, config.layouts),
    backward,
    save,
    inline: chosen("inline", own.inline ?? false, config.inline),
    ...(tuning === undefined ? {} : { tuning }),
  };
  return { paths, options };
}
