/** One memory with everything that a network has, and the kernels that run in it. */
import wabt from "wabt";
import { kernelsText } from "./kernels.wat.ts";

/** A range of f32 in memory. */
export interface Tensor {
  readonly address: number;
  readonly length: number;
}

export interface Kernels {
  product(
    ...[a, aRow, aStep, b, bRow, c, cRow, rows, columns, inner, adds]: readonly [
      a: number,
      aRow: number,
      aStep: number,
      b: number,
      bRow: number,
      c: number,
      cRow: number,
      rows: number,
      columns: number,
      inner: number,
      adds: 0 | 1,
    ]
  ): void;
  patches(x: number, cols: number, channels: number, size: number, out: number, stride: number): void;
  patchesBack(x: number, cols: number, channels: number, size: number, out: number, stride: number): void;
  transpose(from: number, to: number, rows: number, columns: number): void;
  descend(
    value: number,
    gradient: number,
    velocity: number,
    count: number,
    rate: number,
    momentum: number,
    decay: number,
  ): void;
  addScaled(to: number, from: number, x: number, factor: number, count: number): void;
}

export interface Device {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  /** So many zeros, whose address is a multiple of 64. */
  take(length: number): Tensor;
  /** The elements. Memory that grows leaves old views empty: take it anew after other tensors were taken. */
  view(tensor: Tensor): Float32Array<ArrayBuffer>;
}

const pageBytes = 65_536;
/** Norms take pages of their own between ours, so ours are taken a megabyte at a time. */
const chunkPages = 16;

let compiled: Promise<WebAssembly.Module> | undefined;

export async function openDevice(): Promise<Device> {
  compiled ??= assemble();
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = await WebAssembly.instantiate(await compiled, { lab: { memory } });
  let next = 0;
  let end = 0;
  return {
    memory,
    kernels: instance.exports as unknown as Kernels,
    take(length) {
      const bytes = Math.ceil((4 * length) / 64) * 64;
      if (next + bytes > end) {
        const pages = Math.max(chunkPages, Math.ceil(bytes / pageBytes));
        next = memory.grow(pages) * pageBytes;
        end = next + pages * pageBytes;
      }
      const tensor = { address: next, length };
      next += bytes;
      return tensor;
    },
    view: ({ address, length }) => new Float32Array(memory.buffer as ArrayBuffer, address, length),
  };
}

async function assemble(): Promise<WebAssembly.Module> {
  const tools = await wabt();
  const parsed = tools.parseWat("kernels.wat", kernelsText(), {
    simd: true,
    relaxed_simd: true,
    bulk_memory: true,
  });
  try {
    return await WebAssembly.compile(new Uint8Array(parsed.toBinary({}).buffer));
  } finally {
    parsed.destroy();
  }
}
