/**
 * Norms made without waiting. All code and shaders that a norm may need are loaded before, so it takes the steps of
 * `createNorm` one after the other. Loaded on demand.
 */
import type { LazyShaders, Program } from "../../program/program.ts";
import { ownBuffers } from "../device/buffers.ts";
import { refuseLost, refuseNoDevice, watchDevice, withErrorScopes } from "../device/device-errors.ts";
import { describePipeline, keepPipeline, keptPipeline, type Pipeline } from "../device/pipeline.ts";
import { assemble } from "../norm/assemble.ts";
import { openNorm, ownedBy } from "../norm/open-norm.ts";
import { bindOpen, planOpen, startOpen } from "../norm/open-plan.ts";
import { chooseFor, planNorm } from "../norm/plan-norm.ts";
import type { Norm, OpenOptions } from "../options/norm-types.ts";
import { type OptionKeys, readOptions } from "../options/read-options.ts";
import { aliasing } from "../shader/aliases.ts";
import type { Launch } from "../shader/launch.ts";
import type { LaunchCode } from "../shader/launch-code.ts";
import { packing } from "../shader/packing.ts";
import { planLaunches } from "../shader/plan-launches.ts";
import { settling } from "../shader/settled-shader.ts";
import { wordArray } from "../shader/word-arrays.ts";
import { isFixed } from "../shapes/dynamic.ts";
import { NormError } from "../shapes/errors.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { needsLazy, withLazy } from "../variants/dispatch.ts";
import type { ChooseVariant, Variant } from "../variants/variant.ts";

const code: LaunchCode = { wordArray, packing };

const lazyOf = new WeakMap<Program, readonly LazyShaders[]>();
const tuningOf = new WeakMap<Program, BakedChooser>();

type BakedChooser = (device: GPUDevice, options: OpenOptions) => ChooseVariant | undefined;

/** Loads the lazy shaders and the built-in tuning of each program. */
export async function loadAll(programs: readonly Program[]): Promise<void> {
  await Promise.all(
    programs.map(async (program) => {
      if (program.lazy !== undefined) lazyOf.set(program, (await program.lazy()).lazy);
      const tuned = await program.tuned?.();
      if (tuned === undefined) return;
      const { bakedChooser } = await import("../../tuning/background/background.ts");
      tuningOf.set(program, (device, options) =>
        isFixed(options) ? bakedChooser(device, program, options, tuned) : undefined,
      );
    }),
  );
}

export function createNow(
  device: GPUDevice,
  programs: readonly Program[],
  given: object,
  keys: OptionKeys,
): Norm {
  const { program, ...read } = readOptions(programs, given, keys);
  refuseNoDevice(device);
  refuseLost(device);
  if (read.tune !== undefined) {
    throw new NormError("N525", `${program.norm}.createNow does not tune in the background: leave out tune`);
  }
  const choose = tuningOf.get(program)?.(device, read);
  const options: OpenOptions = choose === undefined ? read : { ...read, choose };
  const { sharedBuffers, inPlace } = options;
  const rewrite = sharedBuffers || inPlace ? aliasing(program, options) : undefined;
  let failure: unknown;
  /** Makes something at once. What the device finds wrong with it afterwards is kept for the next `encode`. */
  const watched = <Made>(doing: string, make: () => Made): { made: Made; checked: Promise<Made> } => {
    let result: { readonly made: Made } | undefined;
    const checked = withErrorScopes(device, doing, () => {
      result = { made: make() };
      return result.made;
    });
    checked.catch((error) => {
      failure ??= error;
    });
    if (result === undefined) throw new NormError("N510", `the device has no memory left: ${doing}`);
    return { made: result.made, checked };
  };
  const pipelineNow = (launch: Launch): Pipeline => {
    const kept = keptPipeline(device, launch)?.made;
    if (kept !== undefined) return kept;
    const { made, checked } = watched(`compiling ${launch.label}`, () => {
      const { layout, descriptor } = describePipeline(device, launch);
      return { pipeline: device.createComputePipeline(descriptor), layout };
    });
    // One that the device refuses is dropped again.
    keepPipeline(device, launch, checked).made = made;
    return made;
  };

  const norm = make();
  watchDevice(device);
  const { encode } = norm;
  return Object.assign(norm, {
    encode: (...args: Parameters<Norm["encode"]>) => {
      if (failure !== undefined) throw failure;
      encode(...args);
    },
  });

  function make(): Norm {
    if (!isFixed(options)) {
      const start = startOpen(device, program, options);
      const variants = start.choices.flatMap((one) => one.variants);
      const planned = planOpen(device, loadedNow(program, variants), start, options, rewrite);
      const made = bindOpen(device, start, planned, {
        ...code,
        ...settlingFor(planned[0]!.shapes.elements),
      }).map((one) => ({
        ...one,
        pipelines: one.bound.launches.map(pipelineNow),
        owned: ownedBy(device, one, options),
      }));
      watched("making the scratch buffers", () => {
        for (const { owned } of made) owned.makeScratch();
      });
      return openNorm(device, program, options, start, made);
    }
    const chosen = chooseFor(device, program, resolveShapes(program, options.dims, options.params), options);
    const planned = planNorm(device, loadedNow(program, chosen.variants), chosen, options.dtype, rewrite);
    const { laidOut, shapes, dtypes } = planned;
    const own = { ...code, ...settlingFor(shapes.elements) };
    const bound = planLaunches(planned.program, laidOut, shapes, dtypes, device, own);
    const pipelines = bound.launches.map(pipelineNow);
    const owned = ownBuffers(device, bound.program, bound.shapes, bound.dtypes, options);
    watched("making the scratch buffers", owned.makeScratch);
    return assemble(device, { planned, bound, pipelines, owned, inPlace });
  }

  function settlingFor(elements: ReadonlyMap<string, number>): LaunchCode {
    const empty = program.tensors.some(({ name, role }) => role === "input" && elements.get(name) === 0);
    return empty ? { settling } : {};
  }
}

function loadedNow(program: Program, variants: readonly Variant[]): Program {
  if (!needsLazy(program, variants)) return program;
  const lazy = lazyOf.get(program);
  if (lazy !== undefined) return withLazy(program, lazy);
  throw new NormError("N525", `${program.norm}.createNow: first \`await ${program.norm}.load()\``);
}
