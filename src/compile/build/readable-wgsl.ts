/**
 * The WGSL of kernels as whole modules, with their bindings and accessors, for people to read or a device to compile.
 */
import type { Dtype, Program, ProgramKernel, ProgramTensor, Shader } from "../../program/program.ts";
import { type BindingLimits, layOut } from "../../runtime/shader/layout.ts";
import { moduleCode } from "../../runtime/shader/module.ts";
import { wordArray } from "../../runtime/shader/word-arrays.ts";
import { divideProgram } from "../../targets/wgsl/lazy-shaders.ts";
import type { WebgpuNorm } from "./compile-norm.ts";
import { programLabel, short } from "./file-names.ts";

/**
 * Returns the WGSL files of a norm by path. Of the backward programs it includes only those that compute all gradients,
 * and only shaders that every device can run. All shaders of all programs would be three times as much as the forward
 * programs have.
 */
export function readableWgsl({
  programs,
  backward = [],
  saving = [],
  gradients,
}: WebgpuNorm): [string, string][] {
  const texts = (program: Program, label: string): [string, string][] =>
    program.kernels.flatMap((kernel) =>
      namedShaders(kernel).map(({ name, shader }): [string, string] => [
        `wgsl/${label}.${short(kernel.name)}${name === "" ? "" : `.${name}`}.wgsl`,
        asBuilt(shader, ownDtypes(program.tensors)),
      ]),
    );
  const all = backward.filter((one) => gradients.get(one) === "all");
  return [
    ...programs.flatMap((one) => texts(one, programLabel(one))),
    ...saving.flatMap((one) => texts(divideProgram(one).main, programLabel(one, { saving: true }))),
    ...all.flatMap((one) => texts(divideProgram(one).main, programLabel(one, { gradients: "all" }))),
  ];
}

/**
 * All shaders of a kernel, each with a name that describes its structure: `""`, `wide`, `wide.resident`, `split0.wide`.
 */
export function namedShaders({ shaders, split }: ProgramKernel): { name: string; shader: Shader }[] {
  const named = (shader: Shader, stage: string): { name: string; shader: Shader } => {
    const words = [
      stage,
      shader.vector === null ? "" : "wide",
      shader.held > 0 ? "resident" : "",
      shader.together > 1 ? "together" : "",
    ];
    return { name: words.filter((one) => one !== "").join("."), shader };
  };
  const stages = split?.stages ?? [];
  return [
    ...shaders.map((shader) => named(shader, "")),
    ...stages.flatMap((stage, i) => stage.shaders.map((shader) => named(shader, `split${i}`))),
  ];
}

/** f32 where the spec fixes no element type. */
function ownDtypes(tensors: readonly ProgramTensor[]): ReadonlyMap<string, Dtype> {
  return new Map(tensors.map(({ name, dtype }): [string, Dtype] => [name, dtype ?? "f32"]));
}

/**
 * A whole module, for tensors that each fit in one binding, and for a device without subgroups.
 * @param dtypes of the tensors; f32 of those that have none.
 */
export function asBuilt(shader: Shader, dtypes: ReadonlyMap<string, Dtype>): string {
  const tensors = shader.bindings.map(({ tensor }) => tensor);
  const memory = {
    elements: new Map(tensors.map((tensor) => [tensor, 1])),
    dtypes: new Map(tensors.map((tensor) => [tensor, dtypes.get(tensor) ?? ("f32" as const)])),
  };
  return moduleCode(shader, layOut("", shader, memory, endless), {
    subgroups: false,
    residency: "registers",
    held: 1,
    wordArray,
  });
}

const endless: BindingLimits = {
  features: new Set<string>(),
  limits: {
    maxBufferSize: 2 ** 32,
    maxStorageBufferBindingSize: 2 ** 32,
    maxStorageBuffersPerShaderStage: 2 ** 32,
    minStorageBufferOffsetAlignment: 256,
  },
};
