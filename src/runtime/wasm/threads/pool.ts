/**
 * The threads that help with runs, one pool for a page or a process. Loaded by the first norm that has several. A run is
 * synchronous: the thread that calls it takes its share of the tasks, then waits for the others.
 */

import {
  activeWord,
  controlBytes,
  doneWord,
  epochWord,
  failedWord,
  helpersWord,
  instanceWord,
  mailWord,
  mostHelpers,
  mostStages,
  nextWord,
  noStage,
  type Run,
  stageAt,
  stageWord,
  takeTasks,
  waitWhile,
} from "./control.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

export { makeSharedMemory } from "./shared-memory.ts";

/** One stage of a run. */
export interface PoolStage {
  readonly run: Run;
  readonly address: number;
  readonly tasks: number;
}

/** Modules in a memory, as threads know them. */
export interface Team {
  /** How many threads run, with the one that calls. */
  readonly threads: number;
  run(stages: readonly PoolStage[]): void;
}

/** A memory, and what is to be called when nothing lies in it any more. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  readonly onEmpty: (() => void)[];
}

interface Helper {
  post(message: ToWorker): void;
  /** Sends a message and waits for its answer. */
  ask(message: ToWorker): Promise<void>;
}

const control = new Int32Array(new SharedArrayBuffer(controlBytes));
control[stageWord] = noStage;

/** By number. Undefined for one that could not be started. */
const helpers: Promise<Helper | undefined>[] = [];

let lastId = 0;

/** The main thread of a page may not sleep. It looks at a word until it changes, as Emscripten's threads do. */
const sleeps = maySleep();

function maySleep(): boolean {
  try {
    Atomics.wait(control, failedWord, 1);
    return true;
  } catch {
    return false;
  }
}

/**
 * Has threads ready that run functions in a shared memory. Where fewer can be started, there are fewer.
 * @param runs all functions of the modules, in the order of the modules and of their exports.
 */
export async function openTeam(
  threads: number,
  modules: readonly WebAssembly.Module[],
  { memory, onEmpty }: Place,
  runs: readonly Run[],
): Promise<Team> {
  const wanted = Math.min(threads - 1, mostHelpers);
  while (helpers.length < wanted) helpers.push(startHelper(helpers.length));
  const started = await Promise.all(helpers.slice(0, wanted));
  // Those with a number below `helping` help, so none of them may be missing.
  const missing = started.indexOf(undefined);
  const team = (missing < 0 ? started : started.slice(0, missing)) as readonly Helper[];
  const id = ++lastId;
  await Promise.all(team.map((one) => one.ask({ kind: "add", id, modules, memory })));
  onEmpty.push(() => {
    for (const one of team) one.post({ kind: "drop", id });
  });
  return {
    threads: team.length + 1,
    run(stages) {
      for (let from = 0; from < stages.length; from += mostStages) {
        const some = stages.slice(from, from + mostStages);
        for (const [i, { run, address, tasks }] of some.entries()) {
          const at = stageAt(i);
          control[at] = runs.indexOf(run);
          control[at + 1] = address;
          control[at + 2] = tasks;
          control[at + 3] = Math.ceil(tasks / (turns * (team.length + 1)));
          control[at + nextWord] = 0;
          control[at + doneWord] = 0;
        }
        runJob(id, team.length, some, runs);
      }
    },
  };
}

/** How often each thread comes for tasks of a stage, if all are equally fast. */
const turns = 8;

function runJob(id: number, helping: number, stages: readonly PoolStage[], runs: readonly Run[]): void {
  control[instanceWord] = id;
  control[helpersWord] = helping;
  control[failedWord] = 0;
  Atomics.store(control, stageWord, 0);
  wake();
  try {
    for (const [i, { tasks }] of stages.entries()) {
      if (i > 0) {
        Atomics.store(control, stageWord, i);
        Atomics.notify(control, stageWord);
      }
      takeTasks(control, i, runs);
      const word = stageAt(i) + doneWord;
      for (let done = 0; done !== tasks; done = Atomics.load(control, word))
        waitWhile(control, word, done, sleeps);
    }
  } finally {
    Atomics.store(control, stageWord, noStage);
    Atomics.notify(control, stageWord);
    for (let active = -1; active !== 0; active = Atomics.load(control, activeWord))
      if (active > 0) waitWhile(control, activeWord, active, sleeps);
  }
  if (control[failedWord] !== 0) throw new Error("a thread failed");
}

function wake(): void {
  Atomics.add(control, epochWord, 1);
  Atomics.notify(control, epochWord);
}

interface Thread {
  postMessage(message: ToWorker): void;
  onMessage(hear: (message: FromWorker) => void): void;
  onError(fail: () => void): void;
  /** Whether it keeps a process of Node alive. */
  keepAlive(keeps: boolean): void;
}

async function startHelper(number: number): Promise<Helper | undefined> {
  const thread = openThread();
  const answers = new Map<FromWorker, () => void>();
  let asked = 0;
  const post = (message: ToWorker): void => {
    // First the count: a thread that has read a message looks whether it was the last one.
    Atomics.add(control, mailWord + number, 1);
    thread.postMessage(message);
    wake();
  };
  const ask = (message: ToWorker, id: number): Promise<void> => {
    if (asked++ === 0) thread.keepAlive(true);
    return new Promise((resolve) => {
      answers.set(id, resolve);
      post(message);
    });
  };
  thread.onMessage((id) => {
    answers.get(id)?.();
    answers.delete(id);
    if (--asked === 0) thread.keepAlive(false);
  });
  return new Promise((resolve) => {
    thread.onError(() => resolve(undefined));
    ask({ kind: "start", control, number }, 0).then(() =>
      resolve({ post, ask: (message) => ask(message, "id" in message ? message.id : 0) }),
    );
  });
}

/** A thread in Node, or a worker of a page. */
function openThread(): Thread {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (threads !== undefined) {
    // In a checkout the file ends as this one does. Options such as `--input-type` are for the first thread alone.
    const file = new URL(import.meta.url.replace(/[^/]*(\.\w+)$/, "worker$1"));
    const worker = new threads.Worker(file, { execArgv: [] });
    return {
      postMessage: (message) => worker.postMessage(message),
      onMessage: (hear) => worker.on("message", hear),
      onError: (fail) => worker.on("error", fail),
      keepAlive: (keeps) => (keeps ? worker.ref() : worker.unref()),
    };
  }
  // Bundlers know this form.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  return {
    postMessage: (message) => worker.postMessage(message),
    onMessage: (hear) => worker.addEventListener("message", ({ data }) => hear(data as FromWorker)),
    onError: (fail) => worker.addEventListener("error", fail),
    keepAlive: () => undefined,
  };
}
