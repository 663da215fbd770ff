/** Starts the worker that runs norms, when it is first needed: it holds the compiler once more, and the runtimes. */
import { type Ask, askWorker } from "../workers/calls.ts";
import type { RunCalls } from "./protocol.ts";

let started: Ask<RunCalls> | undefined;

export const askRunner: Ask<RunCalls> = (name, given, tells) => {
  started ??= askWorker<RunCalls>(
    new Worker(new URL("./run-worker.ts", import.meta.url), { type: "module", name: "runner" }),
  );
  return started(name, given, tells);
};
