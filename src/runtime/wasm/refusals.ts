/** Why a norm cannot be made on this machine. Loaded by the first that cannot. */
import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";

export function noRoom(norm: string, bytes: number, memory: WebAssembly.Memory | undefined): NormError {
  const had =
    memory === undefined ? "" : `: yours has ${memory.buffer.byteLength} and cannot grow by as much`;
  return new NormError("N540", `no memory holds ${norm}, which needs ${bytes} bytes${had}`);
}

export function notCompiled(norm: string, error: unknown): NormError {
  const reason = error instanceof Error ? error.message : String(error);
  return new NormError("N541", `this engine does not compile ${norm}: ${reason}`, { cause: error });
}

export function noThreads(threads: unknown): NormError {
  return new NormError("N543", `threads: expected a whole number from 1, given ${shownValue(threads)}`);
}
