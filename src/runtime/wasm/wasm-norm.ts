import type { ProgramTensor } from "../../program/program.ts";
import type { WasmProgram } from "../../program/wasm-program.ts";
import { defect } from "../device/device-errors.ts";
import { checkFeed } from "../options/check-feed.ts";
import type { FeedsByName, ResultsByName } from "../options/norm-types.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import type { Shapes } from "../shapes/shapes.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import { isShared, openHeap, ours, takeRegion } from "./heap.ts";
import { instanceIn, moduleOf } from "./modules.ts";
import { needsParts, sizedStages } from "./schedules.ts";
import { threadsFor } from "./threads.ts";
import type { WasmArray, WasmNorm, WasmSettings, WasmTensor } from "./wasm-types.ts";

const arrays = {
  f32: Float32Array,
  i8: Int8Array,
  u8: Uint8Array,
  i32: Int32Array,
  u32: Uint32Array,
} as const;

/** A program with its extents and element types. */
export interface ResolvedProgram {
  readonly program: WasmProgram;
  readonly shapes: Shapes;
  readonly dtypes: Dtypes;
}

/** The norm of a program whose options are checked. @throws NormError (as a rejection) N540 to N543, and those of `at`. */
export async function makeWasmNorm(
  { program, shapes: given, dtypes }: ResolvedProgram,
  settings: WasmSettings = {},
): Promise<WasmNorm> {
  const { tensors, norm: name, lazy } = program;
  const parts = lazy !== undefined && needsParts(program, given) ? (await lazy()).lazy[0] : undefined;
  const { shapes, stages } = sizedStages(program, parts, given);
  const arrayOf = ({ dtype }: ProgramTensor) => arrays[dtype ?? "f32"];
  const countOf = ({ name }: ProgramTensor): number => shapes.elements.get(name)!;
  const bytesOf = (one: ProgramTensor): number => countOf(one) * arrayOf(one).BYTES_PER_ELEMENT;
  const { memory: theirs, at } = settings;
  const user = theirs === undefined && at === undefined ? undefined : await import("./user-memory.ts");
  const placed = user?.placement(tensors, settings, stages, shapes, dtypes, bytesOf);

  // The arguments of the stages come first, then the tensors, each at the beginning of a line of the cache.
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const argumentsAt = stages.map(({ stage }) => take(4 * stage.arguments.length));
  const offsets = new Map(
    tensors.map((one) => [one.name, placed?.has(one.name) || countOf(one) === 0 ? 0 : take(bytesOf(one))]),
  );
  const wanted = threadsFor(settings, end);
  const refusals = (): Promise<typeof import("./refusals.ts")> => import("./refusals.ts");
  if (!(Number.isSafeInteger(wanted) && wanted >= 1)) throw (await refusals()).noThreads(wanted);
  const threads = wanted > 1 ? await import("./threads/pool.ts") : undefined;
  const taken = takeRegion(end, theirs && user?.heapIn(theirs, ours, openHeap), threads?.makeSharedMemory);
  if (taken === undefined) throw (await refusals()).noRoom(name, end, theirs);
  const { heap, region } = taken;
  const { memory } = heap;
  const give = (): void => heap.give(region);
  try {
    const shared = isShared(memory);
    const modules = await Promise.all(
      [program, parts].flatMap((one) => (one === undefined ? [] : moduleOf(name, one, shared))),
    );
    const functions = await Promise.all(modules.map((one) => instanceIn(heap, one)));
    const runs = functions.flatMap((one) => Object.values(one));
    const team = await threads?.openTeam(wanted, modules, heap, runs);
    const inexact = [...dtypes.values()].some((one) => one !== "f32");
    const elements = inexact ? await import("../shapes/array-elements.ts") : undefined;
    const addressOf = (name: string): number => placed?.get(name) ?? region.at + offsets.get(name)!;
    const viewOf = (one: ProgramTensor): WasmArray =>
      new (arrayOf(one))(memory.buffer, addressOf(one.name), countOf(one));
    const words = new DataView(memory.buffer);
    const calls = stages.map(({ stage, lazy, tasks, factors }, i) => {
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
      return { run: functions[Number(lazy)]![stage.run]!, address, tasks };
    });

    const known = tensors.filter(({ role }) => role !== "scratch");
    const isResult = ({ role, updated }: ProgramTensor): boolean => role === "output" || updated === true;
    const fed = known.filter((one) => one.role === "state" || !isResult(one));
    const results = known.filter(isResult);
    /** What has a value in memory. */
    const present = new Set<string>();
    for (const one of fed) {
      const { name, role } = one;
      if (placed?.has(name)) present.add(name);
      else if (role !== "input" && role !== "saved") {
        present.add(name);
        viewOf(one).fill(shapes.initials.get(name)!);
      }
    }
    let usable = true;
    const destroy = (): void => {
      if (usable) give();
      usable = false;
    };
    const refuseDestroyed = (): void => {
      if (!usable) throw new NormError("N534", `this ${name} is destroyed`);
    };

    const calculate = (): void => {
      try {
        if (team !== undefined) team.run(calls);
        else for (const { run, tasks, address } of calls) run(0, tasks, address);
      } catch (error) {
        throw defect(`running ${name}`, String(error), error);
      }
    };
    const compute = tensors.some((one) => one.role === "input" && countOf(one) === 0)
      ? (await import("./settle.ts")).settling(calculate, tensors, shapes.elements, viewOf)
      : calculate;

    function run(): void;
    function run(feeds: FeedsByName): ResultsByName;
    function run(feeds?: FeedsByName): ResultsByName | undefined {
      refuseDestroyed();
      refuseUnknown(
        "an input of the run",
        givenNames(feeds),
        fed.map((one) => one.name),
      );
      const given = fed.map((one) => [one, own(feeds, one.name)] as const);
      for (const [one, feed] of given)
        if (feed !== undefined || !present.has(one.name)) checkFeed(one, feed, shapes);
      for (const [one, feed] of given) {
        if (feed === undefined) continue;
        const dtype = dtypes.get(one.name)!;
        viewOf(one).set(dtype === "f32" ? feed : elements!.elementsOf(feed, dtype));
        present.add(one.name);
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

    return {
      program,
      dims: shapes.dims,
      dtypes,
      threads: team?.threads ?? 1,
      memory,
      tensors: Object.fromEntries(
        known.map((one): [string, WasmTensor] => [
          one.name,
          {
            dims: shapes.dims.get(one.name)!,
            dtype: dtypes.get(one.name)!,
            address: addressOf(one.name),
            get view() {
              refuseDestroyed();
              present.add(one.name);
              return viewOf(one);
            },
          },
        ]),
      ),
      run,
      destroy,
      [Symbol.dispose]: destroy,
    };
  } catch (error) {
    give();
    throw error;
  }
}
