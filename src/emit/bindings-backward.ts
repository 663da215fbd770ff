/** What a module exports for the backward pass of one norm. */
import type { Program, ProgramTensor } from "../program/program.ts";
import { dimsDoc } from "./bindings-dims.ts";
import {
  type BoundNorm,
  type Declaration,
  described,
  dtypeMember,
  joined,
  type Member,
  optionMembers,
  tuneMember,
  unionByName,
} from "./bindings-members.ts";
import type { NormIdentifiers } from "./bindings-names.ts";

/** The options of a generated module that are neither a tensor nor a param, as this norm calls them. */
export interface BackwardKeys {
  readonly mode: string;
  readonly dtype: string;
  readonly tune: string;
  readonly of: string;
  readonly accumulate: string;
}

export function describeBackward(norm: BoundNorm, ids: NormIdentifiers, keys: BackwardKeys): Declaration[] {
  const programs = norm.backward!;
  const { options, modes, type } = ids.backward;
  const of = ofParameter(norm);
  const parameter = `Of extends ${of} = ${of}`;
  const declarations: Declaration[] = [
    {
      kind: "interface",
      name: options,
      doc: `What the backward pass of ${norm.name} is made for: dims and params as for \`create\`, and which gradients.`,
      parameter,
      members: [
        ...optionMembers(norm),
        {
          ...dtypeMember([...norm.programs, ...programs], keys.dtype),
          doc: 'Element types in memory, for all tensors but states or by tensor; "f32" where left out, and of a gradient that of its tensor.',
        },
        tuneMember(keys.tune),
        {
          name: keys.of,
          type: "readonly Of[]",
          optional: true,
          doc: "The tensors whose gradients are wanted; all where left out.",
        },
        {
          name: keys.accumulate,
          type: "readonly NoInfer<Of>[]",
          optional: true,
          doc: "Of these, those whose gradients are added to what their buffers hold; the others are overwritten.",
        },
      ],
    },
    ...modesOf(norm).flatMap((mode) => describeCalls(norm, mode, ids)),
  ];
  const [first] = modesOf(norm);
  const doc = `The backward pass of ${norm.name}: \`encode\` takes a buffer \`d_x\` for each gradient that was asked for.`;
  if (first === null) {
    return [...declarations, { kind: "type", name: type, doc, parameter, type: backwardType(ids, null) }];
  }
  return [
    ...declarations,
    {
      kind: "interface",
      name: modes,
      doc: `The backward pass of ${norm.name} in each of its modes.`,
      parameter: "Of extends string",
      members: modesOf(norm).map((mode) => ({
        name: mode!,
        type: backwardType(ids, mode),
        optional: false,
        doc: "",
      })),
    },
    {
      kind: "type",
      name: type,
      doc,
      parameter: `M extends keyof ${modes}<never> = keyof ${modes}<never>, ${parameter}`,
      type: `${modes}<Of>[M]`,
    },
  ];
}

/** The method of the norm's object. */
export function backwardMethod(
  norm: BoundNorm,
  ids: NormIdentifiers,
  keys: BackwardKeys,
  module: string,
): string {
  const { options, modes, type } = ids.backward;
  const modal = modesOf(norm)[0] !== null;
  const of = ofParameter(norm);
  const same = Object.entries(keys).every(([key, name]) => key === name);
  const extra = same ? "" : `, ${JSON.stringify(keys)}`;
  const load = `() => import(${JSON.stringify(module)})`;
  return `
  /** Makes its backward pass ready to run, for all gradients or those \`${keys.of}\` some tensors. */
  createBackward<${modal ? `M extends keyof ${modes}<never>, ` : ""}const Of extends ${of} = ${of}>(
    device: GPUDevice,
    options: ${options}<Of>${modal ? ` & { readonly ${keys.mode}: M }` : ""},
  ): Promise<${type}<${modal ? "M, " : ""}Of>> {
    return createBackwardFromOptions(device, ${ids.programs}, ${load}, options${extra});
  },`;
}

/** `"x" | "gamma"`: what has a gradient. */
function ofParameter(norm: BoundNorm): string {
  const names = unionByName(norm.programs.map((one) => one.tensors)).filter(hasGradient);
  return names.map(({ name }) => JSON.stringify(name)).join(" | ");
}

function hasGradient({ role }: ProgramTensor): boolean {
  return role === "input" || role === "affine";
}

function modesOf(norm: BoundNorm): Program["mode"][] {
  return norm.programs.map(({ mode }) => mode);
}

/** The interfaces of `encode` and `run`, without the gradients: which there are depends on what is asked for. */
function describeCalls(norm: BoundNorm, mode: Program["mode"], ids: NormIdentifiers): Declaration[] {
  const names = ids.calls(mode);
  const programs = norm.backward!.filter((one) => one.mode === mode);
  const read = unionByName(programs.map((one) => one.tensors)).filter(
    ({ role }) => role !== "scratch" && role !== "output",
  );
  const forward = norm.programs.find((one) => one.mode === mode)!;
  const member = (tensor: ProgramTensor, type: string): Member => {
    const optional = tensor.role !== "input";
    const own = forward.tensors.some(({ name }) => name === tensor.name);
    const fact = described(forward, tensor, optional);
    const doc = own
      ? joined(norm.docs.get(tensor.name), fact)
      : `The gradient of the loss by the output: ${dimsDoc(forward, tensor)}.`;
    return { name: tensor.name, type, optional, doc };
  };
  const which = mode === null ? "" : ` in mode ${mode}`;
  return [
    {
      kind: "interface",
      name: names.backwardBuffers,
      doc: `Buffers for \`encode\` of the backward pass${which}, each with the usage STORAGE; the gradients come besides.`,
      members: read.map((one) => member(one, "GPUBuffer")),
    },
    {
      kind: "interface",
      name: names.backwardFeeds,
      doc: `Values for \`run\` of the backward pass${which}, dense, the last axis fastest.`,
      members: read.map((one) => member(one, "ArrayLike<number>")),
    },
  ];
}

function backwardType(ids: NormIdentifiers, mode: Program["mode"]): string {
  const { backwardBuffers, backwardFeeds } = ids.calls(mode);
  return `Backward<${backwardBuffers}, ${backwardFeeds}, Of>`;
}
