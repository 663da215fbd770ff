/** `normc build --watch`: a round at the start, and one whenever a file that the last round read changes. */
import { statSync } from "node:fs";
import { type FSWatcher, watch } from "chokidar";
import type { ExitCode } from "../terminal/failure.ts";
import { say } from "../terminal/output.ts";

/** Editors write a file in several steps; several files are often saved at once. */
const quietMs = 25;

/**
 * How often the files themselves are looked at. A watch ends with the folder of its file, and hears nothing when a branch
 * switch makes the folder again.
 */
const lookMs = 500;

/**
 * @param round returns what to watch. Of a folder, only its own entries count.
 * @returns when the user interrupts it.
 */
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
  // What the last round may have read, and how the files stood before it.
  const stamps = new Map(paths.map((path) => [path, stampOf(path)]));
  const look = setInterval(() => {
    if ([...stamps].every(([path, stamp]) => stampOf(path) === stamp)) return;
    pending = true;
    wake();
  }, lookMs);
  const stop = (): void => {
    stopped = true;
    wake();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  // Without a path there is nothing to get ready, and no event says so.
  if (paths.length > 0) await new Promise<void>((done) => watcher.once("ready", done));

  while (!stopped) {
    if (pending) {
      pending = false;
      for (const path of stamps.keys()) stamps.set(path, stampOf(path));
      const read = await round();
      for (const path of read) if (!stamps.has(path)) stamps.set(path, stampOf(path));
      watcher.add(read.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true));
      say("waiting for changes (Ctrl+C ends)");
    }
    if (!pending && !stopped) {
      await new Promise<void>((done) => {
        wake = done;
      });
    }
    if (!stopped) await new Promise((done) => setTimeout(done, quietMs));
  }
  clearInterval(look);
  await watcher.close();
  return 0;
}

/** Changes whenever the file is written, replaced, deleted or made again. */
function stampOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return "missing";
  }
}
