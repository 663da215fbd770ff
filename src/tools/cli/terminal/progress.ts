/** Shows the progress of a long command on standard error, if that is a terminal. */
import type { SingleBar } from "cli-progress";

export interface Progress {
  /** Another item is done, or begun. */
  step(what: string): void;
  done(): void;
}

/** A command that ends within a second needs no progress, and most do. Only a longer one imports the library. */
const patienceMs = 1000;

export function progress(total: number): Progress {
  const stream = process.stderr;
  if (!stream.isTTY) return { step: () => {}, done: () => {} };
  const start = performance.now();
  let count = 0;
  let label = "";
  let bar: SingleBar | undefined;
  let state: "waiting" | "importing" | "done" = "waiting";

  const show = async (): Promise<void> => {
    const { default: library } = await import("cli-progress");
    if (state === "done") return;
    bar = new library.SingleBar({
      stream,
      format: "{bar} {value}/{total} {what}",
      barsize: 20,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      clearOnComplete: true,
      hideCursor: true,
    });
    bar.start(total, count, { what: label });
  };
  return {
    step(what) {
      count = Math.min(count + 1, total);
      label = what;
      if (state === "waiting" && performance.now() - start >= patienceMs) {
        state = "importing";
        // A command must not fail because a progress bar cannot be drawn.
        show().catch(() => {});
      }
      bar?.update(count, { what });
    },
    done() {
      state = "done";
      bar?.stop();
    },
  };
}
