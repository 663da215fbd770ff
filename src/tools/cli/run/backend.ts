/** What `normc run` asks of a backend: WebGPU, gpu.js or the oracle. */
import type { Compiled } from "../../../compile/passes.ts";
import type { Graph } from "../../../graph/tensor/graph.ts";
import type { Dtype } from "../../../program/program.ts";
import type { Feed } from "../files/feeds.ts";

export interface Job {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly params: Readonly<Record<string, number>>;
  readonly dtype: Dtype;
  /** In place of the graph: the forward pass, then the backward pass that reads what it keeps. The oracle has no need. */
  readonly saving?: SavingJob;
}

export interface SavingJob {
  /** Undefined where nothing is kept: then `plain` runs. */
  readonly saving?: Compiled;
  readonly plain: Graph;
  readonly backward: Compiled;
  /** What both read. */
  readonly feeds: Readonly<Record<string, Feed>>;
}

export interface TensorResult {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

export type Results = Readonly<Record<string, TensorResult>>;

export interface Backend {
  readonly name: "webgpu" | "gpujs" | "oracle";
  /** What ran the last case, or will run the next one. */
  readonly adapter: string;
  /** Rejects with a NormError where the feeds do not fit the norm. */
  run(job: Job): Promise<Results>;
  close(): Promise<void>;
}
