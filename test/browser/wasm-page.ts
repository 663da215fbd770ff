/** Runs in the browser: a norm in WebAssembly, as a page has it. The test answers the imports. */
import { LayerNorm } from "norms";

export interface WasmAnswer {
  readonly isolated: boolean;
  readonly threads: number;
  readonly y: readonly number[];
  readonly d_x: readonly number[];
}

export interface WasmPage {
  run(rows: number, width: number, x: readonly number[], threads: number): Promise<WasmAnswer>;
  /** Whether the policy of the page allows JavaScript from strings. */
  readonly evaluates: boolean;
}

const page: WasmPage = {
  async run(rows, width, x, threads) {
    using norm = await LayerNorm.create({ x: [rows, width] }, { threads });
    using back = await LayerNorm.createBackward({ x: [rows, width], of: ["x"] }, { threads });
    const { y } = norm.run({ x });
    for (let i = 0; i < 100; i++) norm.run();
    const again = norm.tensors.y.view;
    if (y.some((one, i) => one !== again[i])) throw new Error("another run gave other bits");
    const { d_x } = back.run({ x, d_y: x });
    return { isolated: crossOriginIsolated, threads: norm.threads, y: [...y], d_x: [...d_x] };
  },
  // Now: what the test evaluates in the page is allowed to.
  evaluates: evaluates(),
};

function evaluates(): boolean {
  try {
    new Function("");
    return true;
  } catch {
    return false;
  }
}

Object.assign(globalThis, { wasmPage: page });
