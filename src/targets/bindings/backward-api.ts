/** Declares what a module exports for the backward pass of one norm. */
import type { ProgramInterface, ProgramTensor } from "../../program/program.ts";
import type { Declaration, Member, Method } from "./declarations.ts";
import { dimsDoc } from "./dims-type.ts";
import {
  axesType,
  type BoundNorm,
  bufferType,
  described,
  dtypeMember,
  dtypeParameter,
  dtypeParameterOf,
  joined,
  keysArgument,
  memoryMembers,
  optionMembers,
  optionsType,
  tuneMember,
  unionByName,
  viewsOf,
  viewType,
} from "./members.ts";
import { savedDoc } from "./saving-api.ts";
import type { NormIdentifiers } from "./taken-names.ts";
import { type BindingsTarget, creationArguments, creationParameters } from "./target-words.ts";

/** The names that this norm uses for the options that are neither tensors nor params. */
export type BackwardKeys = { readonly [key in "mode" | "dtype" | "of" | "accumulate"]: string } & {
  readonly tune?: string;
  readonly sharedBuffers?: string;
  readonly inPlace?: string;
};

export function describeBackward(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  keys: BackwardKeys,
  target: BindingsTarget,
): Declaration[] {
  const programs = norm.backward!;
  const { options, modes, type } = ids.backward;
  const of = ofParameter(norm);
  const dtype = dtypeMember([...norm.programs, ...programs], keys.dtype);
  const parameter = `Of extends ${of} = ${of}`;
  const accumulate: Member = {
    name: keys.accumulate,
    type: "readonly NoInfer<Of>[]",
    optional: true,
    doc: "The tensors whose gradients are added to the contents of their buffers. All other gradients overwrite their buffers.",
  };
  const declarations: Declaration[] = [
    {
      kind: "interface",
      name: options,
      doc: `Options of the backward pass of ${norm.name}: the dims and params of \`create\`, and which gradients to compute.`,
      parameter,
      members: [
        ...optionMembers(norm, target),
        {
          ...dtype,
          doc: `${dtype.doc} A gradient without an entry takes the element type of its tensor.`,
        },
        ...(keys.tune === undefined ? [] : [tuneMember(keys.tune)]),
        ...memoryMembers(keys, programs),
        {
          name: keys.of,
          type: "readonly Of[]",
          optional: true,
          doc: "The tensors whose gradients are computed. All of them if omitted.",
        },
        ...(target.buffers ? [accumulate] : []),
      ],
    },
    ...modesOf(norm).flatMap((mode) => describeCalls(norm, mode, ids, target)),
  ];
  const [first] = modesOf(norm);
  const gradients = target.buffers
    ? "`encode` writes each requested gradient to a buffer, `d_x` for `x`"
    : "`run` returns each requested gradient, `d_x` for `x`";
  const doc = `The backward pass of ${norm.name}: ${gradients}.`;
  if (first === null) {
    return [
      ...declarations,
      {
        kind: "type",
        name: type,
        doc,
        parameter: `${parameter}, ${dtypeParameter}`,
        type: backwardType(norm, ids, null, target),
      },
    ];
  }
  return [
    ...declarations,
    {
      kind: "interface",
      name: modes,
      doc: `The backward pass of ${norm.name}, by mode.`,
      parameter: `Of extends string, ${dtypeParameter}`,
      members: modesOf(norm).map((mode) => ({
        name: mode!,
        type: backwardType(norm, ids, mode, target),
        optional: false,
        doc: "",
      })),
    },
    {
      kind: "type",
      name: type,
      doc,
      parameter: `M extends keyof ${modes}<never> = keyof ${modes}<never>, ${parameter}, ${dtypeParameter}`,
      type: `${modes}<Of, D>[M]`,
    },
  ];
}

/** @param load an expression: the function that loads its backward programs. */
export function backwardMethod(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  keys: BackwardKeys,
  target: BindingsTarget,
  load: string,
): Method {
  const { options, modes, type } = ids.backward;
  const modal = modesOf(norm)[0] !== null;
  const of = ofParameter(norm);
  const { accumulate, ...others } = keys;
  return {
    name: "createBackward",
    doc: `Prepares the backward pass. It computes all gradients, or those of the tensors in \`${keys.of}\`.`,
    typeParameters: [
      ...(modal ? [`M extends keyof ${modes}<never>`] : []),
      `const Of extends ${of} = ${of}`,
      dtypeParameterOf(options, keys.dtype),
    ],
    parameters: creationParameters(
      target,
      optionsType(`${options}<Of>`, { dtype: keys.dtype, mode: modal ? keys.mode : undefined }),
    ),
    result: `Promise<${type}<${modal ? "M, " : ""}Of, D>>`,
    calls: target.createBackward,
    given: creationArguments(
      target,
      [ids.programs, load],
      keysArgument(target.buffers ? { ...others, accumulate } : others),
    ),
  };
}

