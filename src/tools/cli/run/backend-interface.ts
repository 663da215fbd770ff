/** The interface of a backend of `normc run`: WebGPU, WebAssembly, gpu.js or the oracle. */
import type { Compiled } from "../../../compile/passes.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { DtypeChoice } from "../arguments/dtype-choice.ts";
import type { Feed } from "../files/read-cases.ts";

export interface Job {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: DtypeChoice;
  /** Run in place of the graph: the forward pass, then the backward pass that reads its values. The oracle ignores it. */
  readonly saving?: SavingJob;
}

export interface SavingJob {
  /** Undefined if nothing is saved. Then `plain` runs. */
  readonly saving?: Compiled;
  readonly plain: Graph;
  readonly backward: Compiled;
  /** The feeds of both. */
  readonly feeds: Readonly<Record<string, Feed>>;
}

export interface TensorResult {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

export type Results = Readonly<Record<string, TensorResult>>;

export interface Backend {
  readonly name: "webgpu" | "wasm" | "gpujs" | "oracle";
  /** The adapter that ran the last case, or will run the next one. */
  readonly adapter: string;
  /** Rejects with a NormError if the feeds do not fit the norm. */
  run(job: Job): Promise<Results>;
  close(): Promise<void>;
}
