/** `normc build --watch`: a round at the start, and one whenever a file that the last round read changes. */
import { type FSWatcher, watch } from "chokidar";
import type { ExitCode } from "../terminal/failure.ts";
import { say } from "../terminal/output.ts";

/** Editors write a file in several steps; several files are often saved at once. */
const quietMs = 60;

/** `round` returns the files to watch. Ends when the user interrupts it. */
export async function watchRounds(
  paths: readonly string[],
  round: () => Promise<readonly string[]>,
): Promise<ExitCode> {
  const watcher: FSWatcher = watch([...paths], { ignoreInitial: true });
  let pending = true;
  let wake = (): void => {};
  let stopped = false;
  watcher.on("all", () => {
    pending = true;
    wake();
  });
  const stop = (): void => {
    stopped = true;
    wake();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  await new Promise<void>((done) => watcher.once("ready", done));

  while (!stopped) {
    if (pending) {
      pending = false;
      watcher.add([...(await round())]);
      say("waiting for changes (Ctrl+C ends)");
    }
    if (!pending && !stopped) {
      await new Promise<void>((done) => {
        wake = done;
      });
    }
    if (!stopped) await new Promise((done) => setTimeout(done, quietMs));
  }
  await watcher.close();
  return 0;
}
