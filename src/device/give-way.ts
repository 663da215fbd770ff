import { execFileSync } from "node:child_process";
import { constants, setPriority } from "node:os";

/**
 * For measurements on a software adapter: the thread that waits gives way to those that compute. Dawn's binding for Node
 * asks without a pause whether the work is done, on a core of which the adapter would compute: on two cores layer norm
 * 512 × 4096 took 3.6 ms on lavapipe with, and 1.8 without, 12 and 8.1 on SwiftShader; with two modes in between, by
 * where the scheduler puts the threads. A thread of the idle class is no load in the eyes of Linux's scheduler. To be
 * called once the device is open, since threads inherit it that are started later.
 */
export function giveWay({ adapterInfo }: GPUDevice): void {
  try {
    // The main thread has the number of the process.
    if (process.platform === "linux") execFileSync("chrt", ["--idle", "--pid", "0", String(process.pid)]);
    else setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Without it times are longer, not wrong.
  }
  if (adapterInfo.architecture === "swiftshader") napBetweenTurns();
}

/**
 * SwiftShader's threads end up on one core while this one asks, even so: of 300 runs of layer norm 16 × 65536 the middle
 * half took 4.2 to 5.7 ms, with naps 3.0 to 3.1. Lavapipe's do not: there a nap comes on top (0.64 ms became 0.77).
 */
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
