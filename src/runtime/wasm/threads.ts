/** How many threads a norm has. */
import { isShared } from "./heap.ts";
import type { WasmSettings } from "./wasm-types.ts";

/**
 * What a thread has to do at least, in bytes of the tensors. Waking it takes 7 µs, one time in ten 15 µs (Node 24, Linux). A layer
 * norm moves 30 GB/s: this takes it 17 µs.
 */
const bytesOfThread = 512 * 1024;

/** A few threads move as many bytes as a memory gives. */
const mostByItself = 8;

/**
 * Those that the caller asks for; without a wish as many as the tensors are worth. One where memory cannot be shared: in a
 * page that is not isolated (`crossOriginIsolated`), and in a memory of the user that is not shared.
 */
export function threadsFor({ threads, memory }: WasmSettings, bytes: number): number {
  const { crossOriginIsolated, navigator } = globalThis;
  const shares = typeof SharedArrayBuffer !== "undefined" && crossOriginIsolated !== false;
  if (!shares || (memory !== undefined && !isShared(memory))) return 1;
  const most = Math.min(mostByItself, navigator?.hardwareConcurrency ?? 1, Math.floor(bytes / bytesOfThread));
  return threads ?? Math.max(1, most);
}
