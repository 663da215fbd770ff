/** The members of a norm's declarations, with their documentation. */

import type { InitialValue } from "../../program/initial-value.ts";
import type { InlineProgram } from "../../program/inline-program.ts";
import type { IntegerType } from "../../program/integers.ts";
import type { Program, ProgramInterface, ProgramTensor } from "../../program/program.ts";
import type { Declaration, Member } from "./declarations.ts";
import { dimsDoc, dimsType, needsDims } from "./dims-type.ts";

/** A norm as the bindings need it: its documentation and its programs, one for each mode. */
export interface BoundNorm<P extends ProgramInterface = Program> {
  readonly name: string;
  readonly doc?: string | undefined;
  /** The documentation of tensors and params by name. */
  readonly docs: ReadonlyMap<string, string>;
  /** One for each mode, or a single one whose mode is null. */
  readonly programs: readonly P[];
  /**
   * Its backward programs, mode by mode. In each mode the smallest comes first, and the one that computes all gradients
   * last.
   */
  readonly backward?: readonly P[];
  /** The forward programs that also save values for the backward programs. Empty if nothing is saved. */
  readonly saving?: readonly P[];
  /** By mode, what lets other kernels compute its outputs. Null for a mode that allows none. Undefined if not built. */
  readonly inline?: readonly (InlineProgram | null)[] | undefined;
  /** Set if the norm has no backward pass because its tensor `name` has the name of the gradient of `of`. */
  readonly clash?: { readonly name: string; readonly of: string } | undefined;
}

/** @param buffers whether the target takes extents that each call gives. */
export function optionMembers(
  norm: BoundNorm<ProgramInterface>,
  { buffers }: { readonly buffers: boolean },
): Member[] {
  const [program] = norm.programs;
  const members: Member[] = [];
  for (const tensor of unionByName(norm.programs.map((each) => each.tensors))) {
    if (tensor.role === "scratch" || tensor.role === "output") continue;
    members.push({
      name: tensor.name,
      type: dimsType(program!, tensor, buffers ? "Extent" : "number"),
      optional: tensor.role !== "input" && !needsDims(program!, tensor),
      doc: joined(norm.docs.get(tensor.name), `Dims of ${dimsDoc(program!, tensor)}.`),
    });
  }
  for (const param of unionByName(norm.programs.map((each) => each.params))) {
    members.push({
      name: param.name,
      type: "number",
      optional: true,
      doc: norm.docs.get(param.name) ?? "",
      defaultValue: String(param.initial),
    });
  }
  return members;
}

/** @param programs whose tensors can be named. */
export function dtypeMember(programs: readonly ProgramInterface[], name: string): Member {
  const all = unionByName(programs.map((each) => each.tensors));
  const named = all.filter(
    ({ role, dtype }) => role !== "scratch" && role !== "saved" && dtype === undefined,
  );
  const integers = all.some(({ dtype }) => dtype !== undefined);
  const names = named.map((tensor) => JSON.stringify(tensor.name)).join(" | ") || "never";
  return {
    name,
    type: `"f32" | "f16" | Partial<Record<${names}, "f32" | "f16">>`,
    optional: true,
    doc: `The element type in memory: one for all tensors except states, which stay f32${integers ? ", and integers" : ""}, or one per tensor.`,
    defaultValue: '"f32"',
  };
}

/** The axes that a caller may leave open, as a union type: `"N" | "D"`. */
export function axesType({ programs }: BoundNorm<ProgramInterface>): string {
  const tensors = programs.flatMap((one) => one.tensors).filter(({ role }) => role === "input");
  return (
    [...new Set(tensors.flatMap(({ dims }) => dims))].map((name) => JSON.stringify(name)).join(" | ") ||
    "never"
  );
}

/** What `encode` takes for a tensor. */
export const bufferType = "GPUBuffer | GPUBufferBinding";

/** The option does not affect results, so every norm has it. */
export function tuneMember(name: string): Member {
  return {
    name,
    type: "Tune",
    optional: true,
    doc: '"background" finds the fastest variant in idle time and keeps it in IndexedDB. Pass a storage object to keep it elsewhere.',
  };
}

/**
 * The options about memory that tensors have in common.
 * @param keys their names; without names the target has no buffers.
 */
