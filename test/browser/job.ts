/** What a test asks of the page, and what comes back: plain data both ways. */

import type { GatherProgram } from "../../src/runtime/gpujs/index.ts";
import type { WasmProgram } from "../../src/runtime/wasm/index.ts";
import type { NormOptions, Program } from "../../src/runtime/webgpu/index.ts";

export type Job = (
  | { readonly target: "webgl2"; readonly program: GatherProgram }
  | { readonly target: "webgpu"; readonly program: Program }
  | { readonly target: "wasm"; readonly program: WasmProgram }
) & {
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: NormOptions["dtype"];
  /** f32, as base64. */
  readonly feeds: Readonly<Record<string, string>>;
};

export type Answer =
  | {
      /** What ran, in the backend's own words. */
      readonly ran: string;
      readonly dims: Readonly<Record<string, readonly number[]>>;
      readonly results: Readonly<Record<string, string>>;
    }
  | { readonly error: string };

/** The renderer of WebGL2 and the adapter of WebGPU; null where there is none. */
export interface Machine {
  readonly webgl2: string | null;
  readonly webgpu: string | null;
}

/** What the page offers to the tests. */
export interface TestPage {
  machine(): Promise<Machine>;
  run(jobs: readonly Job[]): Promise<Answer[]>;
  /**
   * Makes so many norms of a job on webgl2, runs each, destroys the last, and runs the others twice, all at once, x times a
   * power of two: the first value of each y, divided by that.
   */
  together(job: Job, count: number): Promise<number[]>;
  /** The code of the error where the browser takes the WebGL context away, and what a norm made afterwards gives. */
  lose(job: Job): Promise<{ readonly code: string; readonly after: number[] }>;
  /** Tunes a norm of a job for WebGPU in the background, in the storage that a page has, and runs it then. */
  tune(job: Job): Promise<{ readonly outcome: string; readonly storages: string[]; readonly answer: Answer }>;
}
