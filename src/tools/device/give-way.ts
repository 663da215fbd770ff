import { execFileSync } from "node:child_process";
import { constants, setPriority } from "node:os";

/**
 * For measurements on a software adapter: the waiting thread gives way to those that compute. Dawn's binding for Node
 * asks without a pause whether the work is done, on a core that the adapter needs. On two cores layer norm 512 × 4096 took
 * 3.6 ms on lavapipe with this polling and 1.8 ms without, 12 and 8.1 ms on SwiftShader. Depending on where the scheduler
 * puts the threads, times had two modes in between.
 *
 * Linux's scheduler does not count a thread of the idle class as load, and a thread that naps between two questions takes no
 * core. With the idle class alone, the middle half of seven timings lay within 10 to 50 % of each other; with both, within
 * 1 to 3 %. Call this once the device is open, since threads that start later inherit the class.
 */
export function giveWay(): void {
  try {
    // The main thread has the id of the process.
    if (process.platform === "linux") execFileSync("chrt", ["--idle", "--pid", "0", String(process.pid)]);
    else setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Without it, times are longer but not wrong.
  }
  napBetweenTurns();
}

/** It adds to a submission once. Measurements time chains of several milliseconds, or their slopes. */
const napMs = 0.05;
const never = new Int32Array(new SharedArrayBuffer(4));
let naps = false;

/** Naps in each turn of the event loop, and so between two questions of anyone who waits for the device. */
function napBetweenTurns(): void {
  if (naps) return;
  naps = true;
  const nap = (): void => {
    Atomics.wait(never, 0, 0, napMs);
    setImmediate(nap).unref();
  };
  nap();
}
