/** Words that mean something to a target or to JavaScript are names like any other here. */
import { afterAll, expect, test } from "vitest";
import { asBuilt, namedShaders } from "../../src/compile/build/readable-wgsl.ts";
import { compileGraph } from "../../src/compile/passes.ts";
import { isBuiltIn } from "../../src/language/check/scope/unknown.ts";
import type { Dtype, Program, Shader } from "../../src/program/program.ts";
import { layOut } from "../../src/runtime/shader/layout.ts";
import { moduleCode } from "../../src/runtime/shader/module.ts";
import { wordArray } from "../../src/runtime/shader/word-arrays.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { checkAll } from "./files.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const words = `constructor __proto__ prototype toString hasOwnProperty valueOf
  override main f32 f16 i32 vec4 array select LANES ROWS scratch_memory row lane index_1 t_at u_put at value shift words halves _t_0 _to_halves non_finite larger
  function class return var let const switch if while loop true false null undefined this new await yield enum
  float int vec2 uniform varying attribute highp gl_Position texture sampler in out inout discard struct
  local_invocation_index workgroupBarrier storage read_write enable requires diagnostic alias
  workgroup_id num_workgroups local_id exchange fold_add
  _ _x x_ x__y __x a1 exp max mean size standardize relu infinity NaN e E`.split(/\s+/);

/** In every place that a name can have. */
const places: Readonly<Record<string, (word: string) => string>> = {
  norm: (w) => `norm ${w} { axes N input t[N] u = mean(t over N) output u }`,
  axis: (w) => `norm Z { axes ${w}, Q input t[${w}, Q] u = (t - mean(t over ${w})) * index(${w}) output u }`,
  variadic: (w) =>
    `norm Z { axes ...${w}, Q input t[...${w}, Q] u = t - mean(t over ...${w}) + size(...${w}) output u }`,
  part: (w) =>
    `norm Z { axes C = ${w} * Q param ${w} = 2 input t[C] u = t - mean(t over Q) + ${w} output u }`,
  input: (w) => `norm Z { axes Q input ${w}[Q] u = standardize(${w} over Q; 1e-5) output u }`,
  affine: (w) => `norm Z { axes Q input t[Q] affine ${w}[Q] = 1 u = (t - mean(t over Q)) * ${w} output u }`,
  state: (w) =>
    `norm Z { axes Q input t[Q] state ${w} = 1 on train { ${w} <- mean(t over Q) } u = t * ${w} output u }`,
  param: (w) => `norm Z { axes Q param ${w} = 2 input t[Q] u = t * ${w} - mean(t over Q) output u }`,
  equation: (w) => `norm Z { axes Q input t[Q] ${w} = mean(t over Q) u = t - ${w} output u }`,
  output: (w) => `norm Z { axes Q input t[Q] ${w} = t - mean(t over Q) output ${w} }`,
  function: (w) => `fn ${w}(v) = v + 1 norm Z { axes Q input t[Q] u = ${w}(t) * mean(t over Q) output u }`,
  parameter: (w) => `fn f(${w}) = ${w} + 1 norm Z { axes Q input t[Q] u = f(t) * mean(t over Q) output u }`,
};

const inMemory = { subgroups: false, residency: "workgroup", held: 2, wordArray } as const;

/** Halves in words, several bindings a tensor: all that the runtime may add by names of its own. */
function inPieces(shader: Shader): string {
  const all = <T>(value: T): Map<string, T> => new Map(shader.bindings.map(({ tensor }) => [tensor, value]));
  const memory = { elements: all(1000), dtypes: all("f16" as const) };
  const limits = {
    maxBufferSize: 1e9,
    maxStorageBufferBindingSize: 1024,
    maxStorageBuffersPerShaderStage: 1e9,
    minStorageBufferOffsetAlignment: 256,
  };
  return moduleCode(shader, layOut("", shader, memory, { features: new Set(), limits }), inMemory);
}

/** The names of functions, and names where only the checker sees them, leave no trace in a text. */
const accepted = new Set<string>();

function dtypesOf({ tensors }: Program): ReadonlyMap<string, Dtype> {
  return new Map(tensors.map(({ name, dtype }): [string, Dtype] => [name, dtype ?? "f32"]));
}

async function mistakesOf(device: GPUDevice, program: Program): Promise<string[]> {
  const shaders = program.kernels.flatMap(namedShaders);
  const all = new Set(
    shaders.flatMap(({ shader }) => [asBuilt(shader, dtypesOf(program)), inPieces(shader)]),
  );
  const codes = [...all].filter((code) => !accepted.has(code));
  const found = await Promise.all(
    codes.map(async (code) => {
      const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
      return messages.filter((one) => one.type === "error").map((one) => `${one.message}\n${code}`);
    }),
  );
  for (const code of codes) accepted.add(code);
  return found.flat();
}

test.each(Object.entries(places))("any word can name: %s", async (place, spec) => {
  const device = devices[0]?.device;
  for (const word of words) {
    const { norms, found } = checkAll(spec(word));
    const errors = found.filter((one) => one.severity === "error");
    const expected = place === "norm" && isBuiltIn(word) ? ["N208"] : [];
    expect(
      errors.map((one) => one.code),
      `${word}: ${errors[0]?.message}`,
    ).toEqual(expected);
    for (const graph of norms.flatMap((one) => one.graphs)) {
      const { program } = compileGraph(graph);
      expect(JSON.parse(JSON.stringify(program))).toEqual(program);
      if (device !== undefined) expect(await mistakesOf(device, program), word).toEqual([]);
    }
  }
});

test.each(["mode", "dtype", "inf", "pi"])("%s is reserved for params, tensors and equations", (word) => {
  for (const place of ["input", "affine", "state", "param", "equation", "output"]) {
    const { found } = checkAll(places[place](word));
    expect(
      found.map((one) => one.code),
      place,
    ).toContain("N208");
  }
});
