/**
 * A norm inside somebody else's kernel: WGSL functions of an element with their bindings, and the statistics that they
 * read. Loaded on demand.
 */
import type { InlineProgram } from "../../program/inline-program.ts";
import type { Program, Shader } from "../../program/program.ts";
import { refuseNoDevice } from "../device/device-errors.ts";
import { type NormTensor, normTensors } from "../device/norm-tensors.ts";
import { readRange, type TensorBuffer } from "../device/ranges.ts";
import type { Norm } from "../options/norm-types.ts";
import { type OptionKeys, readOptions, usualKeys } from "../options/read-options.ts";
import { accessorCode } from "../shader/accessors.ts";
import { layOut } from "../shader/layout.ts";
import { wordArray } from "../shader/word-arrays.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import { isFixed } from "../shapes/dynamic.ts";
import { resolveDtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import { product } from "../shapes/lengths.ts";
import { mostDims } from "../shapes/open-axes.ts";
import { resolveShapes, type Shapes } from "../shapes/shapes.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import { createNorm } from "./norm.ts";

/** Where the functions stand in the module of a kernel. */
export interface InlinePlace {
  /** What all names that the functions declare begin with. @default the norm's name, as in `rms_norm_` */
  readonly prefix?: string | undefined;
  /** The bind group of their bindings. @default 0 */
  readonly group?: number | undefined;
  /** The number of the first of their bindings. @default 0 */
  readonly binding?: number | undefined;
}

/** The functions of one output. */
export interface InlineFunctions {
  /** `fn NAME(at: u32) -> f32`: the element at a position of the output's memory. */
  readonly at: string;
  /**
   * `fn NAME(row: u32) -> ROW`, what the elements of a row share, to be called before a loop over them, and
   * `fn NAME(of_row: ROW, i: u32) -> f32`, an element of the row. Null if elements share nothing.
   */
  readonly row: { readonly make: string; readonly at: string; readonly type: string } | null;
  /** How many rows there are, and how many elements each has. */
  readonly rows: number;
  readonly rowLength: number;
}

/** @typeParam Names the tensors that the functions read, and `Statistics` the norm of the statistics. */
export interface Inline<Names extends string = string, Statistics = Norm> {
  /** Declarations for the top of a module: bindings, constants and functions. */
  readonly wgsl: string;
  /** What the module has to `enable`, such as `f16`. The lines stand before everything else. */
  readonly enables: readonly string[];
  /** The functions of each output, by name. */
  readonly functions: Readonly<Record<string, InlineFunctions>>;
  /** Entries for `createBindGroupLayout`. Needed only without the layout `"auto"`. */
  readonly layout: GPUBindGroupLayoutEntry[];
  /** The tensors that the functions read, by name: their dims, element types, bytes and usage. */
  readonly tensors: Readonly<Record<Names, NormTensor>>;
  /**
   * Computes the statistics that the functions read: `statistics.encode(pass, { x, statistics })` writes them into the
   * buffer that `bind` takes. It also updates the states of the norm. Null if the functions need none.
   */
  readonly statistics: Statistics;
  /**
   * Entries for `createBindGroup`.
   * @throws NormError N502 for a missing buffer, N506, N514, N520.
   */
  bind(buffers: Readonly<Record<Names, TensorBuffer>>): GPUBindGroupEntry[];
}

/**
 * @param programs the forward programs. The options use their dims, params and names.
 * @param load loads the inline programs, one for each mode.
 * @throws NormError (as a rejection) the errors of `createFromOptions`, N508 for more tensors than the device has
 * bindings, N533, N535 and N501 for a wrong place.
 */
export async function createInline(
  device: GPUDevice,
  programs: readonly Program[],
  load: () => Promise<{ readonly inline: readonly (InlineProgram | null)[] }>,
  options: object,
  place: InlinePlace = {},
  keys: OptionKeys = usualKeys,
): Promise<Inline<string, Norm | null>> {
  const read = readOptions(programs, options, keys);
  refuseNoDevice(device);
  refusePlace(place, device.limits);
  const { prefix, group = 0, binding = 0 } = place;
  const { inline } = await load();
  const program = inline[programs.indexOf(read.program)];
  if (program == null || !isFixed(read)) {
    const reason = program == null ? "no output is computed element by element" : "an extent is left open";
    throw new NormError("N533", `${read.program.norm} cannot stand in another kernel: ${reason}`);
  }
  refuseOtherFormat({ ...read.program, format: program.format });
  const known = resolveShapes(read.program, mostDims(read.dims), read.params);
  const given = resolveDtypes(read.program, read.dtype);
  const statistics = await statisticsOf(device, program, known, read);
  const saved = program.statistics?.tensors.find(({ role }) => role === "saved");
  const shared = saved === undefined ? [] : [saved];
  const elements = new Map([
    ...known.elements,
    ...shared.map(({ name }) => [name, statistics!.elements.get(name)!] as const),
  ]);
  const dtypes = new Map([...given, ...shared.map(({ name }) => [name, "f32"] as const)]);
  const { shader } = program;
  const whole: Shader = { vector: null, together: 1, held: 0, exchanges: false, ...shader };
  const layout = layOut(program.norm, whole, { elements, dtypes }, device);
  if (layout.pack !== null) {
    throw new NormError(
      "N508",
      `${program.norm} reads ${shader.bindings.length} tensors, which is more than this device binds`,
    );
  }
  const start = prefix ?? `${snake(program.norm)}_`;
  const tensors = normTensors(
    device,
    { ...read.program, tensors: [...read.program.tensors, ...shared] },
    { ...known, elements },
    dtypes,
  );
  const names = new Set(shader.bindings.map(({ tensor }) => tensor));
  const constants = shader.constants.map((one) => {
    if (one.kind === "param") return `const ${one.name} = ${floatText(known.params.get(one.param)!)};\n`;
    if (one.kind === "extent") return `const ${one.name} = ${known.factors.get(one.factor)!}u;\n`;
    throw new Error(`a function of an element has no ${one.kind}`);
  });
  const accessors = accessorCode(shader.bindings, layout, wordArray).replace(
    /@group\(0\) @binding\((\d+)\)/g,
    (_, at) => `@group(${group}) @binding(${Number(at) + binding})`,
  );
  const length = (factors: readonly string[]): number =>
    product(factors.map((factor) => known.factors.get(factor)!));
  return {
    wgsl: [...constants, accessors, shader.wgsl].join("").replaceAll("$", () => start),
    enables: layout.places.some(({ element }) => element === "f16") ? ["f16"] : [],
    functions: Object.fromEntries(
      program.outputs.map(({ name, grid, row, wgsl }) => {
        const at = `${start}${wgsl}`;
        const ofRow = { make: `${at}_row`, at: `${at}_in`, type: `${at}_Row` };
        const isRows = grid.length > 0 && row.length > 0;
        return [name, { at, row: isRows ? ofRow : null, rows: length(grid), rowLength: length(row) }];
      }),
    ),
    layout: layout.slots.map((_, at) => ({
      binding: binding + at,
      // GPUShaderStage is a global of browsers, not of Node; its COMPUTE is 4.
      visibility: 4,
      buffer: { type: "read-only-storage" },
    })),
    tensors: Object.fromEntries(Object.entries(tensors).filter(([name]) => names.has(name))),
    statistics: statistics?.norm ?? null,
    bind: (buffers) =>
      layout.slots.map(({ tensor, offset, size }, at) => {
        const buffer = own(buffers, tensor);
        if (buffer === undefined) throw new NormError("N502", `the buffer of ${tensor} is missing`);
        const range = readRange(
          buffer,
          { name: tensor, role: "input", dims: [] },
          tensors[tensor]!.bytes,
          device,
        );
        return {
          binding: binding + at,
          resource: { buffer: range.buffer, offset: range.offset + offset, size },
        };
      }),
  };
}

function refusePlace(place: InlinePlace, limits: GPUSupportedLimits): void {
  refuseUnknown("an option of the functions", givenNames({ ...place }), ["prefix", "group", "binding"]);
  const { prefix = "p", group = 0, binding = 0 } = place;
  // WGSL has no names that begin with two underscores.
  if (typeof prefix !== "string" || !/^(?!__)[A-Za-z_]\w*$/.test(prefix)) {
    throw new NormError("N535", `prefix: expected the beginning of a name, given ${shownValue(prefix)}`);
  }
  for (const [name, value, count] of [
    ["group", group, limits.maxBindGroups],
    ["binding", binding, limits.maxBindingsPerBindGroup],
  ] as const) {
    if (Number.isInteger(value) && value >= 0 && value < count) continue;
    const problem = `${name}: expected a whole number from 0 to ${count - 1}, given ${shownValue(value)}`;
    throw new NormError("N535", problem);
  }
}

/** The norm that computes the statistics, and how many elements its tensors have. */
async function statisticsOf(
  device: GPUDevice,
  { statistics: program }: InlineProgram,
  known: Shapes,
  { params, dtype }: ReturnType<typeof readOptions<Program>>,
): Promise<{ norm: Norm; elements: Shapes["elements"] } | null> {
  if (program === null) return null;
  const tensors = program.tensors.filter((one) => known.dims.has(one.name));
  const dims = Object.fromEntries(tensors.map(({ name }) => [name, known.dims.get(name)!]));
  const names = new Set(tensors.map(({ name }) => name));
  const ownDtype =
    typeof dtype === "object"
      ? Object.fromEntries(Object.entries(dtype).filter(([name]) => names.has(name)))
      : dtype;
  const norm = await createNorm(device, program, { dims, params, dtype: ownDtype });
  return { norm, elements: resolveShapes(program, dims, params).elements };
}

function floatText(value: number): string {
  const text = String(Math.fround(value));
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

function snake(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3_$2").toLowerCase();
  return words.replace(/[^a-z0-9_]/g, "_").replace(/^(?![a-z])/, "n");
}
