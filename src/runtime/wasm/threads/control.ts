/**
 * How threads share the tasks of a run: words of shared memory that all of them read and change, without messages. The
 * thread that calls `run` opens a job, takes tasks like the others, and closes it when all are done.
 */

/** A function of a module: runs the tasks from `first` to below `end` with the arguments at an address. */
export type Run = (first: number, end: number, address: number) => void;

// The words of the control block. In constants, since minifiers write those as numbers.
/** Counts jobs and messages. A thread without work waits for a change of it. */
export const epochWord = 0;
/** The stage that is open; `noStage` between jobs. */
export const stageWord = 1;
/** How many threads are in the job, besides the one that opened it. */
export const activeWord = 2;
/** Not 0 once a thread has failed. */
export const failedWord = 3;
/** Whose functions the job calls. */
export const instanceWord = 4;
/** How many threads may help: those with a number below it. */
export const helpersWord = 5;
/** From here on, how many messages each thread was sent. */
export const mailWord = 16;
export const mostHelpers = 64;

export const noStage = -1;

// From here on, sixteen words for each stage: a line of the cache. At most `mostStages` make a job.
const stagesWord = mailWord + mostHelpers;
const stageWords = 16;
export const mostStages = 64;

export const controlBytes = 4 * (stagesWord + mostStages * stageWords);

/** The first word of a stage: the number of its function, the address of its arguments, its tasks, and how many a thread takes at a time. */
export const stageAt = (stage: number): number => stagesWord + stage * stageWords;
/** The next task, and the number of tasks that are done. */
export const nextWord = 8;
export const doneWord = 9;

/** Takes tasks of the open stage until none is left. They are done in any order. */
export function takeTasks(control: Int32Array, stage: number, runs: readonly Run[]): void {
  const at = stageAt(stage);
  const run = runs[control[at]!]!;
  const address = control[at + 1]!;
  const tasks = control[at + 2]!;
  const grain = control[at + 3]!;
  for (;;) {
    const first = Atomics.add(control, at + nextWord, grain);
    if (first >= tasks) return;
    const end = Math.min(first + grain, tasks);
    try {
      run(first, end, address);
    } catch (error) {
      Atomics.store(control, failedWord, 1);
      throw error;
    } finally {
      // Whoever waits for the stage must not wait for a task that failed.
      if (Atomics.add(control, at + doneWord, end - first) + end - first === tasks)
        Atomics.notify(control, at + doneWord);
    }
  }
}

/** Waking a thread takes 7 µs or more. For what mostly takes less, a thread looks again and again first. */
const looks = 2_000;

/** Waits while a word has a value. @param sleeps whether the thread may sleep. */
export function waitWhile(control: Int32Array, word: number, value: number, sleeps = true): void {
  for (let i = 0; i < looks || !sleeps; i++) if (Atomics.load(control, word) !== value) return;
  while (Atomics.load(control, word) === value) Atomics.wait(control, word, value);
}
