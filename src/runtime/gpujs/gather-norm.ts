import type { GatherProgram } from "../../program/gather-program.ts";
import type { Dtype, ProgramTensor } from "../../program/program.ts";
import { defect } from "../device/device-errors.ts";
import { checkFeed } from "../options/check-feed.ts";
import type { FeedsByName, NormOptions, ResultsByName } from "../options/norm-types.ts";
import { type ElementArray, elementsOf, type FloatArray } from "../shapes/array-elements.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { type Dtypes, resolveDtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import { settledResults } from "../shapes/settled-results.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import { type GpuBackend, type GpuSettings, openGpu, refuseFallback } from "./backend.ts";
import { openChain } from "./gather-pipeline.ts";
import { checkSizes, sizedDraws } from "./sized-draws.ts";

export type GatherOptions = Pick<NormOptions, "dims" | "params" | "dtype">;

/** A norm on gpu.js, for one set of extents. */
export interface GatherNorm<Feeds = FeedsByName, Results = ResultsByName> {
  readonly program: GatherProgram;
  /** The dims of every input, affine, state and output, slowest first. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  readonly dtypes: Dtypes;
  /** The backend that it runs on. A run that gpu.js moved to another one is refused (N517). */
  readonly backend: GpuBackend;
  /** The draws of a run, in order. */
  readonly draws: readonly string[];
  /**
   * Takes arrays (dense, in the tensor's layout) and returns the outputs and the updated states. The default of a state is
   * its initial value.
   * @throws NormError N501, N502, N506 (wrong number of elements), N510 (the context is lost, or no memory is left), N513,
   * N517 (gpu.js ran another backend).
   */
  run(feeds: Feeds): Promise<Results>;
  /** Releases the memory of the instance on the device. It cannot be used afterwards. */
  destroy(): Promise<void>;
  /** `destroy`, at the end of a block: `await using norm = await LayerNorm.create(…)`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The backward pass of a norm: `run` takes a `d_y` for each output and returns a `d_x` for each wanted tensor, and the new
 * values of the states that the norm updates in its backward pass.
 */
export type GatherBackward<Feeds, Of extends string, States extends string = never, D = "f32"> = GatherNorm<
  Feeds,
  Readonly<Record<`d_${Of}` | States, FloatArray<D>>>
>;

/**
 * Prepares a program to run with gpu.js. It checks the dims, the params and the limits of the backend before gpu.js makes a
 * kernel.
 * @param wanted the names of the results to compute. @default all
 * @throws NormError (as a rejection) N308, N501 to N508, N514, N517, N518.
 */
export async function createGatherNorm(
  gpuSettings: GpuSettings,
  program: GatherProgram,
  options: GatherOptions,
  wanted?: readonly string[],
): Promise<GatherNorm> {
  refuseOtherFormat(program);
  const shapes = resolveShapes(program, options.dims, options.params);
  const dtypes = resolveDtypes(program, options.dtype);
  const results = resultsOf(program).filter(({ name }) => wanted?.includes(name) ?? true);
  const settled = settledResults(program.tensors, shapes.elements);
  const unsettled = results.filter(({ name }) => !settled.has(name));
  const names = new Set(unsettled.map(({ name }) => name));
  const drawsOn = (one: GpuBackend) => sizedDraws(program, shapes, names, one);
  const opened = await openGpu(gpuSettings, (one) => checkSizes(program, shapes, drawsOn(one.backend), one));
  const { gpu, backend } = opened;
  const draws = drawsOn(backend);
  const computed = unsettled.filter(({ name }) => shapes.elements.get(name)! > 0).map(({ name }) => name);
  const chain = computed.length === 0 ? undefined : openChain(gpu, backend, draws, shapes, computed);
  let usable = true;

  const norm: GatherNorm = {
    program,
    dims: shapes.dims,
    dtypes,
    backend,
    draws: draws.map(({ draw }) => draw.name),
    async run(feeds) {
      if (!usable) throw new NormError("N534", `this ${program.norm} is destroyed`);
      const fed = program.tensors.filter((one) => one.role !== "output");
      refuseUnknown(
        "an input of the run",
        givenNames(feeds),
        fed.map(({ name }) => name),
      );
      for (const tensor of fed) checkFeed(tensor, own(feeds, tensor.name), shapes);
      const values = (name: string): Float32Array => {
        return rounded(
          own(feeds, name),
          shapes.initials.get(name)!,
          shapes.elements.get(name)!,
          dtypes.get(name)!,
        );
      };
      const run = async (): Promise<readonly unknown[]> => chain?.run(chain.feeds.map(values)) ?? [];
      const made = await run().catch((error: unknown): unknown => error);
      if (opened.isLost()) throw new NormError("N510", "the WebGL context is lost: its results are zeros");
      if (!Array.isArray(made)) throw failed(program, backend, made);
      if (chain !== undefined) refuseFallback(chain.pipeline, backend);
      const result = (name: string): ElementArray => {
        const known = settled.get(name);
        switch (known) {
          case "zero":
            return new Float32Array(shapes.elements.get(name)!);
          case "keep":
            return new Float32Array(values(name));
          case undefined:
            return resultOf(made[computed.indexOf(name)], dtypes.get(name)!);
        }
      };
      return Object.fromEntries(results.map(({ name }) => [name, result(name)]));
    },
    async destroy() {
      if (!usable) return;
      usable = false;
      await chain?.idle();
      await opened.close(async () => chain?.destroy());
    },
    [Symbol.asyncDispose]() {
      return this.destroy();
    },
  };
  return norm;
}

/** Translates an error of gpu.js. It compiles kernels when they first run, so this may be a mistake in one of them. */
function failed({ norm }: GatherProgram, backend: GpuBackend, error: unknown): NormError {
  if (error instanceof NormError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError)
    return new NormError("N510", `no memory is left: ${message}`, { cause: error });
  return defect(`running ${norm} on ${backend}`, message, error);
}

function resultsOf({ tensors }: GatherProgram): ProgramTensor[] {
  return tensors.filter((one) => one.role === "output" || one.updated === true);
}

/** The values, rounded to their element type. gpu.js copies them before it returns, and it takes no empty array. */
function rounded(
  given: ArrayLike<number> | undefined,
  initial: number,
  count: number,
  dtype: Dtype,
): Float32Array {
  if (count === 0) return new Float32Array(1);
  const all = given ?? new Float32Array(count).fill(initial);
  if (dtype === "f32") return all instanceof Float32Array ? all : new Float32Array(all);
  const elements = elementsOf(all, dtype);
  return elements instanceof Float32Array ? elements : new Float32Array(elements);
}

/** gpu.js computes floats: they become elements here. */
function resultOf(made: unknown, dtype: Dtype): ElementArray {
  const values = made instanceof Float32Array ? (made as Float32Array<ArrayBuffer>) : new Float32Array();
  return dtype === "f32" ? values : elementsOf(values, dtype);
}
