/**
 * A thread that helps: `pool.ts` starts it in Node and in pages. Between jobs it sleeps and hears no message, so that a run
 * can wake it in microseconds; a change of its own word sends it back to its messages.
 */
import {
  activeWord,
  epochWord,
  helpersWord,
  instanceWord,
  mailWord,
  noStage,
  type Run,
  stageWord,
  takeTasks,
  waitWhile,
} from "./control.ts";

export type ToWorker =
  | { readonly kind: "start"; readonly control: Int32Array; readonly number: number }
  | {
      readonly kind: "add";
      readonly id: number;
      readonly modules: readonly WebAssembly.Module[];
      readonly memory: WebAssembly.Memory;
    }
  | { readonly kind: "drop"; readonly id: number };

/** It answers a message that adds something with its number. */
export type FromWorker = number;

interface Port {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
  postMessage(message: FromWorker): void;
}

const { parentPort } = globalThis.process?.getBuiltinModule?.("node:worker_threads") ?? {};
const port = (parentPort ?? globalThis) as unknown as Port;

let control: Int32Array;
let number = 0;
/** How many messages it has read. */
let read = 0;
const instances = new Map<number, readonly Run[]>();

port.onmessage = ({ data }) => {
  switch (data.kind) {
    case "start":
      ({ control, number } = data);
      port.postMessage(0);
      break;
    case "add": {
      const { id, modules, memory } = data;
      const made = modules.map((one) => new WebAssembly.Instance(one, { normc: { memory } }));
      instances.set(
        id,
        made.flatMap(({ exports }) => Object.values(exports) as Run[]),
      );
      port.postMessage(data.id);
      break;
    }
    case "drop":
      instances.delete(data.id);
      break;
  }
  read++;
  help();
};

/** Takes part in jobs until there are messages. */
function help(): void {
  for (;;) {
    const epoch = Atomics.load(control, epochWord);
    if (Atomics.load(control, mailWord + number) !== read) return;
    if (Atomics.load(control, stageWord) === noStage) {
      Atomics.wait(control, epochWord, epoch);
      continue;
    }
    // From here on the job stays, if it is still open.
    Atomics.add(control, activeWord, 1);
    const runs = number < control[helpersWord]! ? instances.get(control[instanceWord]!) : undefined;
    for (let stage = Atomics.load(control, stageWord); stage !== noStage && runs; ) {
      try {
        takeTasks(control, stage, runs);
      } catch {
        // The one that waits finds it in the control block.
      }
      waitWhile(control, stageWord, stage);
      stage = Atomics.load(control, stageWord);
    }
    if (Atomics.sub(control, activeWord, 1) === 1) Atomics.notify(control, activeWord);
    if (!runs) Atomics.wait(control, epochWord, epoch);
  }
}
