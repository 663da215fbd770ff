/** Shows how far the lab is: a bar on a terminal, else a line for each run. */
import cliProgress from "cli-progress";

export interface LabProgress {
  start(name: string): void;
  finish(name: string): void;
  stop(): void;
}

export function showProgress(total: number, already: number): LabProgress {
  const stream = process.stderr;
  let done = already;
  if (!stream.isTTY) {
    return {
      start() {},
      finish(name) {
        done++;
        stream.write(`${done}/${total} ${name}\n`);
      },
      stop() {},
    };
  }
  const bar = new cliProgress.SingleBar({
    stream,
    format: "{bar} {value}/{total}  {duration_formatted}, {eta_formatted} left  {what}",
    barsize: 20,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    etaBuffer: 20,
    hideCursor: true,
    clearOnComplete: true,
    // A training run takes seconds: the time that is shown goes on between two.
    forceRedraw: true,
  });
  const running = new Set<string>();
  const what = (): string => [...running].join(", ");
  bar.start(total, done, { what: "" });
  return {
    start(name) {
      running.add(name);
      bar.update({ what: what() });
    },
    finish(name) {
      running.delete(name);
      done++;
      bar.update(done, { what: what() });
    },
    stop: () => bar.stop(),
  };
}
