import type { IntegerType } from "../../program/integers.ts";
import type { ProgramTensor } from "../../program/program.ts";
import type { WasmProgram } from "../../program/wasm-program.ts";
import { defect } from "../device/device-errors.ts";
import type { FeedsByName, ResultsByName } from "../options/norm-types.ts";
import { checkFeed } from "../shapes/check-feed.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { elementBytes, resolveDtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import { resolveShapes } from "../shapes/shapes.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import { isShared, takeRegion } from "./heap.ts";
import { instanceIn, moduleOf } from "./modules.ts";
import { sizedStages } from "./schedules.ts";
import { threadsFor } from "./threads.ts";
import type { WasmArray, WasmNorm, WasmOptions, WasmSettings, WasmTensor } from "./wasm-types.ts";

const integerArrays = {
  i8: Int8Array,
  u8: Uint8Array,
  i32: Int32Array,
  u32: Uint32Array,
} as const satisfies Record<IntegerType, unknown>;

/**
 * Prepares a program for the given dims: compiles its module once, and takes memory for the tensors.
 * @throws NormError (as a rejection) N308, N501 to N507, N514, N518, N540 (no memory holds the tensors), N541 (the engine
 * does not compile the module), N542 (a place that a tensor cannot have), N543 (settings that cannot be).
 */
export async function createWasmNorm(
  program: WasmProgram,
  options: WasmOptions,
  settings: WasmSettings = {},
): Promise<WasmNorm> {
  refuseOtherFormat(program);
  const dims = options.dims as Readonly<Record<string, readonly number[]>>;
  const { shapes, stages } = sizedStages(program, resolveShapes(program, dims, options.params));
  const dtypes = resolveDtypes(program, options.dtype);
  const { tensors, norm: name } = program;
  const isEmpty = ({ name }: ProgramTensor): boolean => shapes.elements.get(name) === 0;
  const bytesOf = ({ name, dtype }: ProgramTensor): number =>
    shapes.elements.get(name)! * elementBytes[dtype ?? "f32"];
  const { memory: theirs, at } = settings;
  const placed =
    at === undefined
      ? at
      : (await import("./placement.ts")).placement(tensors, settings, stages, shapes, dtypes, bytesOf);

  // The arguments of the stages come first, then the tensors, each at the beginning of a line of the cache.
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const argumentsAt = stages.map(({ stage }) => take(4 * stage.arguments.length));
  const offsets = new Map(
    tensors.map((one) => [one.name, placed?.has(one.name) || isEmpty(one) ? 0 : take(bytesOf(one))]),
  );
  const wanted = threadsFor(settings, end);
  const { heap, region } = takeRegion(name, end, theirs, wanted > 1);
  const { memory } = heap;
  const give = (): void => heap.give(region);
  try {
    const module = await moduleOf(program, isShared(memory));
    const functions = await instanceIn(heap, module);
    const team =
      wanted > 1 ? await (await import("./pool.ts")).openTeam(wanted, module, heap, functions) : undefined;
    const inexact = [...dtypes.values()].some((one) => one !== "f32");
    const elements = inexact ? await import("../shapes/array-elements.ts") : undefined;
    const settled = tensors.some((one) => one.role === "input" && isEmpty(one))
      ? (await import("../shapes/settled-results.ts")).settledResults(tensors, shapes.elements)
      : undefined;

    const addressOf = (name: string): number => placed?.get(name) ?? region.at + offsets.get(name)!;
    const viewOf = ({ name, dtype }: ProgramTensor): WasmArray => {
      const array = dtype === undefined ? Float32Array : integerArrays[dtype];
      return new array(memory.buffer, addressOf(name), shapes.elements.get(name));
    };
    const words = new DataView(memory.buffer);
    const calls = stages.map(({ stage, tasks, factors }, i) => {
      const address = region.at + argumentsAt[i]!;
      for (const [k, one] of stage.arguments.entries()) {
        const place = address + 4 * k;
        if (one.kind === "param") words.setFloat32(place, shapes.params.get(one.param)!, true);
        else
          words.setUint32(
            place,
            one.kind === "tensor" ? addressOf(one.tensor) : factors.get(one.factor)!,
            true,
          );
      }
      return { run: stage.run, address, tasks };
    });

    const given = tensors.filter(({ role }) => role !== "scratch");
    const isResult = ({ role, updated }: ProgramTensor): boolean => role === "output" || updated === true;
    const fed = given.filter((one) => one.role === "state" || !isResult(one));
    const results = given.filter(isResult);
    /** What has a value in memory. */
    const known = new Set<string>();
    for (const one of fed) {
      if (one.role === "input" || one.role === "saved") {
        if (placed?.has(one.name)) known.add(one.name);
        continue;
      }
      known.add(one.name);
      if (!placed?.has(one.name)) viewOf(one).fill(shapes.initials.get(one.name)!);
    }
    let usable = true;
    const refuseDestroyed = (): void => {
      if (!usable) throw new NormError("N534", `this ${name} is destroyed`);
    };

    const compute = (): void => {
      const kept = results.map((one) =>
        settled?.get(one.name) === "keep" ? viewOf(one).slice() : undefined,
      );
      try {
        if (team !== undefined) team.run(calls);
        else for (const { run, tasks, address } of calls) functions[run]!(0, tasks, address);
      } catch (error) {
        throw defect(`running ${name}`, String(error), error);
      }
      for (const [i, one] of results.entries()) {
        if (kept[i] !== undefined) viewOf(one).set(kept[i]);
        else if (settled?.get(one.name) === "zero") viewOf(one).fill(0);
      }
    };

    function run(): void;
    function run(feeds: FeedsByName): ResultsByName;
    function run(feeds?: FeedsByName): ResultsByName | undefined {
      refuseDestroyed();
      refuseUnknown(
        "an input of the run",
        givenNames(feeds),
        fed.map((one) => one.name),
      );
      const values = fed.map((one) => own(feeds, one.name));
      for (const [i, one] of fed.entries())
        if (values[i] !== undefined || !known.has(one.name)) checkFeed(one, values[i], shapes);
      for (const [i, one] of fed.entries()) {
        const feed = values[i];
        if (feed === undefined) continue;
        const dtype = dtypes.get(one.name)!;
        viewOf(one).set(dtype === "f32" ? feed : elements!.elementsOf(feed, dtype));
        known.add(one.name);
      }
      compute();
      if (feeds === undefined) return undefined;
      return Object.fromEntries(
        results.map((one) => {
          const dtype = dtypes.get(one.name)!;
          const view = viewOf(one);
          return [one.name, dtype === "f16" ? elements!.elementsOf(view, dtype) : view.slice()];
        }),
      ) as ResultsByName;
    }

    const made: WasmNorm = {
      program,
      dims: shapes.dims,
      dtypes,
      threads: team?.threads ?? 1,
      memory,
      tensors: Object.fromEntries(
        given.map((one): [string, WasmTensor] => [
          one.name,
          {
            dims: shapes.dims.get(one.name)!,
            dtype: dtypes.get(one.name)!,
            address: addressOf(one.name),
            get view() {
              refuseDestroyed();
              known.add(one.name);
              return viewOf(one);
            },
          },
        ]),
      ),
      run,
      destroy() {
        if (usable) give();
        usable = false;
      },
      [Symbol.dispose]() {
        made.destroy();
      },
    };
    return made;
  } catch (error) {
    give();
    throw error;
  }
}
