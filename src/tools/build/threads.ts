/**
 * Makes many specs side by side: threads take one after the other from a list and compile it. This thread writes the
 * declarations of the modules meanwhile, so that ts-morph is loaded once: it would take 60 MB and 0.3 s of each thread.
 */
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { Diagnostic, Source } from "../../language/diagnostics/diagnostic.ts";
import { compileCacheFolder } from "../cli/files/package.ts";
import { finishSpec, type StartedSpec } from "./finish-spec.ts";
import type { CacheOptions } from "./spec-cache.ts";
import type { ResultOfSpec, SpecOptions, Workplace } from "./workplace.ts";

/** What a thread is given. */
export interface ThreadJob {
  readonly sources: readonly Source[];
  readonly options: SpecOptions;
  /** One number: which source comes next. All threads count it up. */
  readonly next: SharedArrayBuffer;
  readonly compileCache: string;
}

/** What a thread says. */
export type ThreadMessage =
  | { readonly kind: "started"; readonly index: number; readonly started: StartedSpec }
  | { readonly kind: "found"; readonly diagnostics: readonly Diagnostic[] }
  /** By a defect of the compiler: the first thread meets it again. */
  | { readonly kind: "failed" };

/** Each thread has a compiler of its own in memory, about 150 MB. */
const mostThreads = 4;

const specsOfThread = 6;

/**
 * A compiler takes less than half of that. Without limits the garbage of two threads grows to 800 MB; a spec that needs
 * more is made by the first thread.
 */
const limits = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32 };

/**
 * How much code V8 puts into a function that it optimizes. A build is over before the default of 920 pays: with this, 39 specs on
 * one thread took 0.88 of the CPU time (medians of three in turn).
 */
const lessInlining = "--max-inlined-bytecode-size-cumulative=150";

/** Returns the results by number. Those are missing that a thread failed to make. */
export async function makeSideBySide(
  sources: readonly Source[],
  options: SpecOptions,
  cache: CacheOptions,
  { store, onMade, onFound }: Workplace,
): Promise<Map<number, ResultOfSpec>> {
  setFlagsFromString(lessInlining);
  const results = new Map<number, ResultOfSpec>();
  const next = new SharedArrayBuffer(4);
  const finish = async (index: number, started: StartedSpec): Promise<void> => {
    const source = sources[index]!;
    results.set(index, { source, ...(await finishSpec(store, started, cache)) });
    onMade?.(source);
  };
  const finished: Promise<void>[] = [];
  const job: ThreadJob = {
    sources: sources.map(({ path, text }) => ({ path, text })),
    options,
    next,
    compileCache: compileCacheFolder(),
  };
  const listen = (message: ThreadMessage): void => {
    switch (message.kind) {
      case "started":
        // A defect is met again, as in a thread.
        finished.push(finish(message.index, message.started).catch(() => {}));
        break;
      case "found":
        onFound?.(message.diagnostics);
        break;
      case "failed":
        break;
    }
  };
  const count = Math.min(availableParallelism(), mostThreads, Math.floor(sources.length / specsOfThread));
  await Promise.all(Array.from({ length: count }, () => runThread(job, listen)));
  await Promise.all(finished);
  return results;
}

/** Ends when the thread ends, whether it failed or not. */
function runThread(job: ThreadJob, listen: (message: ThreadMessage) => void): Promise<void> {
  const file = import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js";
  return new Promise((resolve) => {
    const thread = new Worker(new URL(file, import.meta.url), { workerData: job, resourceLimits: limits });
    thread.on("message", listen);
    thread.on("error", () => resolve());
    thread.on("exit", () => resolve());
  });
}
