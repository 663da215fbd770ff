/** What a further thread does: it compiles specs until none is left. */
import { parentPort } from "node:worker_threads";
import { createHost } from "../cli/files/host.ts";
import { startMake } from "./make-spec.ts";
import type { ThreadJob, ThreadMessage } from "./threads.ts";

export async function work({ sources, options, next }: ThreadJob): Promise<void> {
  const say = (message: ThreadMessage): void => parentPort?.postMessage(message);
  const host = createHost();
  const numbers = new Int32Array(next);
  for (;;) {
    const index = Atomics.add(numbers, 0, 1);
    const source = sources[index];
    if (source === undefined) break;
    try {
      host.adopt(source);
      const started = await startMake(source, host.readImport, options);
      say({ kind: "started", index, started });
    } catch {
      say({ kind: "failed" });
    }
  }
  if (host.found.length > 0) say({ kind: "found", diagnostics: host.found });
}
