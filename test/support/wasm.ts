/** Runs a program for processors without the runtime: one memory, the tasks of each stage in order. */
import { compileWasm } from "../../src/compile/compile-wasm.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { withFusedProducts } from "../../src/program/fused-products.ts";
import { partialsTensor, partsFactor } from "../../src/program/names.ts";
import type { Dtype, ProgramTensor } from "../../src/program/program.ts";
import type { WasmProgram, WasmSchedule, WasmStage, WasmTasks } from "../../src/program/wasm-program.ts";
import { product, withChunks } from "../../src/runtime/shapes/lengths.ts";
import { settledResults } from "../../src/runtime/shapes/settled-results.ts";
import { resolveShapes } from "../../src/runtime/shapes/shapes.ts";
import type { Trial } from "./compare.ts";

const known = new WeakMap<Graph, Promise<WasmProgram>>();

export function wasmProgramOf(graph: Graph): Promise<WasmProgram> {
  const made = known.get(graph) ?? compileWasm(graph).then((one) => one.program);
  known.set(graph, made);
  return made;
}

/** How a trial runs. The number of parts and chunks is at most that of steps and rows. */
export interface WasmRun {
  readonly schedule?: (schedules: readonly WasmSchedule[]) => WasmSchedule;
  readonly parts?: number;
  readonly chunks?: number;
  /** How many tasks a call runs. @default all */
  readonly tasks?: number;
  /** Whether products are fused with what they are added to. @default false */
  readonly fused?: boolean;
  /** Outputs, and the inputs in whose place they are written. */
  readonly over?: Readonly<Record<string, string>>;
}

type Elements = Float32Array | Int8Array | Uint8Array | Int32Array | Uint32Array;

const arrays = {
  f32: Float32Array,
  f16: Float32Array,
  i8: Int8Array,
  u8: Uint8Array,
  i32: Int32Array,
  u32: Uint32Array,
};

export async function runWasm(trial: Trial, run: WasmRun = {}): Promise<Record<string, Elements>> {
  return runProgram(await wasmProgramOf(trial.graph), trial, run);
}

export async function runProgram(
  program: WasmProgram,
  { dims, params = {}, feeds }: Omit<Trial, "graph">,
  {
    schedule = ([first]) => first!,
    parts = 3,
    chunks = 3,
    tasks: atOnce = Number.POSITIVE_INFINITY,
    fused = false,
    over = {},
  }: WasmRun = {},
): Promise<Record<string, Elements>> {
  const chunked = program.kernels.find((one) => one.chunked.length > 0);
  const before = resolveShapes(program, dims, params);
  const countOf = (factors: readonly string[]): number =>
    product(factors.map((one) => before.factors.get(one)!));
  const shapes =
    chunked === undefined ? before : withChunks(program, before, Math.min(chunks, countOf(chunked.chunked)));
  const chosen = program.kernels.map((kernel) => {
    const one = schedule(kernel.schedules);
    const steps = product(kernel.row.map((factor) => shapes.factors.get(factor)!));
    return { kernel, schedule: one, parts: Math.max(1, Math.min(parts, steps)) };
  });
  const partials = Math.max(
    0,
    ...chosen.map((one) =>
      one.schedule.kind === "parts" ? one.schedule.slots * one.parts * countOf(one.kernel.grid) : 0,
    ),
  );
  // Tensors one after the other. What lies between them and behind the last one must stay as it is.
  const gap = 64;
  let end = gap;
  const places = new Map(
    program.tensors.map((tensor) => {
      const count = tensor.name === partialsTensor ? partials : shapes.elements.get(tensor.name)!;
      const at = end;
      end = Math.ceil((at + 4 * count + gap) / 4) * 4;
      return [tensor.name, { at, count, type: arrays[typeOf(tensor)] }];
    }),
  );
  for (const [output, input] of Object.entries(over)) places.set(output, places.get(input)!);
  const argumentsAt = end;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((end + 4096) / 65536) });
  new Uint8Array(memory.buffer).fill(0xa5);
  const view = ({ name }: Pick<ProgramTensor, "name">): Elements => {
    const { at, count, type } = places.get(name)!;
    return new type(memory.buffer, at, count);
  };
  for (const tensor of program.tensors) {
    const { initials } = shapes;
    if (tensor.role === "scratch") continue;
    if (over[tensor.name] !== undefined) continue;
    if (tensor.role === "output") view(tensor).fill(0x55);
    else if (feeds[tensor.name] !== undefined) view(tensor).set(feeds[tensor.name]!);
    else view(tensor).fill(initials.get(tensor.name)!);
  }
  const states = program.tensors.filter((one) => one.updated === true);
  const kept = new Map(states.map((one) => [one.name, view(one).slice()]));
  const { exports } = await WebAssembly.instantiate(await moduleOf(program, fused), { normc: { memory } });
  const runStage = (stage: WasmStage, parts: number): void => {
    const extentOf = (factor: string): number =>
      factor === partsFactor ? parts : shapes.factors.get(factor)!;
    const tasksOf = ({ factors, by }: WasmTasks): number => Math.ceil(product(factors.map(extentOf)) / by);
    const count = product(stage.tasks.map(tasksOf));
    const words = new DataView(memory.buffer, argumentsAt);
    stage.arguments.forEach((one, i) => {
      if (one.kind === "tensor") words.setUint32(4 * i, places.get(one.tensor)!.at, true);
      else if (one.kind === "extent") words.setUint32(4 * i, extentOf(one.factor), true);
      else words.setFloat32(4 * i, shapes.params.get(one.param)!, true);
    });
    const run = exports[stage.run] as (first: number, end: number, at: number) => void;
    for (let first = 0; first < count; first += atOnce)
      run(first, Math.min(count, first + atOnce), argumentsAt);
  };
  for (const one of chosen) for (const stage of one.schedule.stages) runStage(stage, one.parts);
  checkGaps(new Uint8Array(memory.buffer), [...new Set(places.values())], argumentsAt);
  const settled = settledResults(program.tensors, shapes.elements);
  const results = program.tensors.filter((one) => one.role === "output" || one.updated === true);
  return Object.fromEntries(
    results.map((one) => {
      const how = settled.get(one.name);
      if (how === "keep") return [one.name, kept.get(one.name)!];
      return [one.name, how === "zero" ? view(one).fill(0) : view(one).slice()];
    }),
  );
}

const modules = new WeakMap<WasmProgram, Map<boolean, Promise<WebAssembly.Module>>>();

function moduleOf(program: WasmProgram, fused: boolean): Promise<WebAssembly.Module> {
  const own = modules.get(program) ?? new Map<boolean, Promise<WebAssembly.Module>>();
  modules.set(program, own);
  const digits = fused ? withFusedProducts(program.module).replaceAll(" ", "") : program.module;
  const made = own.get(fused) ?? WebAssembly.compile(Uint8Array.from(Buffer.from(digits, "hex")));
  own.set(fused, made);
  return made;
}

function typeOf({ dtype }: ProgramTensor): Dtype {
  return dtype ?? "f32";
}

/** @throws Error if something was written beside the tensors. */
function checkGaps(
  bytes: Uint8Array,
  places: readonly { at: number; count: number; type: { BYTES_PER_ELEMENT: number } }[],
  end: number,
): void {
  let from = 0;
  for (const { at, count, type } of [...places, { at: end, count: 0, type: Uint8Array }]) {
    const touched = bytes.subarray(from, at).findIndex((byte) => byte !== 0xa5);
    if (touched >= 0) throw new Error(`byte ${from + touched} is of no tensor and was written`);
    from = at + count * type.BYTES_PER_ELEMENT;
  }
}
