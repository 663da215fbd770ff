/**
 * Norms made without waiting. All code and shaders that a norm may need are loaded before, so it takes the steps of
 * `createNorm` one after the other. Loaded on demand.
 */
import type { Program } from "../../program/program.ts";
import { ownBuffers } from "../device/buffers.ts";
import { refuseLost, refuseNoDevice, watchDevice, withErrorScopes } from "../device/device-errors.ts";
import { describePipeline, keepPipeline, keptPipeline, type Pipeline } from "../device/pipeline.ts";
import { assemble } from "../norm/assemble.ts";
import { openNorm, ownedBy } from "../norm/open-norm.ts";
import { bindOpen, planOpen, startOpen } from "../norm/open-plan.ts";
import { chooseFor, planNorm } from "../norm/plan-norm.ts";
import { sharedMemory } from "../norm/shared-memory.ts";
import type { Norm, OpenOptions } from "../options/norm-types.ts";
import { type BackwardKeys, type OptionKeys, readOptions, usualKeys } from "../options/read-options.ts";
import type { Launch } from "../shader/launch.ts";
import type { LaunchCode } from "../shader/launch-code.ts";
import { packing } from "../shader/packing.ts";
import { planLaunches } from "../shader/plan-launches.ts";
import { settling } from "../shader/settled-shader.ts";
import { wordArray } from "../shader/word-arrays.ts";
import { isFixed } from "../shapes/dynamic.ts";
import { NormError } from "../shapes/errors.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { withLazy } from "../variants/dispatch.ts";
import type { ChooseVariant } from "../variants/variant.ts";
import type { PassName } from "./planned-norms.ts";

const code: LaunchCode = { wordArray, packing };

/** What to create, and what makes of it the norm that the caller gets. */
interface Plan {
  readonly program: Program;
  readonly own: OpenOptions;
  finish(norm: Norm): Norm;
}

type Planner = (device: GPUDevice, options: object, keys: OptionKeys | undefined) => Plan;

/** Loads the programs of the passes other than the forward pass. */
export type LoadFurther = () => Promise<{
  readonly backward: readonly Program[];
  readonly saving?: readonly Program[];
}>;

/** What is loaded of the norms, by pass. The first program of a norm stands for all of them. */
const planners: Readonly<Record<PassName, WeakMap<Program, Planner>>> = {
  create: new WeakMap(),
  createBackward: new WeakMap(),
  createSaving: new WeakMap(),
};

type BakedChooser = (device: GPUDevice, program: Program, options: OpenOptions) => ChooseVariant | undefined;

/** By what loads the measurements, which copies of a program share. */
const tuningOf = new WeakMap<NonNullable<Program["tuned"]>, BakedChooser>();

/**
 * Loads the code of a pass, the shaders that its programs may need, and their built-in tuning.
 * @throws NormError (as a rejection) N525 for a pass that there is not.
 */
export async function loadPass(
  programs: readonly Program[],
  pass: PassName = "create",
  further: LoadFurther | undefined,
): Promise<void> {
  if (!Object.hasOwn(planners, pass)) {
    const names = Object.keys(planners).join(", ");
    throw new NormError("N525", `${programs[0]?.norm}.load: expected ${names}, given ${shownValue(pass)}`);
  }
  planners[pass].set(programs[0]!, await plannerOf(programs, pass, further));
}

async function plannerOf(
  programs: readonly Program[],
  pass: PassName,
  further: LoadFurther | undefined,
): Promise<Planner> {
  switch (pass) {
    case "create": {
      const whole = await wholeOf(programs);
      return (_device, options, keys = usualKeys) => {
        const { program, ...own } = readOptions(whole, options, keys);
        return { program, own, finish: (norm) => norm };
      };
    }
    case "createBackward": {
      const [{ planBackward }, { backward }] = await Promise.all([
        import("./create-backward.ts"),
        further!(),
      ]);
      const whole = await wholeOf(backward);
      return (device, options, keys) =>
        planBackward(device, programs, whole, options, keys as BackwardKeys | undefined);
    }
    case "createSaving": {
      const [{ planSaving }, { saving = [] }] = await Promise.all([import("./create-saving.ts"), further!()]);
      // A mode that saves nothing has only the forward program.
      const [forward, whole] = await Promise.all([wholeOf(programs), wholeOf(saving)]);
      return (_device, options, keys) => planSaving(forward, whole, options, keys);
    }
  }
}

