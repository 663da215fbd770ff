import { execFileSync } from "node:child_process";
import { constants, setPriority } from "node:os";

/**
 * For measurements on a software adapter: the thread that waits gives way to those that compute. Dawn's binding for Node
 * asks without a pause whether the work is done, on a core of which the adapter would compute: on two cores layer norm
 * 512 × 4096 took 3.6 ms on lavapipe with, and 1.8 without, 12 and 8.1 on SwiftShader; with two modes in between, by
 * where the scheduler puts the threads. A thread of the idle class is no load in the eyes of Linux's scheduler, and one
 * that naps between two questions takes no core: of seven timings in a row the middle half lay within 10 to 50 % of
 * each other by the first alone, within 1 to 3 % by both. To be called once the device is open, since threads inherit
 * the class that are started later.
 */
export function giveWay(): void {
  try {
    // The main thread has the number of the process.
    if (process.platform === "linux") execFileSync("chrt", ["--idle", "--pid", "0", String(process.pid)]);
    else setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Without it times are longer, not wrong.
  }
  napBetweenTurns();
}

/** It comes on top of a submission, once: what is timed are chains of several milliseconds, or their slopes. */
const napMs = 0.05;
const never = new Int32Array(new SharedArrayBuffer(4));
let naps = false;

/** A nap in each turn of the event loop, and so between two questions, whoever waits for the device and for what. */
function napBetweenTurns(): void {
  if (naps) return;
  naps = true;
  const nap = (): void => {
    Atomics.wait(never, 0, 0, napMs);
    setImmediate(nap).unref();
  };
  nap();
}
