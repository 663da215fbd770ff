/** `normc build`: what its words and the config say, once or whenever a file of it changes. */
import { resolve } from "node:path";
import { escaped } from "../../../language/diagnostics/display.ts";
import { findSpecs } from "../../config/find-specs.ts";
import { loadConfig } from "../../config/load-config.ts";
import { type IsGiven, readConfig } from "../arguments/project.ts";
import { standardInput } from "../files/host.ts";
import { CommandError, commandErrorText, type ExitCode, InputError } from "../terminal/failure.ts";
import { say, showDiagnostics } from "../terminal/output.ts";
import { type BuildPlace, build, openPlace } from "./build.ts";
import { type BuildWords, planBuild } from "./build-words.ts";

export async function buildProject(
  words: readonly string[],
  own: BuildWords,
  isGiven: IsGiven,
): Promise<ExitCode> {
  if (words.includes(standardInput)) {
    throw new CommandError(2, "build: standard input (-) has no name for its modules: give a file");
  }
  if (!own.watch) {
    const { paths, options } = await planBuild(words, own, isGiven, await readConfig());
    return (await build(paths, options)).code;
  }
  const { watchRounds } = await import("../files/watch.ts");
  let place: BuildPlace | undefined;
  return watchRounds(words, async () => {
    const loaded = await loadConfig(process.cwd());
    let watched = [...words, ...loaded.files];
    return surviving(
      async () => {
        if (loaded.diagnostics.length > 0) throw new InputError(loaded.diagnostics);
        const { folders } = await findSpecs(loaded);
        if (words.length === 0) watched = [...watched, ...folders];
        const { paths, options } = await planBuild(words, own, isGiven, loaded);
        // The build itself changes its folder.
        watched = [...watched, ...paths].filter((one) => resolve(one) !== resolve(options.out));
        if (options.tuning !== undefined) watched.push(options.tuning);
        place ??= openPlace(paths);
        watched = [...watched, ...(await build(paths, options, place)).sources];
      },
      () => watched,
    );
  });
}

/** While watching, shows a mistake and waits for the next change of what is watched. */
async function surviving(
  work: () => Promise<void>,
  watched: () => readonly string[],
): Promise<readonly string[]> {
  try {
    await work();
  } catch (error) {
    if (error instanceof InputError) showDiagnostics(error.diagnostics, false);
    else if (error instanceof CommandError) say(escaped(commandErrorText(error)));
    else throw error;
  }
  return watched();
}
