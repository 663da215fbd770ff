/** Compiles the modules of programs, each once, and instantiates them, once for each memory. */
import { withFusedProducts } from "../../program/fused-products.ts";
import { memoryOfThreads, type WasmProgram } from "../../program/wasm-program.ts";
import type { Heap } from "./heap.ts";
import type { Run } from "./threads/control.ts";

type Module = Pick<WasmProgram, "module" | "memoryLimits">;

/** By the text of the module, with a sign in front for memory that threads share. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** @throws NormError (as a rejection) N541 if the engine cannot compile it, or the page may not. */
export function moduleOf(norm: string, given: Module, shared: boolean): Promise<WebAssembly.Module> {
  const key = `${shared ? "+" : "-"}${given.module}`;
  const known = compiled.get(key) ?? compile(norm, given, shared);
  compiled.set(key, known);
  return known;
}

async function compile(
  norm: string,
  { module, memoryLimits }: Module,
  shared: boolean,
): Promise<WebAssembly.Module> {
  const bytesOf = (digits: string): Uint8Array<ArrayBuffer> => {
    const bytes = Uint8Array.from(digits.match(/\w\w/g)!, (one) => Number.parseInt(one, 16));
    if (shared) bytes.set(memoryOfThreads, memoryLimits);
    return bytes;
  };
  const fused = bytesOf(withFusedProducts(module));
  try {
    return await WebAssembly.compile(WebAssembly.validate(fused) ? fused : bytesOf(module));
  } catch (error) {
    throw (await import("./refusals.ts")).notCompiled(norm, error);
  }
}

export async function instanceIn(
  { memory, instances }: Heap,
  module: WebAssembly.Module,
): Promise<Readonly<Record<string, Run>>> {
  const instance = instances.get(module) ?? (await WebAssembly.instantiate(module, { normc: { memory } }));
  instances.set(module, instance);
  return instance.exports as Readonly<Record<string, Run>>;
}

/** The same at once. Engines allow it for modules as small as ours. */
export function instanceNow(
  { memory, instances }: Heap,
  module: WebAssembly.Module,
): Readonly<Record<string, Run>> {
  const instance = instances.get(module) ?? new WebAssembly.Instance(module, { normc: { memory } });
  instances.set(module, instance);
  return instance.exports as Readonly<Record<string, Run>>;
}
