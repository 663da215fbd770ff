/** What the page asks the worker that runs norms, and what it is told: plain data. */
import type { Chosen, TypedSizes } from "../compiler/protocol.ts";

export type BackendName = "webgpu" | "webgl2" | "wasm";

export const backendNames: readonly BackendName[] = ["webgpu", "webgl2", "wasm"];

export const backendTitles: Readonly<Record<BackendName, string>> = {
  webgpu: "WebGPU",
  webgl2: "WebGL2",
  wasm: "WebAssembly",
};

export interface Job {
  readonly chosen: Chosen;
  readonly sizes: TypedSizes;
}

/** The values of a tensor, counted in bins of equal width from `least` to `most`. */
export interface Histogram {
  readonly tensor: string;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  readonly deviation: number;
  readonly counts: readonly number[];
}

export type RunEvent =
  | {
      readonly kind: "result";
      readonly backend: BackendName;
      readonly machine: string;
      /** Milliseconds until the first result, compiling included. */
      readonly first: number;
      /** The largest |result − oracle| / max(1, |oracle|). */
      readonly error: number;
      /** Dispatches, draws or stages. */
      readonly steps: number;
    }
  | {
      readonly kind: "time";
      readonly backend: BackendName;
      /** Medians of milliseconds: of a run, and of a copy of the same bytes. */
      readonly ms: number;
      readonly copyMs: number;
      readonly bytes: number;
      /** What was timed, in a few words. */
      readonly how: string;
    }
  | { readonly kind: "values"; readonly before: Histogram; readonly after: Histogram }
  | { readonly kind: "missing"; readonly backend: BackendName; readonly why: string };

/** A way to compute a norm: a backend, or its formula in f32 as textbooks have it. */
export type CurveName = BackendName | "naive";

export interface CurveEvent {
  readonly name: CurveName;
  /** |mean| / deviation of the input. */
  readonly ratio: number;
  readonly error: number;
}

export interface GradientEvent {
  readonly gradient: string;
  /** Against the oracle's own backward graph, relative to the largest gradient of the tensor. By differences, or a backend. */
  readonly by: BackendName | "differences";
  readonly error: number;
  readonly note?: string;
}

export interface TriedEvent {
  readonly kernel: string;
  readonly variant: string;
  /** Undefined for one that was refused. */
  readonly ms?: number;
  readonly refused?: string;
  /** How much faster than the default the best one is so far. */
  readonly factor: number;
}

export interface TuneOutcome {
  readonly ms: number;
  readonly defaultMs: number;
  readonly tried: number;
  readonly space: number;
  readonly best: string;
}

export type RunCalls = {
  /** Opens the device and compiles, so that the first run need not. */
  readonly warm: { readonly takes: Job; readonly tells: never; readonly answers: undefined };
  readonly run: { readonly takes: Job; readonly tells: RunEvent; readonly answers: undefined };
  readonly curve: { readonly takes: Job; readonly tells: CurveEvent; readonly answers: undefined };
  readonly gradients: { readonly takes: Job; readonly tells: GradientEvent; readonly answers: string };
  readonly tune: { readonly takes: Job; readonly tells: TriedEvent; readonly answers: TuneOutcome };
  readonly stop: { readonly takes: undefined; readonly tells: never; readonly answers: undefined };
};
