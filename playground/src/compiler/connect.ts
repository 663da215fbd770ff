/** Starts the compiler's worker. */
import { type Ask, askWorker } from "../workers/calls.ts";
import type { CompilerCalls } from "./protocol.ts";

export interface Compiler {
  readonly ask: Ask<CompilerCalls>;
  /** Where the language server listens. */
  readonly port: MessagePort;
}

export function startCompiler(): Compiler {
  const worker = new Worker(new URL("./compiler-worker.ts", import.meta.url), {
    type: "module",
    name: "compiler",
  });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  return { ask: askWorker<CompilerCalls>(worker), port: port1 };
}
