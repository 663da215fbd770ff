/** Shows the progress of the run: a bar on a terminal, else a line for each case. */
import cliProgress from "cli-progress";

export interface BenchProgress {
  /** A case begins. */
  start(what: string): void;
  /** The part of the case that is being measured. */
  detail(what: string): void;
  /** The case is done, with this result. */
  finish(result: string): void;
  /** Prints a message that stays on the screen. */
  say(text: string): void;
  stop(): void;
}

export function benchProgress(total: number): BenchProgress {
  const stream = process.stderr;
  if (!stream.isTTY) {
    let done = 0;
    let current = "";
    return {
      start(what) {
        current = what;
      },
      detail() {},
      finish(result) {
        done++;
        stream.write(`${done}/${total} ${current}: ${result}\n`);
      },
      say: (text) => stream.write(`${text}\n`),
      stop() {},
    };
  }
  const bar = new cliProgress.SingleBar({
    stream,
    format: "{bar} {value}/{total}  {duration_formatted}, {eta_formatted} left  {what}",
    barsize: 20,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    etaBuffer: 5,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  let what = "";
  let done = 0;
  bar.start(total, 0, { what });
  return {
    start(name) {
      what = name;
      bar.update({ what });
    },
    detail(more) {
      bar.update({ what: `${what} · ${more}` });
    },
    finish() {
      done++;
      bar.update(done);
    },
    say(text) {
      bar.stop();
      stream.write(`${text}\n`);
      bar.start(total, done, { what });
    },
    stop: () => bar.stop(),
  };
}
