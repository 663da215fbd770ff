/**
 * The limit of a processor: `memory.copy` of WebAssembly (the engine's memmove) over the bytes that a norm must move, half
 * of them read and half written, on any number of threads. On shared memory `TypedArray.prototype.set` takes four times as
 * long (V8 13.6), since it copies element by element.
 */
import { Worker } from "node:worker_threads";
import loadWabt from "wabt";
import type { Timed } from "../src/tuning/measure/slope.ts";
import { uniform } from "../src/tuning/measure/uniform.ts";
import { besides } from "./packed.ts";

export interface Memcpy {
  readonly timed: Timed;
  close(): void;
}

/** What a thread copies: `bytes` from one address to another. */
export interface CopyRange {
  readonly to: number;
  readonly from: number;
  readonly bytes: number;
}

/** What a worker is given. The words of `control`: the number of the run, the copies of the run, the threads at work. */
export interface CopyWork {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly range: CopyRange;
  readonly control: Int32Array;
}

const pageBytes = 65536;

/** @param bytes read and written together. */
export async function openMemcpy(bytes: number, threads: number): Promise<Memcpy> {
  const each = Math.ceil(bytes / 2 / threads / 64) * 64;
  const pages = Math.ceil((2 * each * threads) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const values = new Float32Array(memory.buffer);
  const next = uniform(1);
  // Pages of zeros may be one page.
  for (let i = 0; i < values.length; i++) values[i] = 2 * next() - 1;
  const module = await copyModule(pages);
  const rangeOf = (thread: number): CopyRange => ({
    from: thread * each,
    to: (threads + thread) * each,
    bytes: each,
  });
  const control = new Int32Array(new SharedArrayBuffer(12));
  const workers = Array.from({ length: threads - 1 }, (_, i) => {
    const workerData: CopyWork = { module, memory, range: rangeOf(i + 1), control };
    return new Worker(besides("./memcpy-worker.ts"), { workerData });
  });
  const copy = copierOf(module, memory, rangeOf(0));
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("message", resolve))));
  return {
    timed: {
      async time(count) {
        const start = performance.now();
        Atomics.store(control, 1, count);
        Atomics.store(control, 2, workers.length);
        Atomics.add(control, 0, 1);
        Atomics.notify(control, 0);
        copy(count);
        for (let left = Atomics.load(control, 2); left > 0; left = Atomics.load(control, 2)) {
          Atomics.wait(control, 2, left);
        }
        return performance.now() - start;
      },
    },
    close() {
      for (const worker of workers) void worker.terminate();
    },
  };
}

/** Copies the range a number of times. */
export function copierOf(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  { to, from, bytes }: CopyRange,
): (times: number) => void {
  const { exports } = new WebAssembly.Instance(module, { bench: { memory } });
  const copy = exports.copy as (to: number, from: number, bytes: number, times: number) => void;
  return (times) => copy(to, from, bytes, times);
}

async function copyModule(pages: number): Promise<WebAssembly.Module> {
  const text = `(module
  (import "bench" "memory" (memory ${pages} ${pages} shared))
  (func (export "copy") (param $to i32) (param $from i32) (param $bytes i32) (param $times i32)
    (loop $again
      (memory.copy (local.get $to) (local.get $from) (local.get $bytes))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $again (i32.gt_s (local.get $times) (i32.const 0))))))`;
  const wabt = await loadWabt();
  const parsed = wabt.parseWat("copy.wat", text, { threads: true, bulk_memory: true });
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  return WebAssembly.compile(Uint8Array.from(buffer));
}
