/** The types of a norm on a processor. */
import type { Dtype } from "../../program/program.ts";
import type { WasmProgram } from "../../program/wasm-program.ts";
import type { FeedsByName, OpenOptions, ResultsByName } from "../options/norm-types.ts";
import type { FloatArray } from "../shapes/array-elements.ts";
import type { Dtypes } from "../shapes/element-types.ts";

/** An extent that is left open is refused as one that is no number. */
export type WasmOptions = Pick<OpenOptions, "dims" | "params" | "dtype">;

/** Where and how a norm runs. */
export interface WasmSettings {
  /**
   * How many threads run, with the one that calls. One where memory cannot be shared: `threads` of the norm says how many there
   * are. Results have the same bits for any number. @default by the size of the tensors, at most 8
   */
  readonly threads?: number | undefined;
  /**
   * A memory of yours. It is grown, and the norm lies in the new pages. @default a memory that norms share
   */
  readonly memory?: WebAssembly.Memory | undefined;
  /**
   * The addresses of tensors that lie in your memory already, in bytes: multiples of four. The others lie in the new pages.
   */
  readonly at?: Readonly<Record<string, number>> | undefined;
}

/** A view of elements in memory. Floats are f32 there. */
export type WasmArray = Float32Array | Int8Array | Uint8Array | Int32Array | Uint32Array;

/** One tensor of a norm in memory. */
export interface WasmTensor<View = WasmArray> {
  /** The extents, slowest first. Saved values have none. */
  readonly dims: readonly number[];
  /** The element type that `run` rounds to. */
  readonly dtype: Dtype;
  /** Where its first byte is in `memory`. */
  readonly address: number;
  /**
   * Its elements in memory, to write an input or read an output without a copy. Take it anew after another norm was created: a
   * memory that grows leaves old views without elements, unless threads share it.
   * @throws NormError N534 if the norm is destroyed.
   */
  readonly view: View;
}

export type ViewsByName = Readonly<Record<string, WasmArray>>;

/** A norm on the processor, for one set of extents. */
export interface WasmNorm<Feeds = FeedsByName, Results = ResultsByName, Views = ViewsByName> {
  readonly program: WasmProgram;
  /** The dims of every input, affine, state and output, slowest first. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  readonly dtypes: Dtypes;
  /** How many threads run, with the one that calls `run`. */
  readonly threads: number;
  readonly memory: WebAssembly.Memory;
  readonly tensors: { readonly [Name in keyof Views]: WasmTensor<Views[Name]> };
  /**
   * Computes on what lies in memory. The outputs and the updated states lie there afterwards.
   * @throws NormError N502 (an input that was neither fed nor viewed), N534.
   */
  run(): void;
  /**
   * Copies arrays (dense, in the tensor's layout) into memory, computes, and returns copies of the outputs and the updated
   * states. A tensor without a feed has what lies in memory: its last feed, what was written to its view, or its initial value.
   * @throws NormError N501, N502, N506 (wrong number of elements), N514, N534.
   */
  run(feeds: Partial<Feeds>): Results;
  /** Gives its memory back. It cannot be used afterwards. */
  destroy(): void;
  /** `destroy`, at the end of a block: `using norm = await LayerNorm.create(…)`. */
  [Symbol.dispose](): void;
}

/**
 * The backward pass of a norm: `run` takes a `d_y` for each output and returns a `d_x` for each wanted tensor, and the new
 * values of the states that the norm updates in its backward pass.
 */
export type WasmBackward<
  Feeds,
  Views,
  Of extends string,
  States extends string = never,
  D = "f32",
> = WasmNorm<
  Feeds,
  Readonly<Record<`d_${Of}` | States, FloatArray<D>>>,
  Views & Readonly<Record<`d_${Of}`, Float32Array>>
>;
