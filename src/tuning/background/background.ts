/**
 * Tuning in the user's page. A norm runs in its default variant at once, and in a better one as soon as one is found.
 * Candidates are tried on our own buffers, in idle time, one reading at a time. A page has no oracle, so a candidate is
 * compared with the results of the default variant, which the compiler's tests compare with the oracle.
 */

import { version } from "../../program/compiler-version.ts";
import type { Program } from "../../program/program.ts";
import { refuseNoDevice } from "../../runtime/device/device-errors.ts";
import type {
  Norm,
  NormOptions,
  Tune,
  TuningOutcome,
  TuningStorage,
} from "../../runtime/options/norm-types.ts";
import { resolveDtypes } from "../../runtime/shapes/element-types.ts";
import { NormError } from "../../runtime/shapes/errors.ts";
import { resolveShapes } from "../../runtime/shapes/shapes.ts";
import { shownValue } from "../../runtime/shapes/shown-value.ts";
import type { ChooseVariant } from "../../runtime/variants/variant.ts";
import { createNorm } from "../../runtime/webgpu/norm.ts";
import { indexedDbStorage, memoryStorage, readStorage, updateStorage } from "../file/browser-storage.ts";
import { chooserOf } from "../file/choices.ts";
import { type BakedTuning, bakedResult, knownChoices } from "../file/lookup.ts";
import { type Choices, readChoices, type TuningResult, withResult } from "../file/tuning-file.ts";
import { adapterFacts, bucketOf, programHash, programName } from "../file/tuning-key.ts";
import { searchProgram } from "../search/search-program.ts";
import { realTimeSource, type TimeSource } from "../trial/time-source.ts";
import type { SizedProgram } from "../trial/trial-buffers.ts";
import { candidateOn, setUpTrials } from "../trial/trial-setup.ts";

/** Milliseconds of readings for each norm. The search stops when they are spent. */
const budgetMs = 3000;
/** Our own buffers come on top of the user's. Above this size we do not take them without asking. */
const mostBytes = 2 ** 28;

let pageStorage: TuningStorage | undefined;

/** One storage for the page, so that norms of the same kind share their results. */
function usualStorage(): TuningStorage {
  pageStorage ??= "indexedDB" in globalThis ? indexedDbStorage() : memoryStorage();
  return pageStorage;
}

/**
 * Makes a norm with known results (stored, or built into its module). If `tune` is set, it also searches for better
 * ones.
 */
export async function createTuned(
  device: GPUDevice,
  program: Program,
  { tune, ...options }: NormOptions & { readonly tune?: Tune | undefined },
): Promise<Norm> {
  refuseNoDevice(device);
  const baked = await bakedChoices(device, program, options);
  const made = (choices: Choices): Promise<Norm> =>
    createNorm(device, program, { ...options, choose: chooserOf(choices) });
  if (tune === undefined) return made(baked ?? new Map());
  if (tune !== "background" && !("read" in Object(tune) && "write" in Object(tune))) {
    const wanted = '"background" or an object with read and write';
    throw new NormError("N514", `tune: expected ${wanted}, given ${shownValue(tune)}`);
  }
  const storage = tune === "background" ? usualStorage() : tune;
  const shapes = resolveShapes(program, options.dims, options.params);
  const bucket = bucketOf(program, shapes, resolveDtypes(program, options.dtype));
  const own = { name: programName(program), hash: await programHash(program), compiler: version };
  const facts = adapterFacts(device);
  // Candidates run on buffers of our own, one for each tensor.
  const { dims, params, dtype } = options;
  const trialOptions = { dims, ...(params && { params }), dtype };
  const known = knownChoices(await readStorage(storage), facts, own, bucket);
  const first = await made(known ?? baked ?? new Map());
  if (known !== undefined || first.dispatches.length === 0) {
    return Object.assign(first, { tuning: Promise.resolve<TuningOutcome>({ kind: "known" }) });
  }
  return replaceable(first, async (stopped, replace) => {
    const found = await searchOnce(device, `${own.hash} ${bucket}`, stopped, (everybodyStopped) =>
      searchIdly(device, { program, options: trialOptions }, realTimeSource, everybodyStopped),
    );
    if (typeof found === "string") return { kind: "given up", reason: found };
    if (stopped()) return { kind: "given up", reason: "the norm was destroyed" };
    if (found.choices.size > 0) replace(await made(found.choices));
    const result = { ...found, at: shownExtents(program, shapes.factors) };
    await updateStorage(storage, (file) => withResult(file, facts, own, bucket, result)).catch(
      () => undefined,
    );
    return { kind: "tuned", factor: found.defaultMs / found.ms };
  });
}

async function bakedChoices(
  device: GPUDevice,
  program: Program,
  options: NormOptions,
): Promise<Choices | undefined> {
  const tuned = await program.tuned?.();
  return tuned && choicesIn(device, program, options, tuned);
}

/** Chooses by the measurements that a module carries. Undefined if it has none for this adapter and these extents. */
export function bakedChooser(
  device: GPUDevice,
  program: Program,
  options: NormOptions,
  tuned: { readonly tuning: unknown },
): ChooseVariant | undefined {
  const choices = choicesIn(device, program, options, tuned);
  return choices && chooserOf(choices);
}