export function memoryMembers(
  { sharedBuffers, inPlace }: { readonly sharedBuffers?: string; readonly inPlace?: string },
  programs: readonly ProgramInterface[],
): Member[] {
  if (sharedBuffers === undefined || inPlace === undefined) return [];
  const tensors = unionByName(programs.map((each) => each.tensors));
  const namesOf = (role: ProgramTensor["role"]): string =>
    tensors
      .filter((one) => one.role === role)
      .map(({ name }) => JSON.stringify(name))
      .join(" | ") || "never";
  return [
    {
      name: sharedBuffers,
      type: "boolean",
      optional: true,
      doc: "Whether tensors that are read and written may lie in one buffer, at ranges that do not overlap.",
      defaultValue: "false",
    },
    {
      name: inPlace,
      type: `Readonly<Partial<Record<${namesOf("output")}, ${namesOf("input")}>>>`,
      optional: true,
      doc: "Outputs that are written over an input. `encode` takes the same range for both.",
    },
  ];
}

export function described(program: ProgramInterface, tensor: ProgramTensor, optional: boolean): string {
  const initial =
    optional && tensor.initial !== undefined ? `. Filled with ${initialText(tensor.initial)} if omitted` : "";
  return `${dimsDoc(program, tensor)}${tensor.dtype === undefined ? "" : dtypeDocs[tensor.dtype]}${initial}.`;
}

const dtypeDocs: Readonly<Record<IntegerType, string>> = {
  i8: " of i8, four in a word of a buffer",
  u8: " of u8, four in a word of a buffer",
  i32: " of i32",
  u32: " of u32",
};

/**
 * The array in which `run` returns a tensor. That of a float depends on the type parameter `D`, the option `dtype` of the
 * call that made the norm.
 */
export function arrayType({ dtype }: ProgramTensor): string {
  return dtype === undefined ? "FloatArray<D>" : `${arrayTypes[dtype]}<ArrayBuffer>`;
}

/** The view of a tensor in the memory of a processor, where floats are f32. */
export function viewType({ dtype }: ProgramTensor): string {
  return dtype === undefined ? "Float32Array" : arrayTypes[dtype];
}

/** @param mode what follows the word `tensors`: a mode, a pass. */
export function viewsOf(name: string, mode: string, members: readonly Member[]): Declaration {
  return { kind: "interface", name, doc: `The tensors in memory${mode}: floats are f32 there.`, members };
}

/** Whether `run` of one of the programs returns floats. */
export function returnsFloats(programs: readonly ProgramInterface[]): boolean {
  return programs.some(({ tensors }) => tensors.some((one) => isResult(one) && one.dtype === undefined));
}

export function isResult({ role, updated }: ProgramTensor): boolean {
  return role === "output" || updated === true;
}

/** `D` where a type or a method declares it. */
export const dtypeParameter = 'D = "f32"';

export function dtypeParameterOf(options: string, key: string): string {
  return `const D extends ${options}[${JSON.stringify(key)}] = "f32"`;
}

/** The type of the options of a call, from which TypeScript infers `D`, and `M` where there are modes. */
export function optionsType(
  options: string,
  keys: { readonly dtype: string; readonly mode?: string | undefined },
): string {
  const mode = keys.mode === undefined ? "" : `readonly ${keys.mode}: M; `;
  return `${options} & { ${mode}readonly ${keys.dtype}?: D }`;
}

const arrayTypes: Readonly<Record<IntegerType, string>> = {
  i8: "Int8Array",
  u8: "Uint8Array",
  i32: "Int32Array",
  u32: "Uint32Array",
};

/** As in a spec: `size(D)^0.5`. */
function initialText(initial: InitialValue): string {
  if (typeof initial === "number") return String(initial);
  if ("size" in initial) return `size(${initial.size.join(", ")})`;
  if ("param" in initial) return initial.param;
  const [a, b] = initial.of.map((one) =>
    typeof one === "object" && "op" in one ? `(${initialText(one)})` : initialText(one),
  );
  return initial.op === "^" ? `${a}^${b}` : `${a} ${initial.op} ${b}`;
}

export function joined(doc: string | undefined, fact: string): string {
  return doc === undefined || doc.trim() === "" ? fact : `${doc.trim()}\n\n${fact}`;
}

export function unionByName<T extends { readonly name: string }>(lists: readonly (readonly T[])[]): T[] {
  return [...new Map(lists.flat().map((each) => [each.name, each])).values()];
}

/** One more argument for a call, with the names of the options, if a tensor or param took one of the usual names. */
export function keysArgument(keys: Readonly<Record<string, string>>): string[] {
  return Object.entries(keys).every(([key, name]) => key === name) ? [] : [JSON.stringify(keys)];
}