/** The tensors that have a gradient, as a union type: `"x" | "gamma"`. */
function ofParameter(norm: BoundNorm<ProgramInterface>): string {
  const names = unionByName(norm.programs.map((one) => one.tensors)).filter(hasGradient);
  return names.map(({ name }) => JSON.stringify(name)).join(" | ");
}

function hasGradient({ role, dtype }: ProgramTensor): boolean {
  return dtype === undefined && (role === "input" || role === "affine");
}

function modesOf(norm: BoundNorm<ProgramInterface>): ProgramInterface["mode"][] {
  return norm.programs.map(({ mode }) => mode);
}

/** The interfaces of `encode` and `run`, without the gradients: those depend on what the caller requests. */
function describeCalls(
  norm: BoundNorm<ProgramInterface>,
  mode: ProgramInterface["mode"],
  ids: NormIdentifiers,
  target: BindingsTarget,
): Declaration[] {
  const names = ids.calls(mode);
  const read = readTensors(norm, mode);
  const forward = norm.programs.find((one) => one.mode === mode)!;
  const member = (tensor: ProgramTensor, type: string, isOptional: boolean): Member => {
    const optional = tensor.role !== "input" && isOptional;
    const own = forward.tensors.some(({ name }) => name === tensor.name);
    if (tensor.role === "saved") return { name: tensor.name, type, optional: false, doc: savedDoc };
    const fact = described(forward, tensor, optional);
    const old = forward.tensors.some((one) => one.name === tensor.name && isUpdated(one));
    const doc = own
      ? joined(norm.docs.get(tensor.name), old ? `${fact} Its value from before the forward pass.` : fact)
      : `The gradient of the loss with respect to the output: ${dimsDoc(forward, tensor)}.`;
    return { name: tensor.name, type, optional, doc };
  };
  const which = mode === null ? "" : ` in mode ${mode}`;
  const buffers: Declaration = {
    kind: "interface",
    name: names.backwardBuffers,
    doc: `Buffers for \`encode\` of the backward pass${which}, except the gradients' buffers. Each needs the usage STORAGE.`,
    members: read.map((one) => member(one, bufferType, !isUpdated(one))),
  };
  // Without some gradients, a smaller program runs, which need not read all of them.
  const everywhere = (name: string): boolean =>
    norm.backward!.every((one) => one.mode !== mode || one.tensors.some((tensor) => tensor.name === name));
  const views = read.map((one) => ({
    ...member(one, viewType(one), false),
    optional: !everywhere(one.name),
  }));
  return [
    ...(target.buffers ? [buffers] : []),
    ...(target.views
      ? [viewsOf(names.backwardViews, ` of the backward pass${which}, except the gradients`, views)]
      : []),
    {
      kind: "interface",
      name: names.backwardFeeds,
      doc: `Values for \`run\` of the backward pass${which}: dense arrays, last axis fastest.`,
      members: read.map((one) => member(one, "ArrayLike<number>", true)),
    },
  ];
}

function backwardType(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  mode: ProgramInterface["mode"],
  target: BindingsTarget,
): string {
  const { backwardBuffers, backwardFeeds, backwardViews } = ids.calls(mode);
  const updated = readTensors(norm, mode).filter(isUpdated);
  const states = updated.map(({ name }) => JSON.stringify(name)).join(" | ");
  if (target.views)
    return `${target.backward}<${backwardFeeds}, ${backwardViews}, Of, ${states || "never"}, D>`;
  const buffers = target.buffers ? `${backwardBuffers}, ` : "";
  return `${target.backward}<${buffers}${backwardFeeds}, Of, ${states || "never"}, D${target.buffers ? `, ${axesType(norm)}` : ""}>`;
}

/** The tensors that the backward programs of a mode read, or update. */
function readTensors(norm: BoundNorm<ProgramInterface>, mode: ProgramInterface["mode"]): ProgramTensor[] {
  const programs = norm.backward!.filter((one) => one.mode === mode);
  return unionByName(programs.map((one) => one.tensors)).filter(
    ({ role }) => role !== "scratch" && role !== "output",
  );
}

function isUpdated({ role, updated }: ProgramTensor): boolean {
  return role === "state" && updated === true;
}
