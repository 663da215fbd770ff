/** WebAssembly text to bytes, by `wabt`. */
import type wabt from "wabt";
import { memoryOfOneThread, memoryOfThreads } from "../../program/wasm-program.ts";

export interface Assembled {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The place of the five bytes that say what memory the module takes. */
  readonly memoryLimits: number;
}

export type Assemble = (wat: string) => Assembled;

let loaded: Promise<Assemble> | undefined;

/**
 * Not a literal in the import, so that bundlers of pages do not follow it: `wabt` asks for `fs` where it finds itself in Node,
 * and esbuild and webpack refuse a module that asks for it anywhere. A page that assembles names `wabt` in an import map.
 */
const packageName = "wabt";

/** Loads `wabt` the first time: 0.7 MB of JavaScript that takes 0.2 s to start. */
export function loadAssembler(): Promise<Assemble> {
  loaded ??= (
    import(/* @vite-ignore */ /* webpackIgnore: true */ packageName) as Promise<{
      readonly default: typeof wabt;
    }>
  ).then(async (module) => assembler(await module.default()));
  return loaded;
}

type Wabt = Awaited<ReturnType<typeof wabt>>;

function assembler(tools: Wabt): Assemble {
  return (wat) => {
    const parsed = tools.parseWat("module.wat", wat, { simd: true, sat_float_to_int: true, threads: true });
    try {
      const bytes = new Uint8Array(parsed.toBinary({}).buffer);
      const memoryLimits = limitsIn(bytes);
      bytes.set(memoryOfOneThread, memoryLimits);
      return { bytes, memoryLimits };
    } finally {
      parsed.destroy();
    }
  };
}

/** Behind the name of the memory and the kind of import, 2. */
function limitsIn(bytes: Uint8Array): number {
  const before = [...new TextEncoder().encode("memory"), 2, ...memoryOfThreads];
  const at = bytes.findIndex((_, start) => before.every((byte, i) => bytes[start + i] === byte));
  if (at < 0) throw new Error("the module imports no memory");
  return at + before.length - memoryOfThreads.length;
}
