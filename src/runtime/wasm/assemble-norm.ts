/** A norm of its functions and its memory, once both are there: where tensors lie, and what a run does. */
import type { ProgramTensor } from "../../program/program.ts";
import type { WasmParts, WasmProgram } from "../../program/wasm-program.ts";
import { defect } from "../device/device-errors.ts";
import { checkFeed } from "../options/check-feed.ts";
import type { FeedsByName, ResultsByName } from "../options/norm-types.ts";
import type { elementsOf } from "../shapes/array-elements.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import type { Shapes } from "../shapes/shapes.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import type { Taken } from "./heap.ts";
import { type SizedStage, sizedStages } from "./schedules.ts";
import type { settling } from "./settle.ts";
import type { Run } from "./threads/control.ts";
import type { Team } from "./threads/pool.ts";
import type { WasmArray, WasmNorm, WasmTensor } from "./wasm-types.ts";

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

/** Where everything lies in the range that the norm takes. */
export interface WasmLayout extends ResolvedProgram {
  readonly stages: readonly SizedStage[];
  /** By stage, and by tensor. */
  readonly argumentsAt: readonly number[];
  readonly offsets: ReadonlyMap<string, number>;
  /** Addresses of tensors that lie in the user's memory already. */
  readonly placed: ReadonlyMap<string, number> | undefined;
  readonly bytes: number;
}

/** The addresses that the caller gave, once stages are known. */
export type PlaceTensors = (
  stages: readonly SizedStage[],
  shapes: Shapes,
  bytesOf: (tensor: ProgramTensor) => number,
) => ReadonlyMap<string, number>;

/** @param parts the schedules in parts that the shapes need and the program does not hold. */
export function layOut(
  { program, shapes: given, dtypes }: ResolvedProgram,
  parts: WasmParts | undefined,
  place?: PlaceTensors,
): WasmLayout {
  const { shapes, stages } = sizedStages(program, parts, given);
  const bytesOf = (one: ProgramTensor): number =>
    shapes.elements.get(one.name)! * arrayOf(one).BYTES_PER_ELEMENT;
  const placed = place?.(stages, shapes, bytesOf);
  // The arguments of the stages come first, then the tensors, each at the beginning of a line of the cache.
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const argumentsAt = stages.map(({ stage }) => take(4 * stage.arguments.length));
  const offsets = new Map(
    program.tensors.map((one) => [
      one.name,
      placed?.has(one.name) || bytesOf(one) === 0 ? 0 : take(bytesOf(one)),
    ]),
  );
  return { program, shapes, dtypes, stages, argumentsAt, offsets, placed, bytes: end };
}

function arrayOf({ dtype }: ProgramTensor) {
  return arrays[dtype ?? "f32"];
}

/** What the runs of a norm take, beside its memory. */
export interface Machine {
  /** The functions of the program's module, and those of its parts. */
  readonly functions: readonly Readonly<Record<string, Run>>[];
  readonly team: Team | undefined;
  /** Where an element type is not f32. */
  readonly elementsOf: typeof elementsOf | undefined;
  /** Where an input is empty. */
  readonly settling: typeof settling | undefined;
}

/** Whether an input is empty, which needs `settling`. */
export function hasEmptyInput({ program, shapes }: ResolvedProgram): boolean {
  return program.tensors.some((one) => one.role === "input" && shapes.elements.get(one.name) === 0);
}

export function assembleNorm(
  { program, shapes, dtypes, stages, argumentsAt, offsets, placed }: WasmLayout,
  { heap, region }: Taken,
  { functions, team, elementsOf: converted, settling: settled }: Machine,
): WasmNorm {
  const { tensors, norm: name } = program;
  const { memory } = heap;
  const countOf = ({ name }: ProgramTensor): number => shapes.elements.get(name)!;
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
    if (usable) heap.give(region);
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
  const compute = settled?.(calculate, tensors, shapes.elements, viewOf) ?? calculate;

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
      viewOf(one).set(dtype === "f32" ? feed : converted!(feed, dtype));
      present.add(one.name);
    }
    compute();
    if (feeds === undefined) return undefined;
    return Object.fromEntries(
      results.map((one) => {
        const dtype = dtypes.get(one.name)!;
        const view = viewOf(one);
        return [one.name, dtype === "f16" ? converted!(view, dtype) : view.slice()];
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
}