/** The programs with all their shaders. */
function wholeOf(programs: readonly Program[]): Promise<readonly Program[]> {
  return Promise.all(
    programs.map(async (program) => {
      const { lazy, tuned } = program;
      if (tuned !== undefined) {
        const [{ bakedChooser }, measured] = await Promise.all([
          import("../../tuning/background/background.ts"),
          tuned(),
        ]);
        tuningOf.set(tuned, (device, one, options) =>
          isFixed(options) ? bakedChooser(device, one, options, measured) : undefined,
        );
      }
      if (lazy === undefined) return program;
      const { lazy: _, ...whole } = withLazy(program, (await lazy()).lazy);
      return whole;
    }),
  );
}

/** Undefined if this pass is not loaded. */
export function createNow(
  device: GPUDevice,
  programs: readonly Program[],
  pass: PassName,
  given: object,
  keys: OptionKeys | undefined,
): Norm | undefined {
  const planner = planners[pass].get(programs[0]!);
  if (planner === undefined) return undefined;
  refuseNoDevice(device);
  refuseLost(device);
  const { program, own, finish } = planner(device, given, keys);
  if (own.tune !== undefined) {
    throw new NormError("N525", `${program.norm}.${pass}Now does not tune in the background: leave out tune`);
  }
  const choose = program.tuned && tuningOf.get(program.tuned)?.(device, program, own);
  return finish(makeNow(device, program, choose === undefined ? own : { ...own, choose }));
}

function makeNow(device: GPUDevice, program: Program, options: OpenOptions): Norm {
  const { sharedBuffers, inPlace } = options;
  const shared = sharedBuffers || inPlace ? sharedMemory(program, options) : undefined;
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
    const kept = keptPipeline(device, launch);
    if (kept !== undefined && "pipeline" in kept) return kept;
    const { made, checked } = watched(`compiling ${launch.label}`, () => {
      const { layout, descriptor } = describePipeline(device, launch);
      return { pipeline: device.createComputePipeline(descriptor), layout };
    });
    keepPipeline(device, launch, checked, made);
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
      const planned = planOpen(device, program, start, options, shared?.rewrite);
      const made = bindOpen(device, start, planned, {
        ...code,
        ...settlingFor(planned[0]!.shapes.elements),
      }).map((one) => ({
        ...one,
        pipelines: one.bound.launches.map(pipelineNow),
        owned: ownedBy(device, one, shared),
      }));
      watched("making the scratch buffers", () => {
        for (const { owned } of made) owned.makeScratch();
      });
      return openNorm(device, program, options, start, made);
    }
    const chosen = chooseFor(device, program, resolveShapes(program, options.dims, options.params), options);
    const planned = planNorm(device, program, chosen, options.dtype, shared?.rewrite);
    const { laidOut, shapes, dtypes } = planned;
    const own = { ...code, ...settlingFor(shapes.elements) };
    const bound = planLaunches(planned.program, laidOut, shapes, dtypes, device, own);
    const pipelines = bound.launches.map(pipelineNow);
    const owned = ownBuffers(device, bound.program, bound.shapes, bound.dtypes, shared?.mayOverlap);
    watched("making the scratch buffers", owned.makeScratch);
    return assemble(device, { planned, bound, pipelines, owned, inPlace });
  }

  function settlingFor(elements: ReadonlyMap<string, number>): LaunchCode {
    const empty = program.tensors.some(({ name, role }) => role === "input" && elements.get(name) === 0);
    return empty ? { settling } : {};
  }
}
