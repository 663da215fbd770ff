import type { GatherProgram } from "../../program/gather-program.ts";
import type { Dtype, ProgramTensor } from "../../program/program.ts";
import { defect } from "../device/device-errors.ts";
import type { FeedsByName, NormOptions, ResultsByName } from "../options/norm-types.ts";
import { type Dtypes, resolveDtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import { checkFeed } from "../shapes/feeds.ts";
import { fromHalf, toHalf } from "../shapes/float16.ts";
import { refuseOtherFormat } from "../shapes/format.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import { type GpuBackend, type GpuSettings, openGpu, refuseFallback } from "./backend.ts";
import { openChain } from "./gather-pipeline.ts";
import { checkSizes, sizedPasses } from "./open-passes.ts";

export type GatherOptions = Omit<NormOptions, "choose">;

/** A norm on gpu.js, for one set of extents. */
export interface GatherNorm<Feeds = FeedsByName, Results = ResultsByName> {
  readonly program: GatherProgram;
  /** The dims of every input, affine, state and output, slowest first. */
  readonly dims: ReadonlyMap<string, readonly number[]>;
  readonly dtypes: Dtypes;
  /** What it runs on. A run that gpu.js moved elsewhere is refused (N517). */
  readonly backend: GpuBackend;
  /** The passes that a run makes, in order. */
  readonly passes: readonly string[];
  /**
   * Takes arrays (dense, in the tensor's layout) and gives the outputs and the updated states back. A state left out
   * has its initial value.
   * @throws NormError N501, N502, N506 (wrong number of elements), N510 (the context is lost, or no memory is left), N513,
   * N517 (gpu.js ran another backend).
   */
  run(feeds: Feeds): Promise<Results>;
  /** Releases what the instance holds on the device; it cannot be used afterwards. */
  destroy(): Promise<void>;
}

/** The backward pass of a norm: `run` takes a `d_y` for each output and gives a `d_x` for each tensor that was asked for. */
export type GatherBackward<Feeds, Of extends string> = GatherNorm<
  Feeds,
  Readonly<Record<`d_${Of}`, Float32Array<ArrayBuffer>>>
>;

/**
 * Makes a program ready to run with gpu.js. Everything that can be wrong with the dims, the params or the limits of the
 * backend is refused before gpu.js makes a kernel.
 * @param wanted the results to compute; all where left out.
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
  const names = new Set(results.map(({ name }) => name));
  const passesOn = (one: GpuBackend) => sizedPasses(program, shapes, names, one);
  const opened = await openGpu(gpuSettings, (one) => checkSizes(program, shapes, passesOn(one.backend), one));
  const { gpu, backend } = opened;
  const passes = passesOn(backend);
  const computed = results.filter(({ name }) => shapes.elements.get(name)! > 0).map(({ name }) => name);
  const chain = computed.length === 0 ? undefined : openChain(gpu, backend, passes, shapes, computed);
  let usable = true;

  return {
    program,
    dims: shapes.dims,
    dtypes,
    backend,
    passes: passes.map(({ pass }) => pass.name),
    async run(feeds) {
      if (!usable) throw new Error(`this ${program.norm} is destroyed`);
      const fed = program.tensors.filter((one) => one.role !== "output");
      refuseUnknown(
        "input of the run",
        givenNames(feeds),
        fed.map(({ name }) => name),
      );
      for (const tensor of fed) checkFeed(tensor, own(feeds, tensor.name), shapes);
      const values = (name: string): Float32Array => {
        const tensor = fed.find((one) => one.name === name)!;
        return rounded(own(feeds, name), tensor, shapes.elements.get(name)!, dtypes.get(name)!);
      };
      const run = async (): Promise<readonly unknown[]> => chain?.run(chain.feeds.map(values)) ?? [];
      const made = await run().catch((error: unknown): unknown => error);
      if (opened.isLost()) throw new NormError("N510", "the WebGL context is lost: its results are zeros");
      if (!Array.isArray(made)) throw failed(program, backend, made);
      if (chain !== undefined) refuseFallback(chain.pipeline, backend);
      return Object.fromEntries(
        results.map(({ name }) => [name, resultOf(made[computed.indexOf(name)], dtypes.get(name)!)]),
      );
    },
    async destroy() {
      if (!usable) return;
      usable = false;
      await chain?.idle();
      await opened.close(async () => chain?.destroy());
    },
  };
}

/** What gpu.js throws: it has compiled the kernels by then, so a mistake in one of them is among it. */
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

/** The values as they would be stored. gpu.js copies them before it returns, and takes no empty array. */
function rounded(
  given: ArrayLike<number> | undefined,
  { initial = 0 }: ProgramTensor,
  count: number,
  dtype: Dtype,
): Float32Array {
  if (count === 0) return new Float32Array(1);
  if (given === undefined) return new Float32Array(count).fill(atDtype(initial, dtype));
  if (dtype === "f16") return Float32Array.from(given, (value) => atDtype(value, dtype));
  return given instanceof Float32Array ? given : new Float32Array(given);
}

function resultOf(made: unknown, dtype: Dtype): Float32Array<ArrayBuffer> {
  const values = made instanceof Float32Array ? (made as Float32Array<ArrayBuffer>) : new Float32Array();
  return dtype === "f16" ? values.map((value) => atDtype(value, dtype)) : values;
}

function atDtype(value: number, dtype: Dtype): number {
  return dtype === "f16" ? fromHalf(toHalf(value)) : value;
}
