import type { Mode, Program, ProgramTensor } from "../program/program.ts";
import { dimsDoc, dimsType, needsDims } from "./bindings-dims.ts";
import { freeName, type NormIdentifiers } from "./bindings-names.ts";

/** A norm as the bindings need it: its documentation and its programs, one a mode. */
export interface BoundNorm {
  readonly name: string;
  readonly doc?: string | undefined;
  /** The documentation of tensors and params by name. */
  readonly docs: ReadonlyMap<string, string>;
  /** One for each mode, or a single one whose mode is null. */
  readonly programs: readonly Program[];
}

/** A declaration of the module, as plain data. */
export type Declaration =
  | {
      readonly kind: "interface";
      readonly name: string;
      readonly doc: string;
      readonly members: readonly Member[];
    }
  | {
      readonly kind: "type";
      readonly name: string;
      readonly doc: string;
      readonly type: string;
      readonly parameter?: string;
    }
  | { readonly kind: "const"; readonly name: string; readonly doc: string; readonly value: string };

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly doc: string;
}

/** What a module exports for one norm: its options, buffers, feeds, results, and the object that creates it. */
export function describeNorm(norm: BoundNorm, ids: NormIdentifiers): Declaration[] {
  const modal = norm.programs.some((program) => program.mode !== null);
  const own = new Set(norm.programs.flatMap((p) => [...p.tensors, ...p.params].map((each) => each.name)));
  const keys = { mode: freeName("mode", own), dtype: freeName("dtype", own) };
  const options: Declaration = {
    kind: "interface",
    name: ids.options,
    doc: `What a ${norm.name} is made for: the dims of its tensors and its params, by name.`,
    members: [...optionMembers(norm), dtypeMember(norm, keys.dtype)],
  };
  const extra = keys.mode === "mode" && keys.dtype === "dtype" ? "" : `, ${JSON.stringify(keys)}`;
  const doc = norm.doc ?? `The norm ${norm.name}.`;
  if (!modal) return [options, ...describeCalls(norm, norm.programs[0]!, ids), ...plainNorm(ids, doc, extra)];
  const calls = norm.programs.flatMap((program) => describeCalls(norm, program, ids));
  return [options, ...calls, ...modalNorm(norm, ids, doc, keys.mode, extra)];
}

function plainNorm(ids: NormIdentifiers, doc: string, extra: string): Declaration[] {
  return [
    { kind: "type", name: ids.norm, doc, type: normType(ids, null) },
    {
      kind: "const",
      name: ids.norm,
      doc,
      value: `{
  /** Makes it ready to run on a device. Errors name the axis, the expected extent and the one given. */
  create(device: GPUDevice, options: ${ids.options}): Promise<${ids.norm}> {
    return createFromOptions(device, ${ids.programs}, options${extra});
  },
}`,
    },
  ];
}

function modalNorm(
  norm: BoundNorm,
  ids: NormIdentifiers,
  doc: string,
  modeKey: string,
  extra: string,
): Declaration[] {
  return [
    {
      kind: "interface",
      name: ids.modes,
      doc: `${norm.name} in each of its modes.`,
      members: norm.programs.map(({ mode }) => ({
        name: mode!,
        type: normType(ids, mode),
        optional: false,
        doc: "",
      })),
    },
    {
      kind: "type",
      name: ids.norm,
      doc,
      parameter: `M extends keyof ${ids.modes} = keyof ${ids.modes}`,
      type: `${ids.modes}[M]`,
    },
    {
      kind: "const",
      name: ids.norm,
      doc,
      value: `{
  /** Makes it ready to run on a device. Errors name the axis, the expected extent and the one given. */
  create<M extends keyof ${ids.modes}>(
    device: GPUDevice,
    options: ${ids.options} & { readonly ${modeKey}: M },
  ): Promise<${ids.norm}<M>> {
    return createFromOptions(device, ${ids.programs}, options${extra});
  },
}`,
    },
  ];
}

function optionMembers(norm: BoundNorm): Member[] {
  const [program] = norm.programs;
  const members: Member[] = [];
  for (const tensor of unionByName(norm.programs.map((each) => each.tensors))) {
    if (tensor.role === "scratch" || tensor.role === "output") continue;
    members.push({
      name: tensor.name,
      type: dimsType(program!, tensor),
      optional: tensor.role !== "input" && !needsDims(program!, tensor),
      doc: joined(norm.docs.get(tensor.name), `Dims of ${dimsDoc(program!, tensor)}.`),
    });
  }
  for (const param of unionByName(norm.programs.map((each) => each.params))) {
    members.push({
      name: param.name,
      type: "number",
      optional: true,
      doc: joined(norm.docs.get(param.name), `${param.initial} where left out.`),
    });
  }
  return members;
}

function dtypeMember(norm: BoundNorm, name: string): Member {
  const named = unionByName(norm.programs.map((each) => each.tensors)).filter((t) => t.role !== "scratch");
  const names = named.map((tensor) => JSON.stringify(tensor.name)).join(" | ");
  return {
    name,
    type: `"f32" | "f16" | Partial<Record<${names}, "f32" | "f16">>`,
    optional: true,
    doc: 'Element types in memory, for all tensors but states or by tensor; "f32" where left out.',
  };
}

/** The interfaces of `encode` and `run`. */
function describeCalls(norm: BoundNorm, program: Program, ids: NormIdentifiers): Declaration[] {
  const named = program.tensors.filter((tensor) => tensor.role !== "scratch");
  const names = ids.calls(program.mode);
  const member = (tensor: ProgramTensor, type: string, optional: boolean): Member => ({
    name: tensor.name,
    type,
    optional,
    doc: joined(norm.docs.get(tensor.name), described(program, tensor, optional)),
  });
  const mode = program.mode === null ? "" : ` in mode ${program.mode}`;
  return [
    {
      kind: "interface",
      name: names.buffers,
      doc: `Buffers for \`encode\`${mode}, each with the usage STORAGE.`,
      members: named.map((t) =>
        member(t, "GPUBuffer", t.role === "affine" || (t.role === "state" && !t.updated)),
      ),
    },
    {
      kind: "interface",
      name: names.feeds,
      doc: `Values for \`run\`${mode}, dense, the last axis fastest.`,
      members: named
        .filter((t) => t.role !== "output")
        .map((t) => member(t, "ArrayLike<number>", t.role !== "input")),
    },
    {
      kind: "interface",
      name: names.results,
      doc: `What \`run\` gives back${mode}.`,
      members: named
        .filter((t) => t.role === "output" || t.updated)
        .map((t) => member(t, "Float32Array<ArrayBuffer>", false)),
    },
  ];
}

function described(program: Program, tensor: ProgramTensor, optional: boolean): string {
  const initial = optional && tensor.initial !== undefined ? `, ${tensor.initial} where left out` : "";
  return `${dimsDoc(program, tensor)}${initial}.`;
}

function normType(ids: NormIdentifiers, mode: Mode | null): string {
  const { buffers, feeds, results } = ids.calls(mode);
  return `Norm<${buffers}, ${feeds}, ${results}>`;
}

function joined(doc: string | undefined, fact: string): string {
  return doc === undefined || doc.trim() === "" ? fact : `${doc.trim()}\n\n${fact}`;
}

function unionByName<T extends { readonly name: string }>(lists: readonly (readonly T[])[]): T[] {
  return [...new Map(lists.flat().map((each) => [each.name, each])).values()];
}
