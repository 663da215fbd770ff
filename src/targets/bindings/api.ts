import type { Mode, ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { backwardMethod, describeBackward } from "./backward-api.ts";
import type { Declaration, Member, Method } from "./declarations.ts";
import { describeInline, inlineMethod, isInline } from "./inline-api.ts";
import {
  arrayType,
  axesType,
  type BoundNorm,
  bufferType,
  described,
  dtypeMember,
  dtypeParameter,
  dtypeParameterOf,
  isResult,
  joined,
  keysArgument,
  memoryMembers,
  optionMembers,
  optionsType,
  returnsFloats,
  tuneMember,
  viewsOf,
  viewType,
} from "./members.ts";
import { nowMethods } from "./now-api.ts";
import { describeSaving, savingMethods } from "./saving-api.ts";
import { freeName, type NormIdentifiers } from "./taken-names.ts";
import { type BindingsTarget, creationArguments, creationParameters } from "./target-words.ts";

/**
 * Declares what a module exports for one norm: its options, buffers, feeds, results, and the object that creates it.
 * @param loads expressions that load its backward and its inline programs. Undefined if the norm has none.
 */
export function describeNorm(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  target: BindingsTarget,
  { backward, inline }: { readonly backward?: string | undefined; readonly inline?: string | undefined } = {},
): Declaration[] {
  const own = new Set(norm.programs.flatMap((p) => [...p.tensors, ...p.params].map((each) => each.name)));
  const keys = {
    mode: freeName("mode", own),
    dtype: freeName("dtype", own),
    // Only WebGPU has variants.
    ...(target.buffers
      ? {
          tune: freeName("tune", own),
          sharedBuffers: freeName("sharedBuffers", own),
          inPlace: freeName("inPlace", own),
        }
      : {}),
  };
  const options: Declaration = {
    kind: "interface",
    name: ids.options,
    doc: `Options of ${norm.name}: the dims of its tensors and the values of its params, by name.`,
    members: [
      ...optionMembers(norm, target),
      dtypeMember(norm.programs, keys.dtype),
      ...(keys.tune === undefined ? [] : [tuneMember(keys.tune)]),
      ...memoryMembers(keys, norm.programs),
    ],
  };
  const all = {
    ...keys,
    of: freeName("of", own),
    accumulate: freeName("accumulate", own),
  };
  const calls = norm.programs.flatMap((program) => describeCalls(norm, program, ids, target));
  const doc = docOf(norm);
  const making = [
    createMethod(norm, ids, keys, target),
    ...(backward !== undefined && isSaving(norm) ? savingMethods(norm, ids, keys, target, backward) : []),
    ...(backward === undefined ? [] : [backwardMethod(norm, ids, all, target, backward)]),
  ];
  return [
    options,
    ...calls,
    ...(backward === undefined ? [] : describeBackward(norm, ids, all, target)),
    ...(isSaving(norm) ? describeSaving(norm, ids, target) : []),
    ...(isInline(norm) ? describeInline(norm, ids) : []),
    ...describeType(norm, ids, target, doc),
    {
      kind: "object",
      name: ids.norm,
      doc,
      getters: [
        {
          name: "programs",
          doc: "What it is made of, one for each mode: its tensors, axes and params by name. Plain data.",
          type: `readonly ${target.program}[]`,
          value: ids.programs,
        },
      ],
      methods: [
        ...making,
        ...nowMethods(ids, making, target, backward),
        ...(inline === undefined ? [] : [inlineMethod(norm, ids, keys, inline)]),
      ],
    },
  ];
}

function isSaving({ saving = [] }: BoundNorm<ProgramInterface>): boolean {
  return saving.length > 0;
}

function docOf({ name, doc, clash }: BoundNorm<ProgramInterface>): string {
  const text = doc ?? `The norm ${name}.`;
  if (clash === undefined) return text;
  return joined(
    text,
    `It has no backward pass: the gradient of \`${clash.of}\` would also be named \`${clash.name}\` (N515).`,
  );
}

/** The type that the object creates. If the norm has modes, one type for each. */
function describeType(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  target: BindingsTarget,
  doc: string,
): Declaration[] {
  if (!hasModes(norm)) {
    return [
      {
        kind: "type",
        name: ids.norm,
        doc,
        parameter: dtypeParameter,
        type: normType(ids, null, target, axesType(norm)),
      },
    ];
  }
  return [
    {
      kind: "interface",
      name: ids.modes,
      doc: `The forward pass of ${norm.name}, by mode.`,
      parameter: dtypeParameter,
      members: norm.programs.map(({ mode }) => ({
        name: mode!,
        type: normType(ids, mode, target, axesType(norm)),
        optional: false,
        doc: "",
      })),
    },
    {
      kind: "type",
      name: ids.norm,
      doc,
      parameter: `M extends keyof ${ids.modes} = keyof ${ids.modes}, ${dtypeParameter}`,
      type: `${ids.modes}<D>[M]`,
    },
  ];
}

function createMethod(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  keys: Readonly<Record<string, string>> & { readonly mode: string; readonly dtype: string },
  target: BindingsTarget,
): Method {
  const modal = hasModes(norm);
  return {
    name: "create",
    doc: `Prepares the norm to run ${target.place}. Errors name the axis, the expected extent and the given one.`,
    typeParameters: [
      ...(modal ? [`M extends keyof ${ids.modes}`] : []),
      dtypeParameterOf(ids.options, keys.dtype),
    ],
    parameters: creationParameters(
      target,
      optionsType(ids.options, { dtype: keys.dtype, mode: modal ? keys.mode : undefined }),
    ),
    result: `Promise<${ids.norm}<${modal ? "M, " : ""}D>>`,
    calls: target.create,
    given: creationArguments(target, [ids.programs], keysArgument(keys)),
  };
}

function hasModes({ programs }: BoundNorm<ProgramInterface>): boolean {
  return programs.some(({ mode }) => mode !== null);
}

/** The interfaces of `encode` and `run`. */
function describeCalls(
  norm: BoundNorm<ProgramInterface>,
  program: ProgramInterface,
  ids: NormIdentifiers,
  target: BindingsTarget,
): Declaration[] {
  const named = program.tensors.filter((tensor) => tensor.role !== "scratch");
  const names = ids.calls(program.mode);
  const member = (tensor: ProgramTensor, type: string, optional: boolean): Member => ({
    name: tensor.name,
    type,
    optional,
    doc: joined(norm.docs.get(tensor.name), described(program, tensor, optional)),
  });
  const mode = program.mode === null ? "" : ` in mode ${program.mode}`;
  const buffers: Declaration = {
    kind: "interface",
    name: names.buffers,
    doc: `Buffers for \`encode\`${mode}. Each needs the usage STORAGE.`,
    members: named.map((t) =>
      member(t, bufferType, t.role === "affine" || (t.role === "state" && !t.updated)),
    ),
  };
  return [
    ...(target.buffers ? [buffers] : []),
    ...(target.views
      ? [
          viewsOf(
            names.views,
            mode,
            named.map((t) => member(t, viewType(t), false)),
          ),
        ]
      : []),
    {
      kind: "interface",
      name: names.feeds,
      doc: `Values for \`run\`${mode}: dense arrays, last axis fastest.`,
      members: named
        .filter((t) => t.role !== "output")
        .map((t) => member(t, "ArrayLike<number>", t.role !== "input")),
    },
    {
      kind: "interface",
      name: names.results,
      doc: `Results of \`run\`${mode}: dense arrays, last axis fastest.`,
      // TypeScript lets a parameter with a low line go unused.
      parameter: returnsFloats([program]) ? dtypeParameter : `_${dtypeParameter}`,
      members: named.filter(isResult).map((t) => member(t, arrayType(t), false)),
    },
  ];
}

function normType(ids: NormIdentifiers, mode: Mode | null, target: BindingsTarget, axes: string): string {
  const { buffers, feeds, results, views } = ids.calls(mode);
  if (target.views) return `${target.norm}<${feeds}, ${results}<D>, ${views}>`;
  if (!target.buffers) return `${target.norm}<${feeds}, ${results}<D>>`;
  return `${target.norm}<${buffers}, ${feeds}, ${results}<D>, ${axes}>`;
}
