/** Runs side by side, one on each thread: two runs on two threads are done before one run on two threads is, twice. */
import { Worker } from "node:worker_threads";
import type { Run } from "./plans.ts";
import type { Result } from "./results.ts";

export interface RunSettings {
  readonly workers: number;
  readonly onStart: (run: Run) => void;
  readonly onResult: (result: Result) => void;
  /** Ends all threads; results that are not there are lost. */
  readonly signal: AbortSignal;
}

export async function runAll(runs: readonly Run[], settings: RunSettings): Promise<void> {
  const { workers, onStart, onResult, signal } = settings;
  const left = [...runs];
  const serve = async (): Promise<void> => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url));
    const stop = (): void => void worker.terminate();
    signal.addEventListener("abort", stop);
    try {
      for (let run = left.shift(); run !== undefined && !signal.aborted; run = left.shift()) {
        onStart(run);
        const result = await answerOf(worker, run);
        if (result !== undefined) onResult(result);
      }
    } finally {
      signal.removeEventListener("abort", stop);
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, runs.length) }, serve));
}

/** Undefined if the thread ends before it has the result. */
function answerOf(worker: Worker, run: Run): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const ended = (): void => settle(() => resolve(undefined));
    const failed = (error: Error): void => settle(() => reject(error));
    const answered = (result: Result): void => settle(() => resolve(result));
    const settle = (then: () => void): void => {
      worker.off("exit", ended).off("error", failed).off("message", answered);
      then();
    };
    worker.once("exit", ended).once("error", failed).once("message", answered);
    worker.postMessage(run);
  });
}
