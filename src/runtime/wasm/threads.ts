/** How many threads a norm has. */
import { NormError, shownValue } from "../shapes/errors.ts";
import { isShared } from "./heap.ts";
import type { WasmSettings } from "./wasm-types.ts";

/** What a thread has to do at least, in bytes of the tensors: below, waking it takes more than it saves. */
const bytesOfThread = 256 * 1024;

/** A few threads move as many bytes as a memory gives. */
const mostByItself = 8;

/**
 * Those that the caller asks for; without a wish as many as the tensors are worth. One where memory cannot be shared: in a
 * page that is not isolated (`crossOriginIsolated`), and in a memory of the user that is not shared.
 * @throws NormError N543 for a wish that is no number of threads.
 */
export function threadsFor({ threads, memory }: WasmSettings, bytes: number): number {
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new NormError("N543", `threads: expected a whole number from 1, given ${shownValue(threads)}`);
  }
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  if (typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false) return 1;
  if (memory !== undefined && !isShared(memory)) return 1;
  const most = Math.min(mostByItself, globalThis.navigator?.hardwareConcurrency ?? 1);
  return threads ?? Math.max(1, Math.min(most, Math.floor(bytes / bytesOfThread)));
}
