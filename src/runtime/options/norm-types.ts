/// <reference lib="esnext.disposable" preserve="true" />
import type { FloatType, Program } from "../../program/program.ts";
import type { NormTensor } from "../device/norm-tensors.ts";
import type { TensorBuffer } from "../device/ranges.ts";
import type { Aliases } from "../shapes/aliases.ts";
import type { ElementArray, FloatArray } from "../shapes/array-elements.ts";
import type { Extent, ExtentsOf } from "../shapes/dynamic.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import type { Dispatch } from "../variants/dispatch.ts";
import type { ChooseVariant } from "../variants/variant.ts";

/** The options of a norm: the dims of its tensors by name, its params, and the element types in memory. */
export interface NormOptions extends Aliases {
  /**
   * Dims, slowest first. Every input is required. Affines, states and outputs are optional; if given, they are checked.
   */
  readonly dims: Readonly<Record<string, readonly number[]>>;
  /** By name. The default of each param is the one in its spec. */
  readonly params?: Readonly<Record<string, number>>;
  /**
   * One element type for all tensors (states stay f32, integers what their spec says), or one by tensor name.
   * @default "f32"
   */
  readonly dtype?: FloatType | Readonly<Record<string, FloatType>> | undefined;
  /** Chooses the variant of each kernel. `whyIllegal` must accept it. @default chooseVariant */
  readonly choose?: ChooseVariant;
}

/** The same, with extents that each call of `encode` and `run` gives. */
export type OpenOptions = Omit<NormOptions, "dims"> & {
  readonly dims: Readonly<Record<string, readonly Extent[]>>;
  readonly tune?: Tune | undefined;
};

/** Buffers, or ranges of buffers, by tensor name. Affines, and states that are not updated, may be omitted. */
export type BuffersByName = Readonly<Record<string, TensorBuffer | undefined>>;
/** Arrays by tensor name, dense, in the tensor's layout. Affines and states may be omitted. */
export type FeedsByName = Readonly<Record<string, ArrayLike<number> | undefined>>;
/** Outputs and updated states by tensor name, dense, in the tensor's layout. */
export type ResultsByName = Readonly<Record<string, ElementArray>>;

/**
 * `"background"`: the default variant runs at once. Others are tried in idle time, and the fastest replaces it. The
 * result is kept in IndexedDB, or in memory while the page lives if there is no IndexedDB. With a `TuningStorage`,
 * tuning runs the same way and the result is kept there.
 */
export type Tune = "background" | TuningStorage;

/** Stores the results of tuning as one string. */
export interface TuningStorage {
  /** Resolves to the string that was written last, or to undefined if there is none. */
  read(): Promise<string | undefined>;
  /** Replaces the stored string. */
  write(text: string): Promise<void>;
}

/** The result of tuning in the background. */
export type TuningOutcome =
  /** The result was already known, so nothing was measured. */
  | { readonly kind: "known" }
  /** `factor`: the time of the default variant over the time of the variant that runs now; 1 if the default stays. */
  | { readonly kind: "tuned"; readonly factor: number }
  /** Tuning stopped without a result, for this reason. */
  | { readonly kind: "given up"; readonly reason: string };

/** A norm on a device, for one set of extents. */
export interface Norm<
  Buffers = BuffersByName,
  Feeds = FeedsByName,
  Results = ResultsByName,
  Axes extends string = string,
> {
  readonly program: Program;
  /** The dims of every input, affine, state and output, slowest first. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  /** The element type of every tensor. */
  readonly dtypes: Dtypes;
  /** The tensors that `encode` takes buffers for, by name: their dims, element types, bytes and usage. */
  readonly tensors: Readonly<Record<keyof Buffers, NormTensor>>;
  /** The kernels that `encode` dispatches, in order. */
  readonly dispatches: readonly Dispatch[];
  /**
   * Records the kernels into a compute pass of the same device, or into a pass of its own on a command encoder. Buffers
   * need the usage STORAGE and may be larger than the tensor. A range `{ buffer, offset, size }` begins at a multiple of
   * `minStorageBufferOffsetAlignment`. It allocates only bind groups, and keeps them for the next call with the same
   * buffers. It copies only small operands, and only if a kernel has more of them than the device has bindings.
   * @param extents of the axes that were left open with `dynamic`, by name: `{ N: 37 }`.
   * @throws NormError N501, N502, N506 (buffer too small), N510, N514 (wrong usage, or ranges that overlap), N520 (an
   * offset or a range that cannot be bound), N521 (a buffer that one kernel reads and writes), N522 (two ranges in
   * place), N524 (an extent that is missing or too large), N531 (neither a pass nor an encoder). After an error nothing
   * is recorded.
   */
  encode(
    target: GPUComputePassEncoder | GPUCommandEncoder,
    buffers: Buffers,
    extents?: ExtentsOf<Axes>,
  ): void;
  /**
   * Uploads arrays (dense, in the tensor's layout), runs the kernels, and reads back the outputs and the updated
   * states. The default of a state is its initial value.
   * @throws NormError (as a rejection) N501, N502, N506 (wrong number of elements), N510.
   */
  run(feeds: Feeds, extents?: ExtentsOf<Axes>): Promise<Results>;
  /** Only with `tune`: resolves to the result when tuning has ended. It never rejects. */
  readonly tuning?: Promise<TuningOutcome>;
  /** Destroys the buffers that the instance made. The instance cannot be used afterwards. */
  destroy(): void;
  /** `destroy`, at the end of a block: `using norm = await LayerNorm.create(…)`. */
  [Symbol.dispose](): void;
}

/** A norm whose `encode` also writes, into one buffer, the values that the backward pass reads. */
export type Saving<Buffers, Feeds, Results, Axes extends string = string> = Norm<
  Buffers,
  Feeds,
  Results,
  Axes
> & {
  /** The size of that buffer in bytes; 0 if nothing is saved. */
  readonly savedBytes: number;
};

/**
 * The backward pass of a norm. `encode` reads the tensors that the gradients depend on and a `d_y` for each output `y`.
 * For each wanted tensor `x` it writes the gradient `d_x`, or adds to it if `x` is accumulated. `run` starts from
 * zeros. It also updates the states `States`, which the norm updates in its backward pass.
 */
export type Backward<
  Buffers,
  Feeds,
  Of extends string,
  States extends string = never,
  D = "f32",
  Axes extends string = string,
> = Norm<
  Buffers & Readonly<Record<`d_${Of}`, TensorBuffer>>,
  Feeds,
  Readonly<Record<`d_${Of}` | States, FloatArray<D>>>,
  Axes
>;