function choicesIn(
  device: GPUDevice,
  program: Program,
  { dims, params, dtype }: NormOptions,
  tuned: { readonly tuning: unknown },
): Choices | undefined {
  const shapes = resolveShapes(program, dims, params);
  const found = bakedResult(
    tuned.tuning as BakedTuning,
    adapterFacts(device),
    program,
    shapes,
    resolveDtypes(program, dtype),
  );
  return found === undefined ? undefined : readChoices(found, "tuning");
}

/** A norm whose kernels can be replaced between two calls of `encode`. */
function replaceable(
  first: Norm,
  work: (stopped: () => boolean, replace: (norm: Norm) => void) => Promise<TuningOutcome>,
): Norm {
  let current = first;
  let destroyed = false;
  const replace = (norm: Norm): void => {
    if (destroyed) {
      norm.destroy();
      return;
    }
    // Commands that were encoded with the old one but not yet submitted still read its scratch buffers, so these stay
    // until the norm is destroyed.
    replaced.push(current);
    current = norm;
  };
  const replaced: Norm[] = [];
  const tuning = work(() => destroyed, replace).catch((error: unknown) => ({
    kind: "given up" as const,
    reason: error instanceof Error ? error.message : String(error),
  }));
  return {
    ...first,
    get dispatches() {
      return current.dispatches;
    },
    tuning,
    encode: (...given: Parameters<Norm["encode"]>) => current.encode(...given),
    run: (feeds, extents) => current.run(feeds, extents),
    destroy() {
      destroyed = true;
      for (const norm of [...replaced, current]) norm.destroy();
    },
  };
}

type Found = Omit<TuningResult, "at">;

/** The searches of a device. */
interface Searches {
  /**
   * The end of the last search. Searches run one after the other; otherwise they would disturb each other's timings.
   */
  last: Promise<unknown>;
  readonly running: Map<
    string,
    { readonly found: Promise<Found | string>; readonly waiting: (() => boolean)[] }
  >;
}

const searches = new WeakMap<GPUDevice, Searches>();

/** Norms of the same kind, such as the layers of a model, wait for one search. It stops when none of them is left. */
function searchOnce(
  device: GPUDevice,
  key: string,
  stopped: () => boolean,
  search: (stopped: () => boolean) => Promise<Found | string>,
): Promise<Found | string> {
  const own = searches.get(device) ?? { last: Promise.resolve(), running: new Map() };
  searches.set(device, own);
  const same = own.running.get(key);
  if (same !== undefined) {
    same.waiting.push(stopped);
    return same.found;
  }
  const waiting = [stopped];
  const found = own.last
    .then(() => search(() => waiting.every((one) => one())))
    .finally(() => own.running.delete(key));
  own.last = found.catch(() => undefined);
  own.running.set(key, { found, waiting });
  return found;
}

/** Returns the result, or the reason why there is none. */
async function searchIdly(
  device: GPUDevice,
  sized: SizedProgram,
  timeSource: TimeSource,
  stopped: () => boolean,
): Promise<Found | string> {
  await idle();
  const { program, options } = sized;
  const shapes = resolveShapes(program, options.dims, options.params);
  const elements = [...shapes.elements.values()].reduce((a, b) => a + b, 0);
  if (4 * elements > mostBytes) return `more than ${mostBytes} bytes of buffers would be needed`;
  const idly = idleTimeSource(timeSource, stopped);
  const setup = await setUpTrials(device, sized, idly);
  try {
    const expected = { values: await setup.initial.outputs(), allowed: 2 };
    const { choices, ms, defaultMs, kernels } = await searchProgram({
      program,
      shapes: setup.buffers.shapes,
      device,
      async prepare(choose) {
        await idle();
        return candidateOn(setup, choose, expected);
      },
      budgetMs,
      now: idly.now,
      stopped,
    });
    return {
      choices,
      ms,
      defaultMs,
      measured: kernels.reduce((sum, { result }) => sum + result.tried.length, 0),
      space: kernels.reduce((sum, { space }) => sum + space.variants.length, 0),
    };
  } finally {
    setup.destroy();
  }
}

/** Takes readings in idle time. Only they count against the budget, not the waiting. None once nobody wants them. */
function idleTimeSource(timeSource: TimeSource, stopped: () => boolean): TimeSource {
  let spent = 0;
  return {
    now: () => spent,
    async startStopwatch(device, record) {
      await idle();
      const { clock, time } = await timeSource.startStopwatch(device, record);
      return {
        clock,
        async time(one) {
          await idle();
          const start = timeSource.now();
          const ms = stopped() ? 1 : await time(one);
          spent += timeSource.now() - start;
          return ms;
        },
      };
    },
  };
}

/** Waits until the page has nothing else to do, or for one turn of the event loop if the browser cannot tell. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve());
    else setTimeout(resolve, 0);
  });
}

function shownExtents(program: Program, factors: ReadonlyMap<string, number>): string {
  return program.axes
    .flatMap((axis) => axis.factors)
    .map(({ name }) => `${name}=${factors.get(name)}`)
    .join(" ");
}
