/** What a further thread does: it makes specs until none is left. */
import { parentPort } from "node:worker_threads";
import { createHost } from "../cli/files/host.ts";
import { makeSpec } from "./make-spec.ts";
import { diskStore, type Store } from "./store.ts";
import type { ThreadJob, ThreadMessage } from "./threads.ts";

export async function work({ sources, options, cache, next, storeFolder }: ThreadJob): Promise<void> {
  const say = (message: ThreadMessage): void => parentPort?.postMessage(message);
  const store: Store =
    storeFolder === undefined
      ? { read: () => undefined, write: (key, text) => say({ kind: "text", key, text }), trim: () => {} }
      : diskStore(storeFolder);
  const host = createHost();
  const numbers = new Int32Array(next);
  for (;;) {
    const index = Atomics.add(numbers, 0, 1);
    const source = sources[index];
    if (source === undefined) break;
    try {
      host.adopt(source);
      const made = await makeSpec(store, source, host.readImport, options, cache);
      say({ kind: "made", index, made });
    } catch {
      say({ kind: "failed" });
    }
  }
  if (host.found.length > 0) say({ kind: "found", diagnostics: host.found });
}
