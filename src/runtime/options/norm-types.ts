import type { Dtype, Program } from "../../program/program.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import type { Dispatch } from "../variants/dispatch.ts";
import type { ChooseVariant } from "../variants/variant.ts";

/** What a norm is made for: the dims of its tensors by name, its params, and the element types in memory. */
export interface NormOptions {
  /** Every input; affines, states and outputs may be given and are then checked. */
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params?: Readonly<Record<string, number>>;
  /** For all tensors (states stay f32), or by tensor; f32 where nothing is said. */
  readonly dtype?: Dtype | Readonly<Record<string, Dtype>> | undefined;
  /** Lays each kernel on the device, in a variant that `whyIllegal` has nothing against. @default chooseVariant */
  readonly choose?: ChooseVariant;
}

/** Buffers and arrays by tensor name; an affine, or a state that is not updated, may be left out. */
export type BuffersByName = Readonly<Record<string, GPUBuffer | undefined>>;
export type FeedsByName = Readonly<Record<string, ArrayLike<number> | undefined>>;
export type ResultsByName = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/**
 * `"background"`: the default variant runs at once, others are tried in idle time, the fastest takes its place and is
 * remembered in IndexedDB (for as long as the page lives, where there is none). With a storage it is remembered there.
 */
export type Tune = "background" | TuningStorage;

/** Where a page keeps the results of tuning: one text. */
export interface TuningStorage {
  /** What was written last; undefined where nothing was. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** What became of tuning in the background. */
export type TuningOutcome =
  /** It was known before: nothing was measured. */
  | { readonly kind: "known" }
  /** `factor` is the default's time over that of the variant that runs now; 1 where it still is the default. */
  | { readonly kind: "tuned"; readonly factor: number }
  | { readonly kind: "given up"; readonly reason: string };

/** A norm on a device, for one set of extents. */
export interface Norm<Buffers = BuffersByName, Feeds = FeedsByName, Results = ResultsByName> {
  readonly program: Program;
  /** The dims of every input, affine, state and output, slowest first. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  /** The element type of every tensor. */
  readonly dtypes: Dtypes;
  /** The kernels that `encode` dispatches, in order. */
  readonly dispatches: readonly Dispatch[];
  /**
   * Records the kernels into a compute pass of the same device. Buffers need the usage STORAGE and may be larger than
   * the tensor. Nothing is allocated but bind groups, which are kept for buffers seen before; nothing is copied but
   * small operands of a kernel that has more of them than the device has bindings.
   * @throws NormError N501, N502, N506 (too small), N510, N514 (usage, or one buffer for two tensors).
   */
  encode(pass: GPUComputePassEncoder, buffers: Buffers): void;
  /**
   * Uploads arrays (dense, in the tensor's layout), runs, and reads the outputs and the updated states back. A state
   * left out has its initial value.
   * @throws NormError N501, N502, N506 (wrong number of elements), N510.
   */
  run(feeds: Feeds): Promise<Results>;
  /** With `tune`: what became of it, once it has ended. It is never rejected. */
  readonly tuning?: Promise<TuningOutcome>;
  /** Releases the buffers that the instance made; it cannot be used afterwards. */
  destroy(): void;
}

/** A norm whose `encode` also writes what the backward pass reads, into one buffer. */
export type Saving<Buffers, Feeds, Results> = Norm<Buffers, Feeds, Results> & {
  /** How many bytes that buffer needs; 0 where nothing is kept. */
  readonly savedBytes: number;
};

/**
 * The backward pass of a norm: `encode` reads what the gradients depend on and a `d_y` for each output, and writes a
 * `d_x` for each tensor that was asked for, or adds to it what is new. `run` begins from zeros.
 */
export type Backward<Buffers, Feeds, Of extends string> = Norm<
  Buffers & Readonly<Record<`d_${Of}`, GPUBuffer>>,
  Feeds,
  Readonly<Record<`d_${Of}`, Float32Array<ArrayBuffer>>>
>;
