/** A thread of `memcpy.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { type CopyWork, copierOf } from "./memcpy.ts";

const { module, memory, range, control } = workerData as CopyWork;
const copy = copierOf(module, memory, range);
let run = Atomics.load(control, 0);
parentPort?.postMessage("ready");
while (true) {
  Atomics.wait(control, 0, run);
  run = Atomics.load(control, 0);
  copy(Atomics.load(control, 1));
  if (Atomics.sub(control, 2, 1) === 1) Atomics.notify(control, 2);
}
